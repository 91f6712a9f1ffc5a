"""Which level of folders is the class: found from paths, asked for where two readings are possible, never guessed."""

import pytest
from folders import NUMBER, number_files, raised
from hypothesis import given
from hypothesis import strategies as st
from smear.images.announcements import describe_source
from smear.images.class_folders import Selection, find_class_folders
from smear.images.entries import is_hidden_path
from smear.images.levels import read_splits
from smear.images.listing import list_members
from smear.images.names import name_files

CLASSES = number_files("Benign", "Early")


def find(paths, **selection):
    return find_class_folders(list_members(paths), Selection(**selection), "here")


def counts(paths, **selection) -> dict[str, int]:
    return find(paths, **selection).count_images()


def unique(*folders: str) -> list[str]:
    """Images whose names are their own, as most are that come from a microscope."""
    return [f"{folder}/{index}-{number}.png" for index, folder in enumerate(folders) for number in range(NUMBER)]


DECIDED = {
    "class": (CLASSES, "class", {"Benign": 12, "Early": 12}),
    "below single folders": (number_files("a/b/Benign", "a/b/Early"), "class", {"Benign": 12, "Early": 12}),
    "classes that are numbers": (number_files("set/0", "set/1"), "class", {"0": 12, "1": 12}),
    "class/patient": (
        number_files("Benign/patient 1", "Early/patient 2"), "class/patient", {"Benign": 12, "Early": 12},
    ),
    "patient/class": (
        number_files(*(f"patient_{n}/{name}" for n in range(3) for name in ("Benign", "Early"))),
        "patient/class",
        {"Benign": 36, "Early": 36},
    ),
    "patient/slide/class": (
        number_files(
            *(f"P{n:02}/slide{k}/{name}" for n in range(60) for k in (1, 2) for name in ("Benign", "Early")), files=1
        ),
        "group/slide/class",
        {"Benign": 120, "Early": 120},
    ),
    "numbered patients, classes that are numbers": (
        number_files(*(f"{n}/{name}" for n in range(8863, 8883) for name in "01"), files=2),
        "group/class",
        {"0": 40, "1": 40},
    ),
    "fold/class": (
        number_files(*(f"set/C-NMC_training_data/fold_{n}/{name}" for n in range(3) for name in ("all", "hem"))),
        "fold/class",
        {"all": 36, "hem": 36},
    ),
    "split/class": (
        number_files(*(f"{split}/{name}" for split in ("train", "val", "test") for name in ("Benign", "Early"))),
        "split/class",
        {"Benign": 36, "Early": 36},
    ),
    "class/split": (
        number_files(*(f"{name}/{split}" for split in ("Training", "Testing") for name in ("Benign", "Early"))),
        "class/split",
        {"Benign": 24, "Early": 24},
    ),
    "test images without a class": (
        number_files("train/Benign", "train/Early", "test", files=6), "split/class", {"Benign": 6, "Early": 6},
    ),
    "one class deeper": (number_files("Benign", "Early", "Pre/more"), "class", {"Benign": 12, "Early": 12, "Pre": 12}),
    "more of one class": ([*CLASSES, *number_files("Early/more", files=8)], "class", {"Benign": 12, "Early": 20}),
    "a folder of each": (number_files("Benign/images", "Early/images"), "class/folder", {"Benign": 12, "Early": 12}),
    "UUID": (
        number_files("Benign/1f0c3d2e-aaaa", "Benign/2b0c3d2e-aaaa", "Early/9e8d7c6b-aaaa"),
        "class/group", {"Benign": 24, "Early": 12},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DECIDED)
def test_one_reading_is_found(case):
    paths, layout, images = DECIDED[case]
    found = find(paths)
    assert str(found.layout) == layout
    assert found.count_images() == images


ASKED = {
    "two levels of names": (
        unique("Benign/Smith", "Benign/Jones", "Early/Miller"), ["layout: class/group", "layout: group/class"],
    ),
    "two sets": (unique("Original/A", "Original/B", "Segmented/A"), ["variant: Original"]),
    "sets at two depths": (number_files("Original/A", "Original/B", "all/Original/A", "all/Original/B"), [
        "variant: Original for", "variant: all/Original",
    ]),
    "images and masks": (number_files("A/images", "A/masks", "B/images", "B/masks"), ["variant: images", "masks"]),
    "sets of any name": (
        number_files("x/A", "x/B", "y/A", "y/B"), ["dataset.variant: x", "dataset.layout: group/class"],
    ),
    "patients alone": (number_files("patient_1", "patient_2"), ["dataset.layout: class"]),
    "splits alone": (number_files("train", "test"), ["dataset.layout: class"]),
    "a class in another": ([*CLASSES, *number_files("Early/Benign")], ["dataset.layout: class"]),
    "sites and grades": (
        unique(*(f"site_{site}/grade{grade}" for site in "ab" for grade in (1, 2))), ["group/class", "class/group"],
    ),
    "another variant": (number_files("set/A", "set/B"), ["dataset.variant: null"]),
    "another layout": (CLASSES, ["dataset.layout: null"]),
}  # fmt: skip
SELECTED = {"another variant": {"variant": "Orignal"}, "another layout": {"layout": "patient/slide/class"}}


@pytest.mark.parametrize("case", ASKED)
def test_two_readings_are_shown_and_each_is_accepted(case):
    paths, words = ASKED[case]
    selection = SELECTED.get(case, {})
    error = raised(lambda: find(paths, **selection))
    for word in words:
        assert word in str(error)
    assert error.remedies
    for remedy in error.remedies:
        assert len(find(paths, **(selection | remedy["dataset"])).files) > 1


def test_the_user_states_the_levels():
    paths = unique("Benign/Smith", "Benign/Jones", "Early/Miller")
    assert counts(paths, layout="class/patient") == {"Benign": 24, "Early": 12}
    assert counts(paths, layout="place/class") == {"Jones": 12, "Miller": 12, "Smith": 12}
    nested = [f"set/{path}" for path in number_files("p1/A", "p1/B")]
    assert counts(nested, layout="patient/class") == counts(nested, layout="set/patient/class") == {"A": 12, "B": 12}


@pytest.mark.parametrize("variant", ["Original", "all/Original"])
def test_an_exact_path_wins_over_a_name(variant):
    paths = number_files("Original/A", "Original/B") + number_files("all/Original/A", "all/Original/B", files=5)
    assert counts(paths, variant=variant) == dict.fromkeys("AB", 12 if variant == "Original" else 5)


def test_a_variant_of_every_class_is_taken_alone():
    found = find(number_files("A/images", "A/masks", "B/images", "B/masks"), variant="images")
    assert found.count_images() == {"A": 12, "B": 12}
    assert all("/images/" in path for files in found.files.values() for path in files)


def test_a_variant_in_another_unicode_form_is_the_same():
    paths = number_files("Fa\u0308rbung/A", "Fa\u0308rbung/B", "roh/A", "roh/B")
    assert counts(paths, variant="F\u00e4rbung") == {"A": 12, "B": 12}


def describe(paths, **selection) -> str:
    listing = list_members(paths)
    found = find_class_folders(listing, Selection(**selection), "here")
    return "\n".join(describe_source(found, listing, "here", selection.get("variant")))


def test_nothing_is_left_out_or_taken_without_a_word():
    text = describe([*CLASSES, *number_files("Early/more", files=8), "1.png", "cover.png"])
    assert "here is read as class: 2 classes (Benign, Early), 32 images." in text
    assert "8 images in folders inside the class folders are taken as well: Early/more/0.png, Early/more/1.png" in text
    assert "2 images of here lie outside of the class folders and are left out: 1.png, cover.png." in text
    assert "With split.unit: folders its splits are used" in describe(DECIDED["split/class"][0])
    assert "12 images" not in describe(number_files("Original/A", "Original/B", "Segmented/A"), variant="Original")


@given(st.sampled_from(sorted(DECIDED)), st.randoms())
def test_the_order_of_the_paths_does_not_matter(case, random):
    paths = list(DECIDED[case][0])
    wanted = find(paths)
    random.shuffle(paths)
    assert find(paths) == wanted


NAME = st.text(st.sampled_from("ab_1. \udce4\n"), min_size=1, max_size=4)


@given(st.sets(st.lists(NAME, min_size=1, max_size=4).map(tuple), max_size=12))
def test_names_are_unique_and_can_be_written(paths):
    names = name_files({"/".join(parts): parts for parts in paths})
    assert len(set(names.values())) == len(paths)
    for name in names.values():
        name.encode()
        assert "/" not in name
        assert "\n" not in name


def test_a_name_of_a_class_folder_stays_and_a_deeper_one_has_its_folders():
    assert name_files({"a": ("1.png",), "b": ("p 1", "1.png")}) == {"a": "1.png", "b": "p 1__1.png"}
    clash = name_files({"a": ("p__1.png",), "b": ("p", "1.png")})
    assert clash == {"a": "p__1.png", "b": "p__1__1.png"}
    (long,) = name_files({"a": ("x" * 200, "y" * 200, "1.png")}).values()
    assert len(long) == 255
    assert long.endswith("1.png")


@pytest.mark.parametrize(
    "path",
    [
        "Benign/@eaDir/1.png", "Benign/.Trash/1.png", "__MACOSX/Benign/._1.png", "$RECYCLE.BIN/Benign/1.png",
        "Benign/.git/1.png", "Benign/~$1.png", "System Volume Information/1.png", "lost+found/1.png",
        "#recycle/Benign/1.png", "Benign/Thumbs.db", "Benign/DESKTOP.INI", "@Recycle/1.png",
    ],
)  # fmt: skip
def test_what_systems_leave_behind_is_hidden(path):
    assert is_hidden_path(path)
    assert counts([*CLASSES, path, path.replace("Benign/", "Early/")]) == {"Benign": 12, "Early": 12}


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (["Train", "VAL", "Test"], ["train", "validation", "test"]),
        (["training set", "valid", "testing"], ["train", "validation", "test"]),
        (["C-NMC_training_data", "C-NMC_test"], ["train", "test"]),
        (["TestImages", "TrainImages"], ["test", "train"]),
        (["test positive", "test negative"], None),
        (["train", "Tester"], None),
        (["Benign", "Early"], None),
    ],
)
def test_usual_names_of_splits_are_known(names, splits):
    found = read_splits(names)
    assert found == (splits and dict(zip(names, splits, strict=True)))
