"""A user's table of groups: identities are texts, and names of another system are matched where that is safe."""

import unicodedata

import pytest
from folders import check_source, configure, fill_folder, number_files, raised
from hypothesis import given
from hypothesis import strategies as st
from smear.images.source import check_examined, examine_source
from smear.matching import match_names
from smear.split.user_groups import read_user_groups

IMAGES = ["Frühe/Zelle 1.png", "Frühe/Zelle 2.png", "Normal/Zelle 3.png"]


@pytest.mark.parametrize(
    "groups", [[f"1.{number}" for number in range(1, 13)], ["1", "01", "001"], ["NA", "null", "nan"]]
)
def test_groups_are_texts(tmp_path, groups):
    (tmp_path / "g.csv").write_text("image,group\n" + "".join(f"{n}.png,{group}\n" for n, group in enumerate(groups)))
    assert read_user_groups(tmp_path / "g.csv")["group"].tolist() == groups


def test_images_are_texts_and_blanks_around_names_do_not_count(tmp_path):
    (tmp_path / "g.csv").write_text("image , group\n001, p 1 \n1,p2\n")
    assert read_user_groups(tmp_path / "g.csv").to_numpy().tolist() == [["001", "p 1"], ["1", "p2"]]


WRITTEN = {
    "exact": (lambda name: name, None),
    "decomposed": (lambda name: unicodedata.normalize("NFD", name), "accents"),
    "backslashes": (lambda name: name.replace("/", "\\"), "slashes"),
    "a dot before": (lambda name: f"./{name}", "slashes"),
    "another case": (str.upper, "case"),
    "no extension": (lambda name: name.removesuffix(".png"), "extension"),
    "another extension in another case": (lambda name: name.replace(".png", ".JPG").lower(), "extension"),
    "the name alone": (lambda name: name.rpartition("/")[2], None),
    "all at once": (lambda name: unicodedata.normalize("NFD", name[:-4]).upper().replace("/", "\\"), "extension"),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_a_name_is_matched_where_it_is_the_only_one(case):
    write, difference = WRITTEN[case]
    match = match_names(IMAGES, [write(name) for name in IMAGES][::-1], {})
    assert match.rows == [2, 1, 0]
    assert [difference in text for text in match.differences] == ([True] if difference else [])


def test_names_that_differ_in_case_alone_stay_two():
    images = ["A/x.png", "A/X.png", "A/y.jpg", "A/y.png"]
    assert match_names(images, images, {}).rows == [0, 1, 2, 3]
    assert match_names(images, ["a/x.PNG", "A/y"], {}).missing == 4
    assert match_names(images, ["a/x.PNG", "A/y"], {}).shared == ["a/x.PNG", "A/y"]


def test_the_path_in_the_source_is_a_name_too():
    sources = {"A/p1__1.png": "set/A/p1/1.png", "A/p2__1.png": "set/A/p2/1.png"}
    for names in (["set/A/p1/1.png", "set/A/p2/1.png"], ["p1\\1.png", "p2\\1.png"], ["A/p1/1", "A/p2/1"]):
        assert match_names(list(sources), names, sources).rows == [0, 1]
    assert match_names(list(sources), ["1.png"], sources).shared == ["1.png"]


@given(
    st.lists(
        st.sampled_from(["a/x.png", "A/X.png", "b/x.png", "a\\x.png", "x", "X.png", "a/x"]), unique=True, max_size=6
    )
)
def test_no_row_is_given_to_two_images(names):
    match = match_names(["a/x.png", "b/x.png", "b/y.png"], names, {})
    rows = [row for row in match.rows if row is not None]
    assert len(rows) == len(set(rows))
    exact = {image: number for number, image in enumerate(names)}
    assert all(exact.get(image, match.rows[n]) == match.rows[n] for n, image in enumerate(["a/x.png", "b/x.png"]))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_table_is_checked_before_work_starts(tmp_path, form):
    paths = number_files("Frühe", "Normal")
    fill_folder(tmp_path / "s", [unicodedata.normalize(form, path) for path in paths])
    table = tmp_path / "g.csv"
    table.write_text("image,group\n" + "".join(f"{path},{number // 4}\n" for number, path in enumerate(paths)))
    config = configure(tmp_path / "s", split={"groups_csv": str(table)})
    examined = examine_source(config["dataset"])
    assert sum(check_examined(config, examined).values()) == 24
    said = f"12 names of {table} match the images with accents, slashes or folders written in another way."
    assert examined.notes[1:] == ([] if form == "NFC" else [said]) + ["Groups of the images: group (6 groups)."]
    table.write_text(table.read_text().replace("Normal/11.png", "Normal/12.png"))
    text = str(raised(check_source, config))
    assert "lacks 1 of 24 images, such as Normal/11.png" in text
    assert "The closest name there is Normal/1" in text
    config["dataset"]["max_rejected_share"] = 0.05
    assert sum(check_source(config).values()) == 24, "the one may be no usable image"
