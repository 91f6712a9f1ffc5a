"""What may be taken out of a zip archive that anyone may have made."""

import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from smear.images.class_folders import find_class_folders
from smear.job import UserError

GIGABYTE = 10**9
ENCRYPTED = 0x1  # bit of a member's flags
# What `zipfile` raises for a file that is no zip, or a broken or hostile one.
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, ValueError)


class Limits(NamedTuple):
    """How much an archive may unpack to."""

    files: int
    gigabytes: float


def find_members(
    archive: zipfile.ZipFile, variant: str | None, classes: list[str] | None, limits: Limits, source: str
) -> dict[str, list[zipfile.ZipInfo]]:
    """Map each wanted class to its members, sorted by name; a UserError, `source` naming the archive, for hostile ones.

    A path that leads outside is refused wherever it stands, the rest only where it would be unpacked. A member never
    unpacks to more than it declares: `zipfile` reads no further, and checks the sum.
    """
    members = archive.infolist()
    for member in members:
        refuse_path(member, source)
    names = find_class_folders((member.filename for member in members), variant, classes, source)
    folder_of = {path: name for name, paths in names.items() for path in paths}
    wanted = [member for member in members if member.filename in folder_of]
    refuse_amount(wanted, limits, source)
    refuse_kinds(wanted, source)
    refuse_twins(wanted, source)
    found = {name: [] for name in names}
    for member in sorted(wanted, key=lambda member: member.filename):
        found[folder_of[member.filename]].append(member)
    return found


def refuse_path(member: zipfile.ZipInfo, source: str) -> None:
    """Raise a UserError for a path that could lead outside the folder that it is unpacked to, on any system."""
    path = member.orig_filename  # `filename` ends at a null byte
    if path.startswith("/"):
        refuse(path, "is an absolute path", source)
    if "\\" in path or re.match("[A-Za-z]:", path):
        refuse(path, "is written with a backslash or a drive letter", source)
    if ".." in path.split("/"):
        refuse(path, "leads to a parent folder", source)
    if any(ord(letter) < 32 for letter in path):
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


def refuse_twins(members: Iterable[zipfile.ZipInfo], source: str) -> None:
    """Raise a UserError for a member that would be unpacked to the same file as another."""
    seen = set()
    for member in members:
        path = PurePosixPath(member.filename)
        if path in seen:
            refuse(member.filename, "is there twice", source)
        seen.add(path)


def refuse_amount(members: list[zipfile.ZipInfo], limits: Limits, source: str) -> None:
    """Raise a UserError where the members are more, or unpack to more, than allowed."""
    if len(members) > limits.files:
        raise UserError(
            f"{source} holds {len(members):,} files to unpack, more than dataset.max_files ({limits.files:,}); raise "
            f"it if you trust the archive."
        )
    gigabytes = sum(member.file_size for member in members) / GIGABYTE
    if gigabytes > limits.gigabytes:
        raise UserError(
            f"{source} unpacks to {gigabytes:,.3g} GB, more than dataset.max_gigabytes ({limits.gigabytes:g}); raise "
            f"it if you trust the archive."
        )


def refuse(path: str, problem: str, source: str) -> None:
    raise UserError(f"{source} is refused, for its member {path!r} {problem}: pack the images again, plainly.")
