"""Archives from other systems: names in a code page, names that are too long, methods that Python has not."""

import zipfile

import pytest
from folders import check_source, configure, fill_archive, fill_folder, number_files, raised
from smear.images.source import examine_source

CLASSES = number_files("Benign", "Early")


def pack_in(path, encoding: str, *folders: str):
    """A zip as a system of that code page makes it: without the flag for UTF-8."""
    names = number_files(*folders)
    texts = {name: name.encode(encoding).decode("cp437") for name in names}

    class Member(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):  # noqa: N802 the method of zipfile that chooses the encoding
            return self.filename.encode("cp437"), self.flag_bits & ~0x800

    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(Member(texts[name]), b"x")
    return path


@pytest.mark.parametrize(
    ("encoding", "classes"),
    [
        ("gbk", ["良性", "早期"]),
        ("cp866", ["Болезнь", "Норма"]),
        ("shift_jis", ["良性", "早期"]),
        ("utf-8", ["é", "ü"]),
    ],
)
def test_names_in_a_code_page_are_said_and_can_be_read(tmp_path, encoding, classes):
    archive = pack_in(tmp_path / "s.zip", encoding, *classes)
    notes = examine_source(configure(archive, "archive")["dataset"]).notes
    assert "24 names in" in notes[-1]
    assert "do not say their encoding" in notes[-1]
    assert len(notes[-1]) < 400 + len(str(archive))
    config = configure(archive, "archive", archive_encoding=encoding)
    assert check_source(config) == dict.fromkeys(sorted(classes), 12)
    assert len(examine_source(config["dataset"]).notes) == 1


def test_the_likely_encoding_is_offered_with_what_it_gives(tmp_path):
    archive = pack_in(tmp_path / "s.zip", "gbk", "良性", "早期")
    assert "gbk (良性)" in examine_source(configure(archive, "archive")["dataset"]).notes[-1]


def test_another_encoding_is_refused(tmp_path):
    archive = pack_in(tmp_path / "s.zip", "gbk", "良性", "早期")
    error = raised(lambda: check_source(configure(archive, "archive", archive_encoding="utf-8")))
    assert "dataset.archive_encoding is utf-8, but" in str(error)
    assert error.remedies == [{"dataset": {"archive_encoding": None}}]
    assert "which Python does not know" in str(raised(lambda: configure(archive, "archive", archive_encoding="dos")))


def test_names_that_say_utf_8_need_nothing(tmp_path):
    archive = fill_archive(tmp_path / "s.zip", number_files("良性", "早期"))
    assert len(examine_source(configure(archive, "archive")["dataset"]).notes) == 1


def test_a_name_that_no_file_can_have_is_refused_before_work_starts(tmp_path):
    archive = fill_archive(tmp_path / "s.zip", [*CLASSES, f"Early/{'é' * 140}.png"])
    error = raised(check_source, configure(archive, "archive"))
    assert "1 member with a name of more than 255 bytes" in str(error)
    deep = fill_archive(tmp_path / "d.zip", [*CLASSES, f"Early/{'a' * 150}/{'b' * 150}.png"])
    assert check_source(configure(deep, "archive"))["Early"] == 13, "a joined name is shortened"


@pytest.mark.parametrize(("method", "name"), [(9, "Deflate64"), (98, "PPMd"), (93, "Zstandard"), (77, "method 77")])
def test_a_method_that_python_has_not_is_named_with_the_way_out(tmp_path, method, name):
    archive = fill_archive(tmp_path / "s.zip", CLASSES, compression=zipfile.ZIP_DEFLATED)
    data = bytearray(archive.read_bytes())
    for mark, place in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + place] = method
    archive.write_bytes(data)
    text = str(raised(check_source, configure(archive, "archive")))
    assert f"24 members packed with {name}, which cannot be unpacked here" in text
    assert "dataset.source: folder" in text
    assert "download it again" not in text


def test_a_folder_given_as_an_archive_and_the_other_way_round(tmp_path):
    folder = fill_folder(tmp_path / "s", CLASSES)
    archive = fill_archive(tmp_path / "s.zip", CLASSES)
    error = raised(check_source, configure(folder, "archive"))
    assert "is a folder and no zip archive; set dataset.source: folder" in str(error)
    assert check_source(configure(folder, error.remedies[0]["dataset"]["source"])) == {"Benign": 12, "Early": 12}
    error = raised(check_source, configure(archive, "folder"))
    assert "is a file and no folder; set dataset.source: archive" in str(error)
    assert error.remedies == [{"dataset": {"source": "archive"}}]


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"Rar!\x1a\x07", "a RAR archive"), (b"7z\xbc\xaf'", "a 7-Zip archive"), (b"\x1f\x8b\x08", "a gzip file"),
     (bytes(257) + b"ustar", "a tar archive")],
)  # fmt: skip
def test_another_kind_of_archive_is_named(tmp_path, start, kind):
    (tmp_path / "s.zip").write_bytes(start + bytes(100))
    text = str(raised(check_source, configure(tmp_path / "s.zip", "archive")))
    assert f"is {kind} and no readable zip archive; unpack it and set dataset.source: folder" in text


def test_one_image_is_no_broken_archive(tmp_path):
    (tmp_path / "1.JPG").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    text = str(raised(check_source, configure(tmp_path / "1.JPG", "archive")))
    assert "1.JPG is one image; give the folder that holds the class folders" in text
    assert "download it again" not in text
