"""A data set keeps the source that it was made from: another one is refused, the same one by another path is not."""

import os

import pytest
from folders import configure, fill_archive, fill_folder, number_files, raised
from smear.files import read_json
from smear.images.identity import check_identity, write_identity
from smear.images.source import examine_source, identify_source

CLASSES = number_files("Benign", "Early")


@pytest.fixture
def datasets(tmp_path):
    (tmp_path / "results/datasets").mkdir(parents=True)
    return tmp_path / "results/datasets"


def identify(config: dict):
    return identify_source(config["dataset"], examine_source(config["dataset"]))


def make(config: dict, datasets) -> None:
    """Do what a call leaves behind: `source.json`, and a catalog."""
    folder = datasets / config["dataset"]["name"]
    write_identity(identify(config), folder)
    (folder / "catalog.csv").touch()


def check(config: dict, datasets) -> None:
    name = config["dataset"]["name"]
    check_identity(identify(config), datasets / name, name)


def follow(config: dict, remedies: list, datasets, changed) -> None:
    """Apply every remedy by itself; the fault is gone with each."""
    for remedy in remedies:
        if isinstance(remedy, str):
            assert os.system(remedy) == 0
            check(config, datasets)
        else:
            check(changed(**remedy["dataset"]), datasets)
    assert {type(remedy) for remedy in remedies} == {dict, str}


def test_two_folders_of_one_name(tmp_path, datasets):
    for parent in "ab":
        fill_folder(tmp_path / parent / "images", CLASSES)
    first, second = (configure(tmp_path / parent / "images") for parent in "ab")
    make(first, datasets)
    check(first, datasets)
    error = raised(check, second, datasets)
    assert "The data set images is made from folder" in str(error)
    assert "Set dataset.name: b-images to keep both" in str(error)
    follow(second, error.remedies, datasets, lambda **more: configure(tmp_path / "b/images", **more))


def test_an_archive_and_a_folder_two_archives_two_handles(tmp_path, datasets):
    fill_folder(tmp_path / "images", CLASSES)
    archive = fill_archive(tmp_path / "images.zip", CLASSES)
    (tmp_path / "b").mkdir()
    other = fill_archive(tmp_path / "b/images.zip", number_files("Benign", "Pre"))
    make(configure(tmp_path / "images"), datasets)
    assert "images" in str(raised(check, configure(archive, "archive"), datasets))
    assert "b-images" in str(raised(check, configure(other, "archive"), datasets))
    make(configure(source="kaggle", handle="one/smears"), datasets)
    check(configure(source="kaggle", handle="one/smears/versions/2"), datasets)
    error = raised(check, configure(source="kaggle", handle="two/smears"), datasets)
    assert error.remedies[0] == {"dataset": {"name": "two-smears"}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"variant": "Segmented"}, "dataset.variant Original, and not Segmented"),
        ({"variant": "Original", "classes": ["A", "B"]}, "dataset.classes null, and not A, B"),
    ],
)
def test_another_choice_from_one_source(tmp_path, datasets, change, words):
    names = [f"{variant}/{name}" for variant in ("Original", "Segmented") for name in "ABC"]
    fill_folder(tmp_path / "images", number_files(*names))
    make(configure(tmp_path / "images", variant="Original"), datasets)
    error = raised(check, configure(tmp_path / "images", **change), datasets)
    assert words in str(error)
    follow(
        configure(tmp_path / "images", **change), error.remedies, datasets,
        lambda **more: configure(tmp_path / "images", **(change | more)),
    )  # fmt: skip


def test_another_layout_is_another_data_set_and_the_same_level_is_not(tmp_path, datasets):
    paths = [
        f"{name}/{who}/{who}{number}.png"
        for name, who in zip("AAB", ("x", "y", "z"), strict=True)
        for number in range(12)
    ]
    fill_folder(tmp_path / "images", paths)
    make(configure(tmp_path / "images", layout="class/patient"), datasets)
    check(configure(tmp_path / "images", layout="class/owner"), datasets)
    assert "dataset.layout class/patient, and not owner/class" in str(
        raised(check, configure(tmp_path / "images", layout="owner/class"), datasets)
    )


def test_the_same_folder_by_another_path_or_in_another_place(tmp_path, datasets, monkeypatch):
    fill_folder(tmp_path / "a/images", CLASSES)
    make(configure(tmp_path / "a/images"), datasets)
    (tmp_path / "link").symlink_to("a")
    check(configure(tmp_path / "link/images"), datasets)
    monkeypatch.chdir(tmp_path / "a")
    check(configure("images"), datasets)
    check(configure("../a/./images/", variant="Original"), datasets)
    (tmp_path / "a/images").rename(tmp_path / "images")
    check(configure(tmp_path / "images"), datasets)
    fill_folder(tmp_path / "images", number_files("Early", files=20))
    raised(check, configure(tmp_path / "images"), datasets)


def test_images_that_are_added_do_not_make_another_source(tmp_path, datasets):
    fill_folder(tmp_path / "images", CLASSES)
    make(configure(tmp_path / "images"), datasets)
    fill_folder(tmp_path / "images", number_files("Pre"))
    check(configure(tmp_path / "images"), datasets)


def test_a_data_set_of_before_and_a_name_without_data_are_adopted(tmp_path, datasets):
    fill_folder(tmp_path / "images", CLASSES)
    config = configure(tmp_path / "images")
    (datasets / "images").mkdir()
    (datasets / "images/catalog.csv").touch()
    check(config, datasets)
    make(config, datasets)
    (datasets / "images/catalog.csv").unlink()
    fill_folder(tmp_path / "b/images", CLASSES)
    check(configure(tmp_path / "b/images"), datasets)


def test_a_damaged_file_is_named(tmp_path, datasets):
    fill_folder(tmp_path / "images", CLASSES)
    config = configure(tmp_path / "images")
    make(config, datasets)
    (datasets / "images/source.json").write_text("{")
    error = raised(check, config, datasets)
    assert os.system(error.remedies[0]) == 0
    check(config, datasets)


def test_the_file_says_how_the_folders_are_read(tmp_path, datasets):
    fill_folder(tmp_path / "images", number_files("Benign/patient 1", "Early/patient 2"))
    make(configure(tmp_path / "images"), datasets)
    written = read_json(datasets / "images/source.json")
    assert written["layout"] == "class/patient"
    assert written["origin"] == str(tmp_path / "images")
    assert (written["source"], written["variant"], written["classes"]) == ("folder", None, None)
