"""Groups of images, such as patients, that folders or file names suggest, as a `split.groups_pattern`.

Words of a name are runs of letters and digits. A group is a word, or words one after the other, that ends in a word
with a digit. The outermost groups are wanted, so that words are tried from the left, and short pieces before long ones.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import accumulate, chain
from operator import add
from pathlib import PurePosixPath
from typing import NamedTuple

import pandas as pd

from smear.images.layout import Layout
from smear.images.levels import CLASS, SPLIT, TABLE
from smear.propose.table import GROUPS_PER_CLASS, IMAGES_PER_GROUP, LARGEST_GROUP
from smear.split.group_pattern import match_pattern

WORD = re.compile(r"[^\W_]+|[\W_]+")  # a word, or what stands between two
CODE = re.compile(r"([^\W\d_]+)(\d+)")  # the beginning of a word such as C100P61ThinF
DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
ANY, REST, GAP = r"[^\W_]+", r"[^\W_]*", r"[\W_]+"
MOST_WORDS = 8  # that are tried at either end of a name
NO_GROUPS = {CLASS, SPLIT, TABLE, "fold", "folder", "kind"}  # levels of folders


class Suggestion(NamedTuple):
    """A pattern, how many groups it gives, and the group of one image."""

    pattern: str
    groups: int
    example: str


def suggest_groups(layout: Layout, sources: Mapping[str, str], classes: int) -> Suggestion | None:
    """The groups that folders or file names suggest; None without good evidence. sources: as in `match_pattern`."""
    stems = [PurePosixPath(path).stem for path in sources.values()]
    for pattern in chain(list_folder_patterns(layout), list_name_patterns(stems, GROUPS_PER_CLASS * classes)):
        found = match_pattern(pattern, sources).iloc[:, 0]
        if is_evident(found, sources, classes):
            return Suggestion(pattern, found.nunique(), found.iloc[0])
    return None


def is_evident(groups: pd.Series, sources: Mapping[str, str], classes: int) -> bool:
    """Whether these are groups of images: enough of them, most with several images of a class in one folder, none with
    too many.

    A running number fails, for each class has every number once, and so does what names the class.
    """
    if groups.isna().any() or groups.nunique() < GROUPS_PER_CLASS * classes:
        return False
    if groups.value_counts().max() > LARGEST_GROUP * len(groups):
        return False
    places = [(image_id.partition("/")[0], path.rpartition("/")[0]) for image_id, path in sources.items()]
    sizes = pd.DataFrame({"place": places, "group": groups.to_numpy()}).value_counts()
    shared = sizes[sizes > 1].sum()
    return len(sizes) * IMAGES_PER_GROUP <= len(groups) <= 2 * shared


def list_folder_patterns(layout: Layout) -> Iterator[str]:
    """A pattern for each level of folders that may be groups, such as patient in `class/patient`."""
    root = layout.place.root.count("/") + 1 if layout.place.root else 0
    for number, level in enumerate(layout.levels):
        if level not in NO_GROUPS:
            between = layout.place.between
            above = root + number + (between is not None and between[0] <= number)
            yield f"^{'[^/]+/' * above}({'?P<' + level + '>' if level.isidentifier() else ''}[^/]+)/"


def list_name_patterns(stems: list[str], fewest: int) -> Iterator[str]:
    """Patterns for words that all names have in one place, counted from the left or else from the right.

    fewest: values that the first word of a group has; one with fewer is a class, a part of one, or a stain.
    """
    names = [WORD.findall(stem) for stem in stems]
    if not all(names):
        return
    common = take_common(names)
    for before, group, after in find_places(common, fewest):
        yield f"^{before}({group})" + "".join(part for part in after[:1] if part != REST)
    if len(common) == max(map(len, names)):
        return
    for _, group, after in find_places(take_common([name[::-1] for name in names])[::-1], fewest):
        yield rf"({group}){''.join(after)}\.[^.]*$"


def take_common(names: list[list[str]]) -> list[pd.Series]:
    """The first parts of names, a series for each place, as far as all are of one kind there: see `describe`."""
    columns = []
    for place in range(min(2 * MOST_WORDS, *map(len, names))):
        column = pd.Series([name[place] for name in names], dtype=object)
        if column.map(describe).nunique() > 1:
            break
        columns.append(column)
    return columns


def describe(part: str) -> str:
    """The kind of a part of a name."""
    if not part[0].isalnum():
        return "gap"
    return "word" if part.isalpha() else "code"


def find_places(columns: list[pd.Series], fewest: int) -> Iterator[tuple[str, str, list[str]]]:
    """Patterns of groups over some of these parts of a name, the leftmost first, and of those the shortest.

    Yields the patterns before it, of the group, and of each part behind it.
    """
    kinds = [describe(column.iloc[0]) for column in columns]
    patterns = list(map(write_part, columns))
    for start, kind in enumerate(kinds):
        if kind == "gap" or columns[start].nunique() < fewest:
            continue
        before, code = "".join(patterns[:start]), find_code(columns[start])
        if code and code != patterns[start]:
            yield before, code, [REST, *patterns[start + 1 :]]
        for end, words in enumerate(accumulate(columns[start:], add), start):
            if words.nunique() * IMAGES_PER_GROUP > len(words):
                break  # and more words tell more groups apart
            if kinds[end] == "code" and not (start == end and columns[start].map(is_date).all()):
                yield before, "".join(patterns[start : end + 1]), patterns[end + 1 :]


def is_date(word: str) -> bool:
    """Whether a word is a date: it says when an image was taken, and not whose it is."""
    return bool(DATE.fullmatch(word))


def find_code(words: pd.Series) -> str | None:
    r"""The pattern of the letters and digits that words begin with, `C\d+`, where all have them."""
    found = words.map(CODE.match)
    if found.isna().any():
        return None
    letters = {match[1] for match in found}
    return (letters.pop() if len(letters) == 1 else r"[^\W\d_]+") + r"\d+"


def write_part(column: pd.Series) -> str:
    """The pattern of what names have in one place."""
    if column.nunique() == 1:
        # Escapes that are for other places of an expression alone.
        return re.sub(r"\\([- ])", r"\1", re.escape(column.iloc[0]))
    if describe(column.iloc[0]) == "gap":
        return GAP
    if column.str.fullmatch(r"\d+").all():
        return r"\d+"
    return (find_code(column) or ANY) if column.str.fullmatch(CODE).all() else ANY
