"""Class folders are found wherever they lie, the same in a folder and in an archive."""

import zipfile

import pytest
from extract_archive import extract_classes
from hypothesis import given
from hypothesis import strategies as st
from link_folder import link_classes
from smear.images.archive import Limits
from smear.images.class_folders import Selection
from smear.images.class_folders import find_class_folders as find_in_listing
from smear.images.listing import list_folder, list_members
from smear.job import UserError

CLASSES = ["Benign/1.jpg", "Benign/2.JPG", "Early/1.png"]
WANTED = {"Benign": ["1.jpg", "2.JPG"], "Early": ["1.png"]}


def find_class_folders(paths, variant, classes, source) -> dict[str, list[str]]:
    found = find_in_listing(list_members(paths), Selection(variant, None, classes), source)
    return {name: list(files) for name, files in found.files.items()}


def names(found: dict) -> dict:
    return {name: [path.rpartition("/")[2] for path in paths] for name, paths in found.items()}


@pytest.mark.parametrize("prefix", ["", "Original/", "leukemia/v1/Original/"])
@pytest.mark.parametrize("variant", [None, "Original"])
def test_one_set_is_found_at_any_depth(prefix, variant):
    if variant and prefix and not prefix.endswith("Original/"):
        return
    found = find_class_folders([prefix + path for path in CLASSES], variant, None, "here")
    assert names(found) == WANTED


def test_the_variant_chooses_and_twins_never_mix():
    paths = [f"{variant}/{path}" for variant in ["Original", "Segmented"] for path in CLASSES]
    found = find_class_folders([*paths, "README.md"], "Original", None, "here")
    assert names(found) == WANTED
    assert all(path.startswith("Original/") for files in found.values() for path in files)


def test_a_variant_that_a_flat_folder_lacks_is_no_fault():
    assert names(find_class_folders(CLASSES, "Original", None, "here")) == WANTED


def test_hidden_files_are_passed_over():
    extra = ["Benign/.DS_Store", "__MACOSX/Benign/1.jpg", "Early/Thumbs.db", ".cache/x/1.jpg", "LICENSE"]
    extra += ["Early/._1.png", "Early/@eaDir/1.png/SYNOPHOTO_THUMB_XL.jpg", "#recycle/Pre/1.png", "Early/.png"]
    assert names(find_class_folders([*CLASSES, *extra], None, None, "here")) == WANTED


def test_other_files_of_a_class_folder_are_kept_for_the_catalog():
    found = find_class_folders([*CLASSES, "Early/notes.txt"], None, None, "here")
    assert names(found)["Early"] == ["1.png", "notes.txt"]


@pytest.mark.parametrize(
    ("paths", "variant", "classes", "words"),
    [
        ([], None, None, "here holds no class folders with images"),
        (["1.jpg"], None, None, "here holds no class folders with images"),
        (["A/1.jpg"], None, None, "here holds one class only"),
        ([*CLASSES, "Pre/"], None, None, "class folder Pre of here holds no images"),
        ([*CLASSES, "Pre/a.txt"], None, None, "class folder Pre of here holds no images"),
        (CLASSES, None, ["Benign", "Pro"], "names Pro, but here has no such class folder; it has: Benign, Early"),
        (
            ["x/A/1.jpg", "x/B/1.jpg", "y/A/1.jpg"],
            None,
            None,
            "Which folders of here are the classes.* dataset.variant: x",
        ),
        (["x/A/1.jpg", "x/B/1.jpg"], "z", None, "dataset.variant is z, which is not there"),
        (["a/x/A/1.jpg", "b/c/x/A/1.jpg"], "x", None, "several folders x"),
    ],
)
def test_what_cannot_be_used_is_named(paths, variant, classes, words):
    with pytest.raises(UserError, match=words):
        find_class_folders(paths, variant, classes, "here")


def test_classes_restrict():
    paths = [*CLASSES, "Pre/1.jpg"]
    assert list(find_class_folders(paths, None, ["Pre", "Early"], "here")) == ["Early", "Pre"]


@given(st.permutations([*CLASSES, "Pre/1.jpg", "Pro/3.tif"]))
def test_the_order_of_the_paths_does_not_matter(paths):
    assert find_class_folders(paths, None, None, "here") == find_class_folders(sorted(paths), None, None, "here")


@pytest.fixture
def folder(tmp_path):
    for path in [f"{variant}/{path}" for variant in ["Original", "Segmented"] for path in CLASSES]:
        (tmp_path / "source" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / path).write_text(path)
    return tmp_path / "source"


def contents(folder) -> dict:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_and_its_archive_give_the_same_images(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in list_folder(folder).files:
            archive.write(folder / path, path)
    wanted = Selection("Original")
    extracted = extract_classes(tmp_path / "a.zip", tmp_path / "extracted", wanted, Limits(99, 1))
    assert extracted == link_classes(folder, tmp_path / "linked", wanted)
    assert extracted.count_images() == {"Benign": 2, "Early": 1}
    wanted = {path: f"Original/{path}" for path in CLASSES}
    assert contents(tmp_path / "extracted") == contents(tmp_path / "linked") == wanted
