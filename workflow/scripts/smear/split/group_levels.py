"""Groups of images at several levels, such as patient and photograph: their order, their names, and their columns."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd

from smear.job import list_some, show_name

UNNAMED = "group"  # the level of groups without a name of their own
PREFIX = "group_"  # of a named level's column in the manifest
BEARERS = ("animal", "case", "donor", "participant", "patient", "person", "subject")
PARENT = "/"  # between a group and the groups that it lies in


def arrange_levels(values: pd.DataFrame) -> pd.DataFrame:
    """Levels of groups, the coarsest first, whose groups each lie in one group of the level before.

    values: text, a column a level, a row an image. A level stands before another one where each group of the other lies
    in one of its groups. Where neither does, as with photographs that are numbered anew for each patient, levels that
    are named like whose images they are (BEARERS) come first, and else the order is that of `values`: numbers of groups
    would put photograph 1 of all patients before the patients.
    """
    waiting, names = sorted(values.columns, key=lambda name: name.casefold().strip("_ ") not in BEARERS), []
    while waiting:
        free = (
            name for name in waiting if not any(is_coarser(values[one], values[name]) for one in waiting if one != name)
        )
        names.append(next(free))
        waiting.remove(names[-1])
    arranged = values[names].copy()
    for coarse, fine in pairwise(names):
        if not lies_in(arranged[fine], arranged[coarse]):
            arranged[fine] = arranged[coarse] + PARENT + arranged[fine]
    return arranged


def lies_in(fine: pd.Series, coarse: pd.Series) -> bool:
    """Whether each group of one level lies in one group of another."""
    return len(pd.unique(fine)) == len(pd.DataFrame({"fine": fine, "coarse": coarse}).drop_duplicates())


def is_coarser(one: pd.Series, other: pd.Series) -> bool:
    """Whether each group of the other level lies in one of this one, and not the other way round."""
    return lies_in(other, one) and not lies_in(one, other)


def describe_levels(levels: pd.DataFrame) -> str:
    """The levels with the numbers of their groups: `patient (200 groups), photo (1,107 groups)`."""
    return ", ".join(f"{show_name(name)} ({levels[name].nunique():,} groups)" for name in levels)


def name_columns(levels: pd.DataFrame) -> pd.DataFrame:
    """The columns of the manifest: `group`, the coarsest level, and one for each level that has a name."""
    named = [name for name in levels if name != UNNAMED]
    return pd.DataFrame(
        {"group": levels.iloc[:, 0], **{f"{PREFIX}{name}": levels[name] for name in named}}, index=levels.index
    )


def list_columns(columns: Sequence[str]) -> list[str]:
    """The columns of a manifest that hold groups of the user, the coarsest level first; those of one level: `group`."""
    return [name for name in columns if name.startswith(PREFIX)] or ["group"]


def name_level(column: str) -> str:
    """The level that a column of the manifest stands for."""
    return column.removeprefix(PREFIX)


def read_levels(manifest: str | Path) -> pd.DataFrame:
    """The levels of the images of a manifest, by their names, all text, with `image_id` as the index."""
    table = pd.read_csv(manifest, keep_default_na=False, dtype=str).set_index("image_id")
    columns = list_columns(table.columns)
    return table[columns].rename(columns=name_level)


def audit_levels(levels: pd.DataFrame, places: pd.Series) -> list[dict]:
    """What `audit.json` holds of each level, the coarsest first: groups, and those that lie in several places.

    places: of each image, a split or a fold, in the order of `levels`.
    """
    rows = []
    for name in levels:
        several = places.groupby(levels[name]).transform("nunique") > 1
        rows.append(
            {
                "level": name,
                "groups": int(levels[name].nunique()),
                "largest_group": int(levels[name].value_counts().max()),
                "groups_across_splits": int(levels.loc[several, name].nunique()),
                "images_across_splits": int(several.sum()),
            }
        )
    return rows


def announce_levels(levels: pd.DataFrame, given: pd.DataFrame, kept: bool) -> str:
    """The sentence on the levels. given: the values before they were told apart by those above them.

    kept: whether the split goes by them.
    """
    text = f"Groups of the images: {describe_levels(levels)}"
    text += f"; the split keeps {show_name(levels.columns[0])} whole." if kept and len(levels.columns) > 1 else "."
    if renamed := [name for name in levels if not levels[name].equals(given[name])]:
        text += f" Equal values of {list_some(renamed)} in different groups of the level above are different groups."
    return text
