"""What may be taken out of a zip archive that anyone may have made."""

import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from smear.files import BROKEN_ZIP
from smear.images.class_folders import ClassFolders, Selection
from smear.images.entries import is_image
from smear.images.labeled import find_classes
from smear.images.listing import Listing, list_members
from smear.images.names import find_long
from smear.job import UserError, list_some, show_name, show_path

GIGABYTE = 10**9
LIKELY_ENCODINGS = ("utf-8", "gbk", "shift_jis", "euc_kr", "big5", "cp866", "cp1252")
ENCRYPTED = 0x1  # bits of a member's flags
UTF_8 = 0x800
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
METHOD_NAMES = {
    1: "Shrink",
    6: "Implode",
    9: "Deflate64",
    93: "Zstandard",
    95: "XZ",
    97: "WavPack",
    98: "PPMd",
    99: "AES",
}


class Limits(NamedTuple):
    """How much an archive may unpack to."""

    files: int
    gigabytes: float


class Contents(NamedTuple):
    """What is taken from an archive: its class folders, and the member of each path; `listing` is of all members."""

    listing: Listing
    found: ClassFolders
    members: dict[str, zipfile.ZipInfo]


@contextmanager
def open_archive(path: str | Path, encoding: str | None = None) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive; errors of reading it, inside the block too, become a UserError.

    encoding: of the names of members without the flag for UTF-8; that of MS-DOS, code page 437, if None.
    """
    shown = show_path(path)
    if not Path(path).is_file():
        folder = Path(path).is_dir()
        problem = (
            "is a folder and no zip archive; set dataset.source: folder, or give the zip"
            if folder
            else "does not exist; give the zip archive that holds the class folders"
        )
        raise UserError(f"dataset.path: {shown} {problem}.", [{"dataset": {"source": "folder"}}] if folder else [])
    try:
        with zipfile.ZipFile(path, metadata_encoding=encoding) as archive:
            yield archive
    except UnicodeDecodeError as error:
        if encoding is None:
            raise UserError(
                f"dataset.path: {shown} has names that are marked as UTF-8 and are not ({error.reason}); pack the "
                f"images again."
            ) from error
        raise UserError(
            f"dataset.archive_encoding is {encoding}, but {shown} has names that are not in it ({error.reason}); set "
            f"the encoding of the system that packed it, such as gbk, shift_jis or cp866, or null.",
            [{"dataset": {"archive_encoding": None}}],
        ) from error
    except BROKEN_ZIP as error:
        if kind := find_kind(Path(path)):
            raise UserError(
                f"dataset.path: {shown} is {kind} and no readable zip archive; unpack it and set dataset.source: "
                f"folder, or pack the images as a zip."
            ) from error
        if is_image(str(path)):
            raise UserError(
                f"dataset.path: {shown} is one image; give the folder that holds the class folders, with "
                f"dataset.source: folder, or a zip archive of it."
            ) from error
        raise UserError(
            f"dataset.path: {shown} is no readable zip archive ({show_name(error, 100)}); download it again, or pack "
            f"the images as a zip."
        ) from error


def find_kind(path: Path) -> str | None:
    """What a file is that people take for a zip archive, by its first bytes."""
    with path.open("rb") as file:
        start = file.read(262)
    kinds = {
        b"Rar!": "a RAR archive",
        b"7z\xbc\xaf": "a 7-Zip archive",
        b"\x1f\x8b": "a gzip file",
        b"BZh": "a bzip2 file",
    }
    if start[257:] == b"ustar":
        return "a tar archive"
    return next((kind for mark, kind in kinds.items() if start.startswith(mark)), None)


def find_contents(archive: zipfile.ZipFile, selection: Selection, limits: Limits, source: str) -> Contents:
    """What is to be taken from an archive; a UserError, `source` naming it, for a hostile or unusable one.

    A path that leads outside is refused wherever it stands, the rest only where it would be unpacked. A member never
    unpacks to more than it declares: `zipfile` reads no further, and checks the sum.
    """
    members = {}
    for member in archive.infolist():
        refuse_path(member, source)
        members.setdefault(simplify(member.filename), []).append(member)
    listing = list_members(members)
    found = find_classes(listing, selection, source)
    wanted = [member for files in found.files.values() for path in files for member in members[path]]
    refuse_amount(wanted, limits, source)
    refuse_kinds(wanted, source)
    refuse_methods(wanted, source)
    paths = [path for files in found.files.values() for path in files]
    if twice := [path for path in paths if len(members[path]) > 1]:
        refuse(twice[0], "is there twice", source)
    refuse_long(found, source)
    return Contents(listing, found, {path: members[path][0] for path in paths})


def simplify(name: str) -> str:
    """A member's name without empty parts and `.`; a folder's still ends in a slash."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return "/".join(parts) + ("/" if name.endswith("/") else "")


def describe_encoding(archive: zipfile.ZipFile, encoding: str | None, source: str) -> list[str]:
    """A sentence where names were read in the code page of MS-DOS because nothing says in which they are."""
    if encoding is not None:
        return []
    odd = [
        member.filename
        for member in archive.infolist()
        if not member.flag_bits & UTF_8 and not member.filename.isascii()
    ]
    if not odd:
        return []
    likely = [f"{name} ({sample})" for name in LIKELY_ENCODINGS if (sample := read_again(odd, name))]
    return [
        f"{len(odd):,} names in {show_path(source)} do not say their encoding and are read as "
        f"{list_some((PurePosixPath(name).name or name for name in odd), 1)}; if that is wrong, set "
        f"dataset.archive_encoding to that of the system that packed it: {', '.join(likely[:3]) or 'such as cp1252'}."
    ]


def read_again(names: list[str], encoding: str) -> str | None:
    """How the first of names that were read in code page 437 reads in another encoding; None if not all are in it."""
    try:
        texts = [name.encode("cp437").decode(encoding) for name in names]
    except (UnicodeError, LookupError):
        return None
    parts = [part for part in texts[0].split("/") if not part.isascii()]
    return show_name(parts[0], 24) if parts and parts[0].isprintable() else None


def refuse_path(member: zipfile.ZipInfo, source: str) -> None:
    """Raise a UserError for a path that could lead outside the folder that it is unpacked to, on any system."""
    path = member.orig_filename  # `filename` ends at a null byte
    if path.startswith("/"):
        refuse(path, "is an absolute path", source)
    if "\\" in path or re.match("[A-Za-z]:", path):
        refuse(path, "is written with a backslash or a drive letter", source)
    if ".." in path.split("/"):
        refuse(path, "leads to a parent folder", source)
    if not path.isprintable() and any(ord(letter) < 32 for letter in path):
        refuse(path, "holds a control character", source)


def refuse_kinds(members: Iterable[zipfile.ZipInfo], source: str) -> None:
    """Raise a UserError for a member that is no plain file, or encrypted."""
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)  # Unix; 0 from other systems
        if kind == stat.S_IFLNK:
            refuse(member.filename, "is a symbolic link", source)
        if kind not in (0, stat.S_IFREG):
            refuse(member.filename, "is no plain file", source)
        if member.flag_bits & ENCRYPTED:
            refuse(member.filename, "is encrypted", source)


def refuse_methods(members: Iterable[zipfile.ZipInfo], source: str) -> None:
    """Raise a UserError for members that Python cannot unpack."""
    odd = [member for member in members if member.compress_type not in METHODS]
    if odd:
        name = METHOD_NAMES.get(odd[0].compress_type, f"method {odd[0].compress_type}")
        raise UserError(
            f"{show_path(source)} has {len(odd):,} members packed with {name}, which cannot be unpacked here, such as "
            f"{list_some([odd[0].filename])}. Unpack it with the program that made it and set dataset.source: "
            f"folder, or pack it again with Deflate (7-Zip: zip, method Deflate; zip -r)."
        )


def refuse_long(found: ClassFolders, source: str) -> None:
    """Raise a UserError for names that no file can have."""
    if long := find_long([*found.files, *(own for files in found.files.values() for own in files.values())]):
        raise UserError(
            f"{show_path(source)} has {len(long):,} member{'s' * (len(long) > 1)} with a name of more than 255 bytes, "
            f"which file systems do not take, such as {list_some(long, 1)}; pack the images again under shorter names."
        )


def refuse_amount(members: list[zipfile.ZipInfo], limits: Limits, source: str) -> None:
    """Raise a UserError where the members are more, or unpack to more, than allowed."""
    if len(members) > limits.files:
        raise UserError(
            f"{show_path(source)} holds {len(members):,} files to unpack, more than dataset.max_files "
            f"({limits.files:,}); raise it if you trust the archive.",
            [{"dataset": {"max_files": len(members)}}],
        )
    gigabytes = sum(member.file_size for member in members) / GIGABYTE
    if gigabytes > limits.gigabytes:
        raise UserError(
            f"{show_path(source)} unpacks to {gigabytes:,.3g} GB, more than dataset.max_gigabytes "
            f"({limits.gigabytes:g}); raise it if you trust the archive.",
            [{"dataset": {"max_gigabytes": gigabytes}}],
        )


def refuse(path: str, problem: str, source: str) -> None:
    raise UserError(
        f"{show_path(source)} is refused, for its member {show_name(repr(path), 80)} {problem}: pack the images again, "
        f"plainly."
    )
