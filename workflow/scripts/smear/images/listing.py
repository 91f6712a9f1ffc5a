"""What a source of images holds: the relative paths of its files, of a folder and of an archive alike."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from smear.images.entries import is_hidden, is_hidden_path

DEEPEST = 32  # folders below each other


class Listing(NamedTuple):
    """Relative paths with forward slashes, each list sorted; hidden and system entries are left out.

    files: what is no folder, dangling links included. empty: folders without a file below them. unreadable: folders
    that could not be listed, with the reason. repeated: links to folders that are listed under another path. broken:
    those of the files that are links to nothing.
    """

    files: list[str]
    empty: list[str] = []  # noqa: RUF012
    unreadable: dict[str, str] = {}  # noqa: RUF012
    repeated: list[str] = []  # noqa: RUF012
    broken: list[str] = []  # noqa: RUF012


def list_members(names: Iterable[str]) -> Listing:
    """The listing of an archive, from the names of its members; a folder's ends in a slash.

    A folder that holds hidden files alone is there, though archives need not name folders.
    """
    names = set(names)
    folders = {name.rstrip("/") for name in names if name.endswith("/")}
    folders |= {
        parent for name in names if is_hidden_path(name.rstrip("/")) for parent in list_parents(name.rstrip("/"))
    }
    files = sorted(name for name in names if not name.endswith("/") and not is_hidden_path(name))
    return Listing(files, find_empty((folder for folder in folders if not is_hidden_path(folder)), files))


def find_empty(folders: Iterable[str], files: Iterable[str]) -> list[str]:
    """Those of the folders that have no file below them, sorted."""
    filled = {parent for path in files for parent in list_parents(path)}
    return sorted(set(folders) - filled)


def list_parents(path: str) -> Iterator[str]:
    """The folders that a path lies in, the deepest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def list_folder(folder: str | Path) -> Listing:
    """Everything below a folder, links followed.

    Every folder is entered once: a link to one that is entered by itself, to one above, or to one that an earlier link
    leads to is in `repeated`. So a loop of links ends.
    """
    root = os.fspath(folder)
    walk = Walk(root)
    walk.run()
    return Listing(
        sorted(walk.files), find_empty(walk.folders, walk.files), dict(sorted(walk.unreadable.items())),
        sorted(walk.repeated), sorted(walk.broken),
    )  # fmt: skip


class Walk:
    """A walk through a folder: real folders first, then links in the order of their paths."""

    def __init__(self, root: str):
        self.root = root
        self.real_root = os.path.realpath(root)
        self.files, self.folders, self.repeated, self.broken, self.unreadable = [], [], [], [], {}
        self.entered, self.links = set(), []

    def run(self) -> None:
        self.enter("")
        # A link may lead to links, which come behind those of the folder itself.
        while self.links:
            self.links.sort()
            links, self.links = self.links, []
            for path in links:
                self.enter_link(path)

    def enter_link(self, path: str) -> None:
        target = os.path.realpath(os.path.join(self.root, path))  # noqa: PTH118 a path that may not be text
        if target in self.entered or f"{self.real_root}/".startswith(f"{target.rstrip('/')}/"):
            self.repeated.append(path)
        else:
            self.enter(path)

    def enter(self, start: str) -> None:
        """List a folder and the real folders below it; keep links to folders for later."""
        waiting = deque([start])
        while waiting:
            path = waiting.popleft()
            place = os.path.join(self.root, path) if path else self.root  # noqa: PTH118
            if (real := os.path.realpath(place)) in self.entered:
                self.repeated.append(path)
                continue
            if path.count("/") >= DEEPEST:
                self.unreadable[path] = f"deeper than {DEEPEST} folders"
                continue
            self.entered.add(real)
            try:
                with os.scandir(place) as found:
                    entries = [entry for entry in found if not is_hidden(entry.name)]
            except OSError as error:
                self.unreadable[path] = error.strerror or str(error)
                continue
            for entry in entries:
                inside = f"{path}/{entry.name}" if path else entry.name
                if not is_folder(entry):
                    self.files.append(inside)
                    if entry.is_symlink() and not os.path.exists(os.path.join(place, entry.name)):  # noqa: PTH110, PTH118
                        self.broken.append(inside)
                    continue
                self.folders.append(inside)
                (self.links if entry.is_symlink() else waiting).append(inside)


def is_folder(entry: os.DirEntry) -> bool:
    """Whether an entry is a folder or a link to one; what cannot be followed is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False
