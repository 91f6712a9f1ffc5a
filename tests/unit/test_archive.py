"""Archives that anyone may have made: a hostile one is refused by its member's name, and what is wanted comes out."""

import stat
import warnings
import zipfile
from contextlib import suppress

import pytest
from extract_archive import extract_classes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from smear.images.archive import Limits, refuse_path
from smear.images.class_folders import Selection, check_expected
from smear.images.source import look_at_archive
from smear.job import UserError

PLAIN = {"set/A/1.jpg": b"a", "set/A/2.jpg": b"aa", "set/B/1.jpg": b"b", "other/notes.txt": b"n"}
LIMITS = Limits(files=3, gigabytes=1e-6)


def pack(path, members: dict[str, bytes], **more: zipfile.ZipInfo):
    """Write a zip of `members` and of empty ones described by `more`."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, content in members.items():
            archive.writestr(name, content)
        for member in more.values():
            archive.writestr(member, b"x")
    return path


def extract(tmp_path, archive, limits=LIMITS, classes=None, expected=None) -> dict[str, bytes]:
    folder = tmp_path / "in/out"
    extract_classes(archive, folder, Selection(classes=classes), limits, expected)
    inside = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(inside) == sum(path.is_file() for path in (tmp_path / "in").rglob("*"))
    return inside


def refusal(tmp_path, archive, **settings) -> str:
    with pytest.raises(UserError) as refused:
        extract(tmp_path, archive, **settings)
    assert not (tmp_path / "in").exists()
    return str(refused.value).replace(str(archive), "the.zip")


def special(kind: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("set/A/odd.jpg")
    member.external_attr = (kind | 0o644) << 16
    return member


def test_the_wanted_classes_alone_come_out(tmp_path):
    archive = pack(tmp_path / "a.zip", PLAIN | {"set/C/1.jpg": b"c" * 10000, "set/C/2.jpg": b"c"})
    assert extract(tmp_path, archive, classes=["A", "B"]) == {"A/1.jpg": b"a", "A/2.jpg": b"aa", "B/1.jpg": b"b"}


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/etc/1.jpg", "is an absolute path"),
        ("//host/1.jpg", "is an absolute path"),
        ("set/../../1.jpg", "leads to a parent folder"),
        ("..", "leads to a parent folder"),
        ("set\\A\\1.jpg", "is written with a backslash or a drive letter"),
        ("C:/1.jpg", "is written with a backslash or a drive letter"),
        ("set/A/1.jpg\x00.txt", "holds a control character"),
    ],
)
@pytest.mark.parametrize("where", ["extract", "before work starts"])
def test_a_path_that_leads_outside_is_refused_wherever_it_stands(tmp_path, path, problem, where):
    member = zipfile.ZipInfo("x")
    member.filename = member.orig_filename = path
    archive = pack(tmp_path / "a.zip", PLAIN, odd=member)
    if where == "extract":
        message = refusal(tmp_path, archive)
    else:
        dataset = {"source": "archive", "path": str(archive), "variant": None, "classes": None, "layout": None}
        dataset |= {"archive_encoding": None, "labels_csv": None}
        with pytest.raises(UserError) as refused:
            look_at_archive(dataset | {"max_files": 3, "max_gigabytes": 1})
        message = str(refused.value).replace(str(archive), "the.zip")
    assert message == f"the.zip is refused, for its member {path!r} {problem}: pack the images again, plainly."


@given(st.lists(st.sampled_from(["..", ".", "A", "b.jpg", "", "C:", "~", "\\", "...", "a..b"]), min_size=1, max_size=6))
def test_no_accepted_path_leaves_its_folder(tmp_path_factory, parts):
    member = zipfile.ZipInfo("x")
    member.filename = member.orig_filename = "/".join(parts)
    folder = tmp_path_factory.getbasetemp()
    try:
        refuse_path(member, "the.zip")
    except UserError:
        return
    assert (folder / member.filename).resolve().is_relative_to(folder.resolve())


@pytest.mark.parametrize(
    ("kind", "problem"),
    [(stat.S_IFLNK, "is a symbolic link"), (stat.S_IFIFO, "is no plain file"), (stat.S_IFCHR, "is no plain file")],
)
def test_special_files_are_refused_where_they_would_come_out(tmp_path, kind, problem):
    archive = pack(tmp_path / "a.zip", PLAIN, odd=special(kind))
    assert f"for its member 'set/A/odd.jpg' {problem}:" in refusal(tmp_path, archive, limits=Limits(9, 1))
    assert len(extract(tmp_path, pack(tmp_path / "b.zip", PLAIN | {"set/C/1.jpg": b"c"}), classes=["B", "C"])) == 2


def test_an_encrypted_member_is_refused(tmp_path):
    archive = pack(tmp_path / "a.zip", PLAIN)
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flags of the first entry in the directory
    archive.write_bytes(data)
    assert "for its member 'set/A/1.jpg' is encrypted:" in refusal(tmp_path, archive)


@pytest.mark.parametrize("twin", ["set/A/1.jpg", "set/A//1.jpg", "set/./A/1.jpg"])
def test_two_members_for_one_file_are_refused(tmp_path, twin):
    member = zipfile.ZipInfo("x")
    member.filename = twin
    archive = pack(tmp_path / "a.zip", PLAIN, twin=member)
    assert "1.jpg' is there twice:" in refusal(tmp_path, archive, limits=Limits(9, 1))


def test_amounts_are_bounded(tmp_path):
    archive = pack(tmp_path / "a.zip", PLAIN | {"set/B/2.jpg": bytes(2_000_000)})
    assert refusal(tmp_path, archive) == (
        "the.zip holds 4 files to unpack, more than dataset.max_files (3); raise it if you trust the archive."
    )
    assert refusal(tmp_path, archive, limits=Limits(4, 0.001)) == (
        "the.zip unpacks to 0.002 GB, more than dataset.max_gigabytes (0.001); raise it if you trust the archive."
    )


def test_a_member_that_declares_less_than_it_holds_unpacks_to_no_more(tmp_path):
    archive = pack(tmp_path / "a.zip", PLAIN | {"set/B/1.jpg": bytes(5_000_000)})
    with zipfile.ZipFile(archive) as file:
        member = file.getinfo("set/B/1.jpg")
    data = archive.read_bytes()
    archive.write_bytes(data.replace(member.file_size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(UserError, match="is no readable zip archive"):
        extract_classes(archive, tmp_path / "out", Selection(), LIMITS)
    assert (tmp_path / "out/B/1.jpg").stat().st_size <= 10


def test_an_archive_larger_than_the_disk_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 3}))
    with pytest.raises(UserError, match=r"^Unpacking .*a\.zip needs 0\.0 MiB and the disk of .* has 0\.0 MiB free"):
        extract(tmp_path, pack(tmp_path / "a.zip", PLAIN))


@pytest.mark.parametrize("content", [b"no archive", b""])
def test_a_broken_archive_is_named(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    assert "the.zip is no readable zip archive" in refusal(tmp_path, tmp_path / "a.zip")


def test_a_cut_archive_is_named(tmp_path):
    archive = pack(tmp_path / "a.zip", PLAIN)
    archive.write_bytes(archive.read_bytes()[:-30])
    assert "the.zip is no readable zip archive" in refusal(tmp_path, archive)


def test_expected_numbers_are_held_against_the_archive(tmp_path):
    archive = pack(tmp_path / "a.zip", PLAIN)
    assert refusal(tmp_path, archive, expected={"A": 2, "B": 3, "C": 1}).startswith(
        "the.zip does not hold the images that dataset.expected names: B has 1 instead of 3, C has 0 instead of 1. Set"
    )
    assert len(extract(tmp_path, archive, expected={"A": 2, "B": 1})) == 3


@given(
    st.dictionaries(st.sampled_from("ABC"), st.integers(1, 3)),
    st.dictionaries(st.sampled_from("ABC"), st.integers(1, 3)),
)
def test_expected_numbers_are_all_or_nothing(counts, expected):
    try:
        check_expected(counts, expected, "here")
    except UserError:
        assert counts != expected
    else:
        assert counts == expected


@given(st.binary(max_size=60), st.integers(0, 400))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_anywhere_ends_in_a_sentence_or_does_no_harm(tmp_path_factory, noise, place):
    folder = tmp_path_factory.mktemp("damaged")
    archive = pack(folder / "a.zip", PLAIN)
    data = bytearray(archive.read_bytes())
    place %= len(data)
    data[place : place + len(noise)] = noise[: len(data) - place]
    archive.write_bytes(data)
    with suppress(UserError):
        extract(folder, archive)
