"""What a folder holds: every file once, whatever links, rights and names there are."""

import os
import zipfile
from pathlib import Path

import pytest
from extract_archive import extract_classes
from folders import check_source, configure, fill_archive, fill_folder, number_files, raised
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from link_folder import link_classes
from PIL import Image
from smear.images.archive import Limits
from smear.images.class_folders import Selection
from smear.images.decoding import FORMATS, inspect_image
from smear.images.entries import IMAGE_SUFFIXES, is_hidden
from smear.images.listing import DEEPEST, list_folder
from smear.images.source import check_examined, examine_source

CLASSES = number_files("Benign", "Early")
COUNTS = {"Benign": 12, "Early": 12}


@pytest.fixture
def source(tmp_path) -> Path:
    return fill_folder(tmp_path / "source", CLASSES)


def look(source: Path, **dataset):
    config = configure(source, **dataset)
    examined = examine_source(config["dataset"])
    check_examined(config, examined)
    return examined


def test_links_to_folders_above_end(source):
    (source / "Early/up").symlink_to("..")
    (source / "Benign/up").symlink_to("..")
    (source / "Benign/far").symlink_to("../../..")
    (source / "Benign/all").symlink_to("/")
    (source / "Early/self").symlink_to("self")
    listing = list_folder(source)
    assert listing.files == sorted([*CLASSES, "Early/self"])
    assert listing.repeated == ["Benign/all", "Benign/far", "Benign/up", "Early/up"]
    assert check_source(configure(source)) == COUNTS
    assert any("Links to folders that are listed already" in note for note in look(source).notes)


def test_a_folder_that_two_links_lead_to_counts_once(source, tmp_path):
    fill_folder(tmp_path / "more", number_files("slide", files=3))
    (source / "Benign/a").symlink_to(tmp_path / "more")
    (source / "Early/b").symlink_to(tmp_path / "more/slide")
    assert list_folder(source).repeated == ["Early/b"]
    assert check_source(configure(source)) == {"Benign": 15, "Early": 12}


def test_class_folders_may_be_links(tmp_path):
    fill_folder(tmp_path / "elsewhere", CLASSES)
    (tmp_path / "source").mkdir()
    for name in ("Benign", "Early"):
        (tmp_path / "source" / name).symlink_to(tmp_path / "elsewhere" / name)
    assert check_source(configure(tmp_path / "source")) == COUNTS


def test_links_that_lead_in_a_circle_through_each_other_end(tmp_path, source):
    fill_folder(tmp_path / "other", ["x/1.png"])
    (source / "Early/other").symlink_to(tmp_path / "other")
    (tmp_path / "other/back").symlink_to(source)
    (tmp_path / "other/x/around").symlink_to(tmp_path / "other")
    assert check_source(configure(source)) == {"Benign": 12, "Early": 13}


def test_a_very_deep_folder_ends(source):
    (source / "Early" / "/".join("d" * (DEEPEST + 5))).mkdir(parents=True)
    assert "deeper than 32 folders" in list_folder(source).unreadable.popitem()[1]


def test_a_dangling_link_is_left_to_the_catalog(source, tmp_path):
    (source / "Early/gone.png").symlink_to("../.git/annex/objects/x.png")
    assert check_source(configure(source)) == {"Benign": 12, "Early": 13}
    link_classes(source, tmp_path / "images", Selection())
    reason = inspect_image(tmp_path / "images/Early/gone.png", 100)
    assert reason == f"a link to {source}/.git/annex/objects/x.png, which does not exist"


def test_a_class_folder_that_is_a_dangling_link_is_not_lost(source):
    (source / "Pre").symlink_to("/not/mounted/Pre")
    error = raised(check_source, configure(source))
    assert "Pre in" in str(error)
    assert "is a link to a place that does not exist" in str(error)
    assert check_source(configure(source, **error.remedies[0]["dataset"])) == COUNTS


def test_what_is_no_plain_file_is_left_to_the_catalog(source, tmp_path):
    os.mkfifo(source / "Early/pipe.png")
    (source / "Early/circle.png").symlink_to("circle.png")
    link_classes(source, tmp_path / "images", Selection())
    assert inspect_image(tmp_path / "images/Early/pipe.png", 100) == "no plain file"
    assert "cannot be read" in inspect_image(tmp_path / "images/Early/circle.png", 100)


@pytest.fixture
def locked(monkeypatch):
    """A function that takes away the right to list folders of a name; root, who runs tests in containers, has it."""
    scandir = os.scandir

    def lock(name: str) -> None:
        def refuse(path):
            if Path(path).name == name:
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)

    return lock


def test_a_class_folder_without_the_right_to_read_it(source, locked):
    fill_folder(source, number_files("Pre"))
    locked("Early")
    error = raised(check_source, configure(source))
    assert "1 folder of" in str(error)
    assert "cannot be read: Early (Permission denied)" in str(error)
    assert "holds no images" not in str(error)
    (remedy,) = error.remedies
    assert check_source(configure(source, **remedy["dataset"])) == {"Benign": 12, "Pre": 12}


@pytest.mark.parametrize("name", ["source", "Benign"])
def test_nothing_is_called_empty_that_may_not_be_read(source, locked, name):
    locked(name)
    assert "Permission denied" in str(raised(check_source, configure(source)))


def test_suffixes_are_those_that_the_decoder_reads():
    Image.init()
    known = {suffix for suffix, name in Image.registered_extensions().items() if name in FORMATS}
    assert set(IMAGE_SUFFIXES) == known


@pytest.mark.parametrize("suffix", [".jfif", ".jpe", ".JFIF", ".tif", ".TIFF", ".webp"])
def test_every_suffix_of_an_image_counts(tmp_path, suffix):
    paths = number_files("Benign", "Early", files=5) + number_files("Early", suffix=suffix)
    assert check_source(configure(fill_folder(tmp_path / "s", paths), split=WIDE))["Early"] == 12 + 5
    alone = number_files("Benign") + number_files("Early", suffix=suffix)
    assert check_source(configure(fill_folder(tmp_path / "t", alone))) == COUNTS


WIDE = {"fractions": {"train": 0.6, "validation": 0.2, "test": 0.2}}


def test_a_class_of_another_kind_of_files_is_named_with_what_it_holds(tmp_path):
    paths = [*CLASSES, *number_files("Pre", suffix=".svs"), "Pre/notes.txt"]
    error = raised(check_source, configure(fill_folder(tmp_path / "s", paths)))
    assert "The class folder Pre of" in str(error)
    assert "holds no images (only .svs, .txt)" in str(error)
    assert error.remedies == [{"dataset": {"classes": ["Benign", "Early"]}}]


ODD = os.fsdecode(b"zell\xe4.png")


def test_a_name_that_is_no_text_is_said_and_written_in_an_escaped_form(source, tmp_path):
    (source / "Early/0.png").rename(source / "Early" / ODD)
    (source / "Early/1.png").rename(source / "Early/a\nb.png")
    notes = "\n".join(look(source).notes)
    notes.encode()
    assert "2 file names with control characters or bytes that are not UTF-8" in notes
    assert "Early/a\\nb.png, Early/zell\\xe4.png" in notes
    found = link_classes(source, tmp_path / "images", Selection())
    assert {"Early/zell%E4.png", "Early/a%0Ab.png"} < set(found.list_sources())
    assert (tmp_path / "images/Early/zell%E4.png").is_file()


@pytest.mark.parametrize("name", [os.fsdecode(b"fr\xfch"), "two\nlines", "bell\a"])
def test_a_class_name_that_is_no_text_is_refused(source, name):
    fill_folder(source, number_files(name))
    error = raised(check_source, configure(source))
    str(error).encode()
    assert "control characters or bytes that are not UTF-8" in str(error)
    assert "\n" not in str(error)
    (remedy,) = error.remedies
    assert check_source(configure(source, **remedy["dataset"])) == COUNTS


NAMES = st.sampled_from(
    ["Benign", "Early", "patient 1", "patient 2", "@eaDir", ".x", "1.png", "2.JPG", "n.txt", "Thumbs.db"]
)


@given(st.sets(st.lists(NAMES, min_size=1, max_size=4).map("/".join), max_size=12))
@pytest.mark.slow
@settings(max_examples=60, phases=[Phase.reuse, Phase.generate])  # each example writes files
def test_a_folder_and_its_archive_are_read_alike(tmp_path_factory, paths):
    folder = tmp_path_factory.mktemp("alike")
    paths = {path for path in paths if not any(other.startswith(f"{path}/") for other in paths)}
    fill_folder(folder / "s", sorted(paths))
    (folder / "s").mkdir(exist_ok=True)
    fill_archive(folder / "s.zip", sorted(paths))
    answers = []
    for path, source in ((folder / "s", "folder"), (folder / "s.zip", "archive")):
        try:
            found = examine_source(configure(path, source)["dataset"]).found
            answers.append((found.layout, found.files))
        except Exception as error:
            answers.append(str(error).replace(str(path), "here"))
    assert answers[0] == answers[1]


def test_the_archive_of_a_class_that_lies_deeper_is_read_as_its_folder(tmp_path):
    paths = [*CLASSES, *number_files("Pre/more")]
    fill_folder(tmp_path / "s", paths)
    fill_archive(tmp_path / "s.zip", paths)
    for path, source in ((tmp_path / "s", "folder"), (tmp_path / "s.zip", "archive")):
        assert check_source(configure(path, source)) == COUNTS | {"Pre": 12}
    found = extract_classes(tmp_path / "s.zip", tmp_path / "images", Selection(), Limits(99, 1))
    assert (tmp_path / "images/Pre/more__3.png").is_file()
    assert found.list_sources()["Pre/more__3.png"] == "Pre/more/3.png"


def test_dots_and_double_slashes_in_an_archive_are_no_folders(tmp_path):
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for path in CLASSES:
            archive.writestr(f"./{path.replace('/', '//')}", b"x")
    assert check_source(configure(tmp_path / "s.zip", "archive")) == COUNTS


def test_hidden_names_are_no_prefix_of_others():
    assert not any(map(is_hidden, ["Train", "tmp", "images", "lost", "recycle", "a.png", "eadir"]))
