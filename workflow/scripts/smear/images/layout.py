"""Which folder level of a data set is the class, decided from relative paths, alike for every source.

Nothing is guessed: where two readings are possible, `Undecided` carries both, since the wrong one gives wrong labels.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from smear.images.entries import is_image
from smear.images.levels import CLASS, TABLE, is_no_class, name_level
from smear.images.listing import list_parents

HALF = 0.5  # of the images: what fewer of them have decides nothing about a level

Parts = tuple[str, ...]
"""The parts of a relative path: folders, and at the end the file's name."""


class Place(NamedTuple):
    """Where the levels begin: below `root`; `between`, a depth and a name, is a folder that all paths pass there."""

    root: str = ""
    between: tuple[int, str] | None = None

    def split_path(self, path: str) -> Parts | None:
        """The parts of a path below the root, without the folder between; None for one that does not lie there."""
        if self.root:
            if not path.startswith(f"{self.root}/"):
                return None
            path = path[len(self.root) + 1 :]
        parts = tuple(path.split("/"))
        if self.between is None:
            return parts
        depth, name = self.between
        if len(parts) < depth + 2 or compose(parts[depth]) != name:
            return None
        return parts[:depth] + parts[depth + 1 :]


class Layout(NamedTuple):
    """A reading of the folders of a source.

    levels: a name for each level below the place, one of them `class`; `table` alone where a table of labels gives the
    classes, whatever the folders. variant_missing: whether `dataset.variant` is no folder of the source, which is no
    fault where the class folders lie at its top.
    """

    place: Place
    levels: tuple[str, ...]
    variant_missing: bool = False

    @property
    def depth(self) -> int | None:
        """The number of the level that is the class, from 0; None where none is."""
        return None if self.levels == (TABLE,) else self.levels.index(CLASS)

    def split_class(self, path: str) -> tuple[str, Parts] | None:
        """The class folder of a file, and the other parts of its path below the place; None outside of all classes."""
        parts = self.place.split_path(path)
        if parts is None or len(parts) < self.depth + 2:
            return None
        return parts[self.depth], parts[: self.depth] + parts[self.depth + 1 :]

    def __str__(self) -> str:
        return "/".join(self.levels)


class Undecided(Exception):  # noqa: N818
    """Folders that cannot be read in one way. offers: pieces of `dataset`, each of which may decide."""

    def __init__(self, reason: str, offers: Iterable[dict] = ()):
        super().__init__(reason)
        self.reason, self.offers = reason, list(offers)


def decide_layout(files: Iterable[str], variant: str | None, layout: str | None) -> Layout:
    """The layout of the files of a source. layout: names of levels, `patient/class`, that the user has given, if any.

    Errors: Undecided where there are no folders of images, or more than one reading is possible.
    """
    images = [path for path in files if is_image(path)]
    if not any("/" in path for path in images):
        raise Undecided("no folders")
    place, missing = find_variant(images, variant)
    given = tuple(layout.split("/")) if layout else None
    placed = [parts for parts in map(place.split_path, images) if parts and len(parts) > 1]
    single = strip_single(placed, len(given) if given else 1)
    below = [parts[len(single) :] for parts in placed if parts[: len(single)] == single]
    below = [parts for parts in below if len(parts) > 1]
    found = Place("/".join([*filter(None, [place.root]), *single]), place.between)
    try:
        levels = given or choose_levels(below, found)
    except Undecided as error:
        if missing:
            raise Undecided(error.reason, [{"variant": None} | offer for offer in error.offers]) from None
        raise
    if missing and single:
        raise Undecided("variant", [{"variant": None}])
    if max(map(len, below)) < levels.index(CLASS) + 2:
        raise Undecided("layout", [{"layout": None}])
    return Layout(found, levels, missing)


def compose(text: str) -> str:
    """A name with its accents composed, so that those of macOS are equal to those of other systems."""
    return unicodedata.normalize("NFC", text)


def find_variant(images: list[str], variant: str | None) -> tuple[Place, bool]:
    """The place of `dataset.variant`, a relative path or else a name, and whether there is none such."""
    if variant is None:
        return Place(), False
    wanted = compose(variant.strip("/"))
    folders = {parent for path in images for parent in list_parents(path)}
    for folder in sorted(folders):
        if compose(folder) == wanted:
            return Place(folder), False
    named = {folder for folder in folders if compose(folder).endswith(f"/{wanted}")}
    top = sorted(folder for folder in named if not named.intersection(list_parents(folder)))
    if len(top) < 2:
        return Place(*top), not top
    depths = {folder.count("/") for folder in top}
    if len(depths) == 1 and "/" not in wanted:
        return Place(between=(depths.pop(), wanted)), False
    raise Undecided("variants", [{"variant": folder} for folder in top])


def strip_single(paths: list[Parts], levels: int) -> Parts:
    """The folders that are alone at their level, from the top, as long as so many levels are left below them."""
    single = ()
    while len({parts[0] for parts in paths}) == 1:
        inside = [parts[1:] for parts in paths if len(parts) > 2]
        usual = Counter(len(parts) - 1 for parts in paths).most_common(1)[0][0]
        # Images beside one folder with more of them make a class rather than a folder of classes.
        if not inside or usual <= levels or (len(inside) < len(paths) and len({parts[0] for parts in inside}) < 2):
            break
        single += (paths[0][0],)
        paths = inside
    return single


def choose_levels(paths: list[Parts], place: Place) -> tuple[str, ...]:
    """Names for the levels of the images' folders; Undecided unless exactly one level can be the class."""
    levels = list_levels(paths)
    if len(levels) == 1:
        if is_no_class(levels[0]):
            raise Undecided("no class", [{"layout": CLASS}])
        refuse_nested(paths, 0)
        return (CLASS,)
    roles = [name_level(names, is_crossed(paths, number)) for number, names in enumerate(levels)]
    candidates = [number for number, role in enumerate(roles) if role is None]
    if "kind" in roles:
        raise Undecided("sets", offer_kinds(levels, roles.index("kind"), place))
    if len(candidates) > 1 and (sets := offer_sets(paths, levels, candidates, place)):
        raise Undecided("sets", sets)
    if len(candidates) != 1:
        offers = [{"layout": "/".join(write_levels(roles, number))} for number in candidates or range(len(levels))]
        raise Undecided("levels", offers)
    refuse_nested(paths, candidates[0])
    return write_levels(roles, candidates[0])


def list_levels(paths: list[Parts]) -> list[set[str]]:
    """The names of the folders at each level that at least half of the images have, the first in any case."""
    levels = []
    for number in range(max(map(len, paths)) - 1):
        names = [parts[number] for parts in paths if len(parts) > number + 1]
        if levels and len(names) < HALF * len(paths):
            break
        levels.append(set(names))
    return levels


def is_crossed(paths: list[Parts], number: int) -> bool:
    """Whether names of a level recur in several folders, as classes would; those of the first level may always do."""
    folders = {parts[: number + 1] for parts in paths if len(parts) > number + 1}
    return number == 0 or len({folder[-1] for folder in folders}) < len(folders)


def write_levels(roles: list[str | None], number: int) -> tuple[str, ...]:
    """Names of the levels where one of them is the class: what the roles say, `group` for an open one."""
    names = []
    for place, role in enumerate(roles):
        name = CLASS if place == number else role or "group"
        names.append(name if name not in names else f"{name}{place + 1}")
    return tuple(names)


def refuse_nested(paths: list[Parts], number: int) -> None:
    """Undecided where a folder inside a class folder is named like another class."""
    classes = {parts[number] for parts in paths if len(parts) > number + 1}
    for parts in paths:
        if any(name in classes and name != parts[number] for name in parts[number + 1 : -1]):
            raise Undecided("nested", [{"layout": "/".join(["group"] * number + [CLASS])}])


def offer_kinds(levels: list[set[str]], number: int, place: Place) -> list[dict]:
    """The variants where a level has kinds of files, such as images and masks."""
    prefix = f"{place.root}/" if place.root and number == 0 else ""
    return [{"variant": f"{prefix}{name}"} for name in sorted(levels[number])]


def offer_sets(paths: list[Parts], levels: list[set[str]], candidates: list[int], place: Place) -> list[dict]:
    """What may decide where folders are several sets of class folders; nothing where they do not look like that.

    Sets have the same names of files in the same class folders. Where files are numbered anew in every class, so have
    the classes, and the levels may be read in either way. Folders of one name at several depths are sets as well.
    """
    prefix = f"{place.root}/" if place.root else ""
    if any(levels[first] & levels[second] for first in candidates for second in candidates if first < second):
        roots = {"/".join(parts[:-2]) for parts in paths if len(parts) > 2}
        return [{"variant": f"{prefix}{root}"} for root in sorted(roots)]
    if 0 not in candidates or not share_names(paths, 0):
        return []
    offers = [{"variant": f"{prefix}{name}"} for name in sorted(levels[0])]
    if all(share_names(paths, number) for number in candidates):
        roles = [None if number in candidates else "folder" for number in range(len(levels))]
        offers = [{"layout": "/".join(write_levels(roles, number))} for number in candidates] + offers
    return offers


def share_names(paths: list[Parts], number: int) -> bool:
    """Whether at least half of the files have the place and name of another one but for the folder at a level."""
    deep = [parts for parts in paths if len(parts) > number + 2 or (number and len(parts) > number + 1)]
    others = Counter((*parts[:number], *parts[number + 1 : -1], PurePosixPath(parts[-1]).stem) for parts in deep)
    return sum(count for count in others.values() if count > 1) >= HALF * len(deep) > 0
