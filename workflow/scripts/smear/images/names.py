"""The names that files of a source have in the data set's folder, `<Class>/<name>`: unique, the same in every call."""

import hashlib
from collections.abc import Iterable, Mapping

LONGEST = 255  # bytes of a name on the file systems of Linux, macOS and Windows
SEPARATOR = "__"


def name_files(paths: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The name of each file of one class, from the parts of its path besides the class, the last one its own name.

    A file directly in its class folder keeps its name; one that lies deeper, or in folders above the class, has the
    names of these folders before it. Where two files would have one name another separator is taken: the first of
    `__`, `__1__`, `__2__`, … that tells all apart, and there always is one, since names are finitely many.
    """
    number = 0
    while True:
        separator = f"{SEPARATOR}{number}{SEPARATOR}" if number else SEPARATOR
        names = {path: join_parts(parts, separator) for path, parts in paths.items()}
        if len(set(names.values())) == len(names):
            return names
        number += 1


def join_parts(parts: Iterable[str], separator: str) -> str:
    """One name of several; of a name that is too long for a file system, a digest stands for the beginning."""
    parts = list(parts)
    name = escape_name(separator.join(parts))
    if len(parts) > 1 and len(name.encode()) > LONGEST:
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        room = LONGEST - len(digest) - len(separator)
        name = digest + separator + name.encode()[-room:].decode(errors="ignore")
    return name


def escape_name(name: str) -> str:
    """A name with `%XX` for each byte that is not text in UTF-8, or a control character."""
    if name.isprintable():
        return name
    return "".join(letter if is_text(letter) else escape_letter(letter) for letter in name)


def is_text(letter: str) -> bool:
    """Whether a letter is neither a byte that is no text nor a control character."""
    return ord(letter) >= 32 and ord(letter) != 127 and not "\ud800" <= letter <= "\udfff"


def escape_letter(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogateescape"))


def is_plain(name: str) -> bool:
    """Whether a name is text without control characters."""
    return name.isprintable() or all(map(is_text, name))


def find_long(names: Iterable[str]) -> list[str]:
    """Names that no file can have, since they are too long."""
    return [name for name in names if len(name.encode("utf-8", "surrogateescape")) > LONGEST]
