"""Labels from a table of the user's: which images become which class, and what is refused with which words."""

import json
from types import SimpleNamespace

import extract_archive
import link_folder
import pytest
from folders import BASE, SCHEMA, check_source, configure, fill_archive, fill_folder, merge, number_files, raised
from hypothesis import given
from hypothesis import strategies as st
from smear.configuration.completion import complete_configuration
from smear.images.class_folders import Selection
from smear.images.identity import check_identity, write_identity
from smear.images.label_table import LabelTable, read_label_table
from smear.images.labeled import find_classes
from smear.images.listing import list_members
from smear.images.source import examine_source, identify_source
from smear.job import UserError

COLUMNS = {"image": "image", "label": "label"}
NAMES = [f"{number}.png" for number in range(24)]
LABELS = ["sick" if number % 2 else "well" for number in range(24)]


def write(tmp_path, rows, header: str = "image,label", encoding: str = "utf-8"):
    path = tmp_path / "labels.csv"
    path.write_text("".join(f"{line}\n" for line in (header, *rows)), encoding=encoding)
    return path


def rows_of(names=NAMES, labels=LABELS) -> list[str]:
    return [f"{name},{label}" for name, label in zip(names, labels, strict=True)]


def use(tmp_path, rows, paths=NAMES, header: str = "image,label", **dataset) -> dict:
    """A complete configuration of a folder with these images and a table with these rows."""
    fill_folder(tmp_path / "s", paths)
    return configure(tmp_path / "s", labels_csv=str(write(tmp_path, rows, header)), **dataset)


def find(paths, images, labels, classes=None, drop=False, variant=None):
    table = LabelTable("labels.csv", images, labels, drop)
    return find_classes(list_members(paths), Selection(variant, None, classes, table), "here")


def test_images_of_one_folder_get_the_tables_classes(tmp_path):
    config = use(tmp_path, rows_of())
    examined = examine_source(config["dataset"])
    assert examined.counts == {"sick": 12, "well": 12}
    assert examined.found.files["sick"]["1.png"] == "1.png"
    assert "labels.csv: 2 classes (sick, well), 24 images." in examined.notes[0]


def test_images_of_many_folders_keep_names_of_their_own():
    paths = [f"set/{folder}/{number}.png" for folder in "ab" for number in range(3)]
    found = find(paths, [path.removeprefix("set/") for path in paths], list("xxyxyy"))
    assert found.list_sources()["x/a__0.png"] == "set/a/0.png"
    assert found.list_sources()["x/b__0.png"] == "set/b/0.png"
    assert len(found.list_sources()) == 6


def test_another_label_moves_its_image_alone():
    paths = [f"{folder}/{number}.png" for folder in "ab" for number in range(3)]
    before, after = (find(paths, paths, list(labels)).list_sources() for labels in ("xxyxyy", "xyyxyy"))
    assert before.keys() ^ after.keys() == {"x/a__1.png", "y/a__1.png"}


def test_labels_that_look_like_numbers_stay_text(tmp_path):
    labels = [("0", "1", "01")[number % 3] for number in range(24)]
    assert examine_source(use(tmp_path, rows_of(labels=labels))["dataset"]).counts == {"0": 8, "01": 8, "1": 8}


@pytest.mark.parametrize("name", ["S/{}.PNG", "s\\{}.png", "{}", "{}.png"])
def test_names_match_as_those_of_groups_do(name):
    found = find([f"s/{path}" for path in NAMES], [name.format(path[:-4]) for path in NAMES], LABELS)
    assert found.count_images() == {"sick": 12, "well": 12}


def test_columns_and_separators_of_the_users_own(tmp_path):
    rows = [f"x;{name};{label}" for name, label in zip(NAMES, LABELS, strict=True)]
    config = use(tmp_path, rows, header="\ufeffid; file ;dx", labels_columns={"image": "file", "label": "dx"})
    assert examine_source(config["dataset"]).counts == {"sick": 12, "well": 12}


def test_classes_choose_among_the_labels(tmp_path):
    labels = [("a", "b", "c")[number % 3] for number in range(24)]
    config = use(tmp_path, rows_of(labels=labels), classes=["a", "b"])
    examined = examine_source(config["dataset"])
    assert examined.counts == {"a": 8, "b": 8}
    assert any(
        "8 images of" in note and "have labels of other classes and are left out" in note for note in examined.notes
    )


@pytest.mark.parametrize(
    ("rows", "header", "words"),
    [
        (
            ["1.png,x"],
            "image,class",
            "has the columns image, class and not label; name its columns in dataset.labels_c",
        ),
        (["1.png,a/b", "2.png,x"], "image,label", "has the label 'a/b', which cannot be the name of a class"),
        (["1.png,.", "2.png,x"], "image,label", "has the label '.', which cannot be"),
        (['1.png,"a\nb"', "2.png,x"], "image,label", r"has the label 'a\nb', which cannot be"),
        ([f"1.png,{'x' * 256}"], "image,label", "255 bytes at most"),
        (["1.png,x", "2.png,y", "1.png,y"], "image,label", "gives 1.png the labels x, y; give each image one"),
        ([",x"], "image,label", "has a label and no image"),
        (rows_of(labels=["x"] * 24), "image,label", "gives the images one label only (x)"),
        (rows_of(names=[f"z{n}.png" for n in range(24)]), "image,label", "none of the 24 names of"),
        ([], "image,label", "none of the 0 names of"),
    ],
)
def test_a_bad_table_is_refused_before_the_start(tmp_path, rows, header, words):
    assert words in str(raised(check_source, use(tmp_path, rows, header=header)))


def test_a_table_that_is_none_is_named(tmp_path):
    config = use(tmp_path, rows_of())
    table = tmp_path / "labels.csv"
    table.write_text(table.read_text(), encoding="utf-16")
    assert "is no CSV file in UTF-8" in str(raised(check_source, config))
    table.unlink()
    assert "does not exist; give a CSV file with the columns image and label" in str(raised(check_source, config))
    table.mkdir()
    assert "is a folder; give" in str(raised(check_source, config))
    table.rmdir()
    table.write_text("image,label,label\n1.png,a,b\n")
    assert "has the column label twice" in str(raised(check_source, config))
    table.write_text("")
    assert "is no CSV file" in str(raised(check_source, config))


def test_the_table_of_a_download_is_read_before_it(tmp_path):
    config = configure(source="kaggle", handle="a/b", labels_csv=str(tmp_path / "none.csv"))
    assert "does not exist" in str(raised(check_source, config))


def test_what_does_not_fit_is_refused_until_the_user_decides(tmp_path):
    rows = [*rows_of(NAMES[:20], LABELS[:20]), "20.png,", "gone.png,sick", "lost.png,well"]
    config = use(tmp_path, rows)
    error = raised(check_source, config)
    assert "has no label for 4 of 24 images (20.png, 21.png, 22.png and 1 more)" in str(error)
    assert "names 2 images that are not in the source (gone.png, lost.png)" in str(error)
    changed = merge(config, error.remedies[0])
    assert check_source(changed) == {"sick": 10, "well": 10}
    notes = examine_source(changed["dataset"]).notes
    assert any(note.startswith("4 images without a label are left out") for note in notes)


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_jobs_take_what_planning_has_seen_and_list_what_they_drop(tmp_path, kind):
    paths = [f"a/{name}" for name in NAMES[:12]] + [f"b/{name}" for name in NAMES[:12]]
    rows = [*rows_of([path for path in paths if path != "b/0.png"], LABELS[1:]), "c/1.png,well"]
    table, images = write(tmp_path, rows), tmp_path / "images"
    names = SimpleNamespace(images=images, sources=tmp_path / "sources.csv", unmatched=tmp_path / "unmatched.csv")
    names.get = lambda name: getattr(names, name)
    params = SimpleNamespace(variant=None, layout=None, classes=None, labels_columns=COLUMNS, unmatched="drop")
    inputs = {"labels": table, "archive": fill_archive(tmp_path / "s.zip", paths)}
    given = SimpleNamespace(input=SimpleNamespace(get=inputs.get, **inputs), params=params, output=names)
    if kind == "folder":
        params.path = fill_folder(tmp_path / "s", paths)
        link_folder.main(given)
    else:
        vars(params).update(max_files=100, max_gigabytes=1, expected=None, archive_encoding=None)
        extract_archive.main(given)
    assert len(list(images.glob("*/*.png"))) == 23
    assert (images / "sick/a__0.png").exists()
    assert names.unmatched.read_text() == "name,label,reason\nb/0.png,,no label\nc/1.png,well,no image\n"


def test_a_name_of_two_files_is_refused_with_the_folder_that_decides(tmp_path):
    config = use(tmp_path, rows_of(), [f"{variant}/{name}" for variant in ("Original", "Segmented") for name in NAMES])
    error = raised(check_source, config)
    assert "names 0.png, which is several files of" in str(error)
    assert "set dataset.variant: Original" in str(error)
    for remedy in error.remedies:
        assert check_source(merge(config, remedy)) == {"sick": 12, "well": 12}


def test_a_table_excludes_a_layout_and_images_that_are_drawn(tmp_path):
    fill_folder(tmp_path / "s", number_files("A", "B"))
    given = {"labels_csv": str(write(tmp_path, rows_of())), "layout": "class"}
    config = BASE | {"dataset": {"source": "folder", "path": str(tmp_path / "s")} | given}
    error = raised(complete_configuration, config, SCHEMA)
    assert "dataset.layout is class, which says which folders are the classes" in str(error)
    check_source(complete_configuration(merge(config, error.remedies[1]), SCHEMA))
    write(tmp_path, rows_of(number_files("A", "B"), LABELS))
    check_source(complete_configuration(merge(config, error.remedies[0]), SCHEMA))
    config = BASE | {"dataset": {"source": "synthetic", "labels_csv": given["labels_csv"]}}
    error = raised(complete_configuration, config, SCHEMA)
    assert "the source synthetic draws its own" in str(error)
    check_source(complete_configuration(merge(config, error.remedies[0]), SCHEMA))


def test_labels_that_differ_in_case_alone_are_named(tmp_path):
    names = [f"{number}.png" for number in range(48)]
    config = use(tmp_path, rows_of(names, ["Sick", "sick", "well", "well"] * 12), names)
    error = raised(check_source, config)
    assert "has classes whose names differ in case, blanks or the form of accents alone, 'Sick', 'sick'" in str(error)
    for remedy in error.remedies:
        check_source(merge(config, remedy))


def test_another_table_under_one_name_is_refused_and_a_moved_one_is_not(tmp_path):
    config = use(tmp_path, rows_of())
    folder = tmp_path / "results/datasets/s"
    write_identity(identify_source(config["dataset"], examine_source(config["dataset"])), folder)
    (folder / "catalog.csv").touch()

    def check(config: dict) -> None:
        check_identity(identify_source(config["dataset"], examine_source(config["dataset"])), folder, "s")

    moved = tmp_path / "moved.csv"
    moved.write_text((tmp_path / "labels.csv").read_text())
    check(merge(config, {"dataset": {"labels_csv": str(moved)}}))
    moved.write_text("image,label\n" + "".join(f"{line}\n" for line in rows_of(labels=LABELS[::-1])))
    other = merge(config, {"dataset": {"labels_csv": str(moved)}})
    assert "is made from dataset.labels_csv " in str(raised(check, other))
    write(tmp_path, rows_of(labels=LABELS[::-1]))
    check(config)
    fill_folder(tmp_path / "s", number_files("A", "B"))
    raised(check, merge(config, {"dataset": {"labels_csv": None}}))


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6)


@given(labels=st.lists(WORDS, min_size=1, max_size=8))
def test_every_row_is_a_class_a_fault_or_left_out(tmp_path_factory, labels):
    folder = tmp_path_factory.mktemp("labels")
    names = [f"{number}.png" for number in range(len(labels))]
    path = folder / "labels.csv"
    path.write_text(
        "image,label\n"
        + "".join(f"{n},{json.dumps(v, ensure_ascii=False)}\n" for n, v in zip(names, labels, strict=True))
    )
    try:
        table = read_label_table(path, COLUMNS, drop=True)
        found = find_classes(list_members(names), Selection(table=table), "here")
    except UserError:
        return
    taken = {path: name for name, files in found.files.items() for path in files}
    assert taken.keys() | {one.name for one in found.match.left_out} == set(names)
