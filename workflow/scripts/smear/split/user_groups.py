"""The user's own groups, such as patients and slides, from a table or a pattern; or a split that exists already."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from smear.images.announcements import describe_differences
from smear.job import UserError, list_some, show_name, show_path
from smear.matching import Match, match_names
from smear.split.group_levels import UNNAMED, announce_levels, arrange_levels
from smear.split.group_pattern import check_matches, match_pattern
from smear.split.targets import SPLITS
from smear.user_tables import find_empty, read_user_table

NEAR = 2000  # names of the table among which one like a missing name is looked for
KEY = "split.groups_csv"
NEEDS = "the columns image and group"
# Columns of a manifest, which serves as a table, that are no groups.
OTHER_COLUMNS = ("image", "path", "class", "source_class", "label", "field_id", "sha256", "split", "fold")


class Groups(NamedTuple):
    """The groups of images, an image a row, with `image_id` as the index.

    levels: text, the coarsest level first, see `group_levels.arrange_levels`; None where a table gives a split alone.
    split: where the user's table gives it. notes: sentences on how both were found.
    """

    levels: pd.DataFrame | None
    split: pd.Series | None
    notes: list[str]


def has_groups(split: Mapping) -> bool:
    """Whether the configuration's `split` names groups or a split of the user."""
    return bool(split["groups_csv"] or split["groups_pattern"])


def find_groups(
    split: Mapping, sources: Mapping[str, str], allowed: float = 0, columns: Mapping[str, str] | None = None
) -> Groups:
    """The user's groups of images, by the table or the pattern that `split` names.

    sources: the path in the source by `image_id`. allowed: how many images may be without a group, since they may be no
    usable ones. columns: of the table, if it is that of the labels, too. Errors: a UserError for a table or a pattern
    that cannot be used, or lacks images.
    """
    if split["groups_csv"]:
        path = split["groups_csv"]
        return match_images(sources, read_user_groups(path, columns), path, allowed)
    found = match_pattern(split["groups_pattern"], sources)
    found = check_matches(split["groups_pattern"], found, sources, allowed)
    levels = arrange_levels(found)
    return Groups(levels, None, [announce_levels(levels, found, True)])


def check_folds(table: pd.DataFrame, split: Mapping) -> None:
    """Raise a UserError where the table gives every image its split, and folds are asked for."""
    if "split" in table and split["folds"]:
        raise UserError(
            f"split.folds is {split['folds']}, but {show_path(split['groups_csv'])} gives every image its split; set "
            f"folds: 0 or remove the column split.",
            [{"split": {"folds": 0}}],
        )


def read_user_groups(path: str | Path, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """`image`, columns of groups and, if it is there, `split`, all of it text; a manifest serves as well.

    Groups are in the column `group`, or else in all columns that are not those of a manifest; beside a split those
    without empty values count alone. columns: names for `image` and `label` where the table has the labels, too.
    Errors: a UserError for a table of another kind.
    """
    table = read_user_table(path, KEY, NEEDS)
    label = []
    if columns:
        label = [columns["label"]]
        table = table.rename(columns={columns["image"]: "image"})
    table = table.rename(columns={"image_id": "image"})
    levels = [UNNAMED] if UNNAMED in table else [name for name in table if is_level(name, label)]
    if "split" in table and UNNAMED not in table:
        levels = [name for name in levels if not table[name].isna().any()]
    if "image" not in table or not (levels or "split" in table):
        raise UserError(
            f"{KEY}: {show_path(path)} has the columns {list_some(table.columns, 6)}; it needs image, and group or "
            f"split, or columns with names of your own for several levels of groups."
        )
    table = table[["image", *levels, *(["split"] if "split" in table else [])]]
    check_complete(table, path)
    return table


def is_level(name: str, label: list[str]) -> bool:
    """Whether a column may hold groups; one without a name is what a table's program has numbered the rows with."""
    return bool(name) and not name.startswith("Unnamed: ") and name not in (*OTHER_COLUMNS, *label)


def check_complete(table: pd.DataFrame, path: str | Path) -> None:
    """Raise a UserError for empty cells, an image that is named twice, or a split that is none."""
    for name in table:
        if line := find_empty(table[name]):
            raise UserError(
                f"{KEY}: line {line} of {show_path(path)} has an empty value in the column {show_name(name)}; every "
                f"image needs every column."
            )
    twice = table["image"][table["image"].duplicated()]
    if len(twice):
        raise UserError(f"{KEY}: {show_path(path)} names {list_some(twice.unique())} twice; give each image one line.")
    unknown = sorted(set(table.get("split", pd.Series(SPLITS))) - set(SPLITS))
    if unknown:
        raise UserError(
            f"{KEY}: {show_path(path)} has the split {show_name(unknown[0])}; allowed: {', '.join(SPLITS)}."
        )


def match_images(sources: Mapping[str, str], table: pd.DataFrame, path: str | Path, allowed: float = 0) -> Groups:
    """The groups and the split that `table` gives the images; see `match_names` for how it may name them.

    Errors: a UserError where more images than allowed are missing, or a name belongs to several.
    """
    image_ids = list(sources)
    match = match_names(image_ids, table["image"].tolist(), sources)
    if match.shared or match.missing > allowed:
        refuse_unmatched(match, image_ids, table, path)
    kept = [(image_id, row) for image_id, row in zip(image_ids, match.rows, strict=True) if row is not None]
    rows = table.iloc[[row for _, row in kept]].set_index(pd.Index([image_id for image_id, _ in kept], name="image_id"))
    given = rows.drop(columns=["image", "split"], errors="ignore")
    notes, levels = describe_differences(match.differences, path), None
    if constant := [name for name in given if len(given.columns) > 1 and given[name].nunique() == 1]:
        given = given.drop(columns=constant[: len(given.columns) - 1])
        notes.append(f"The same for all images, and no level of groups: {list_some(constant)} of {show_path(path)}.")
    if len(given.columns):
        levels = arrange_levels(given)
        notes.append(announce_levels(levels, given, "split" not in rows))
    return Groups(levels, rows.get("split"), notes)


def refuse_unmatched(match: Match, image_ids: list[str], table: pd.DataFrame, path: str | Path) -> None:
    """Raise a UserError for images that the user's table does not name, or not by themselves."""
    shown = show_path(path)
    if match.shared:
        name = show_name(match.shared[0])
        raise UserError(
            f"{KEY}: {shown} names {name}, which several classes have; write <Class>/{name.rpartition('/')[2]}."
        )
    missing = [image_id for image_id, row in zip(image_ids, match.rows, strict=True) if row is None]
    near = get_close_matches(missing[0], table["image"].head(NEAR), n=1, cutoff=0.5)
    closest = f" The closest name there is {show_name(near[0])}." if near else ""
    raise UserError(
        f"{KEY}: {shown} lacks {len(missing)} of {len(image_ids)} images, such as {list_some(missing)}; name every "
        f"image as <Class>/<name> or <name>.{closest}"
    )
