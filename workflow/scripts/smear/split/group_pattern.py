"""Groups from names: a regular expression of the user's, such as `^(C\\d+)`, read from file names or paths."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import pandas as pd

from smear.job import Fault, UserError, list_some, show_name
from smear.split.group_levels import UNNAMED

KEY = "split.groups_pattern"
LONGEST = 80  # letters of a pattern in a message


def find_pattern_faults(pattern: str) -> list[Fault]:
    """What is wrong with a pattern by itself, in one sentence if anything."""
    shown = show_name(pattern, LONGEST)
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return [Fault(f"{KEY} is {shown}, which is no regular expression ({show_name(error, 80)}); correct it.")]
    if not compiled.groups:
        return [
            Fault(
                f"{KEY} is {shown}, which has no group; put the part of the name that tells the groups apart in "
                rf"parentheses, as in ^(C\d+)."
            )
        ]
    if not compiled.groupindex and compiled.groups > 1:
        return [
            Fault(
                f"{KEY} is {shown}, which has {compiled.groups} groups without names; name each level, as in "
                rf"^(?P<patient>C\d+)_(?P<photo>\d+), or write (?:…) for a part that is none."
            )
        ]
    return []


def match_pattern(pattern: str, sources: Mapping[str, str]) -> pd.DataFrame:
    """The groups of each image: text, a column for each group of the pattern, None where it does not match.

    sources: the path in the source by `image_id`, which becomes the index. The pattern is searched in the file's name,
    or in the whole path if it has a slash.
    """
    compiled = re.compile(pattern)
    names = list(compiled.groupindex) or [UNNAMED]
    numbers = list(compiled.groupindex.values()) or [1]
    rows = []
    for path in sources.values():
        found = compiled.search(path if "/" in pattern else PurePosixPath(path).name)
        rows.append([found[number] or None if found else None for number in numbers])
    return pd.DataFrame(rows, columns=names, index=pd.Index(sources, name="image_id"), dtype=object)


def check_matches(pattern: str, found: pd.DataFrame, sources: Mapping[str, str], allowed: float = 0) -> pd.DataFrame:
    """The images that have a group at every level.

    allowed: how many may have none, since they may be no usable images. Errors: a UserError where more have none, and
    where the groups of a level cannot be meant: each image by itself, or all images together.
    """
    shown = show_name(pattern, LONGEST)
    whole = found.notna().all(axis=1)
    if (~whole).sum() > allowed:
        missed = [show_missed(pattern, sources[image_id]) for image_id in found.index[~whole]]
        raise UserError(
            f"{KEY} {shown} gives {whole.sum():,} of {len(found):,} images a group, and not {list_some(missed)}; "
            f"change it so that it matches all of them, or give the groups in a table, split.groups_csv."
        )
    found = found[whole]
    groups = found.nunique()
    if len(found) > 1 and groups.min() == len(found):
        raise UserError(
            f"{KEY} {shown} gives every one of {len(found):,} images a group of its own, such as "
            f"{list_some(found.iloc[:, 0], 2)}; match what images of one group share, or set split.unit: image and "
            f"{KEY}: null to draw every image by itself.",
            [{"split": {"unit": "image", "groups_pattern": None}}],
        )
    for name in groups.index[groups == 1]:
        raise UserError(
            f"{KEY} {shown} puts all {len(found):,} images into one {show_name(name)}, "
            f"{show_name(found[name].iloc[0])}, which cannot be split; match a part of the names that tells groups "
            f"apart, or set {KEY}: null and split.unit: field.",
            [{"split": {"unit": "field", "groups_pattern": None}}],
        )
    return found


def show_missed(pattern: str, path: str) -> str:
    """What the pattern was searched in."""
    return path if "/" in pattern else PurePosixPath(path).name
