"""A user's own table of what belongs together: patients, slides, or a split that exists already."""

from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from smear.job import UserError, list_some, log, show_name, show_path
from smear.matching import Match, match_names
from smear.split.targets import SPLITS

NEAR = 2000  # names of the table among which one like a missing name is looked for


def check_user_groups(
    split: dict, sources: dict[str, str] | None = None, share: float = 0, notes: list[str] | None = None
) -> bool:
    """Whether the user's table gives the split; False without a table.

    sources: paths in the source by `image_id`, where they are known before the work starts. share: of the images, which
    may be no usable ones and need no row. notes: a list to which is added what is said of names written in another way.
    Errors: a UserError for a table that cannot be used, lacks images, or has a split of its own that contradicts
    `split.folds`.
    """
    path = split["groups_csv"]
    if not path:
        return False
    table = read_user_groups(path)
    if "split" in table and split["folds"]:
        raise UserError(
            f"split.folds is {split['folds']}, but {show_path(path)} gives every image its split; set folds: 0 or "
            f"remove the column split.",
            [{"split": {"folds": 0}}],
        )
    if sources:
        match = match_names(list(sources), table["image"].tolist(), sources)
        if match.shared or match.missing > share * len(sources):
            refuse_unmatched(match, list(sources), table, path)
        if notes is not None:
            notes += describe_differences(match, path)
    return "split" in table


def describe_differences(match: Match, path: str | Path) -> list[str]:
    """What is said of names that match though they are written in another way."""
    return [
        f"{count:,} names of {show_path(path)} match the images {difference}."
        for difference, count in match.differences.items()
    ]


def read_user_groups(path: str | Path) -> pd.DataFrame:
    """`image,group` and, if it is there, `split`, all of it text; a manifest serves as well. UserError for others."""
    if not Path(path).is_file():
        problem = "is a folder" if Path(path).is_dir() else "does not exist"
        raise UserError(
            f"split.groups_csv: {show_path(path)} {problem}; give a CSV file with the columns image and group."
        )
    try:
        # Patients 1.1 and 1.10 are two, as are 1 and 01.
        table = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], index_col=False)
    except (UnicodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise UserError(
            f"split.groups_csv: {show_path(path)} is no CSV file in UTF-8 ({show_name(error, 100)})."
        ) from error
    table = table.rename(columns=str.strip).rename(columns={"image_id": "image"})
    columns = [name for name in ("image", "group", "split") if name in table]
    if columns not in (["image", "group"], ["image", "split"], ["image", "group", "split"]):
        raise UserError(
            f"split.groups_csv: {show_path(path)} has the columns {list_some(table.columns, 6)}; it needs image, and "
            f"group or split."
        )
    table = table[columns].apply(lambda column: column.str.strip()).replace("", None)
    check_complete(table, path)
    return table


def check_complete(table: pd.DataFrame, path: str | Path) -> None:
    """Raise a UserError for empty cells, an image that is named twice, or a split that is none."""
    empty = table.isna().any(axis=1)
    if empty.any():
        line = int(empty.to_numpy().argmax()) + 2
        raise UserError(
            f"split.groups_csv: line {line} of {show_path(path)} has an empty value; every image needs every column."
        )
    twice = table["image"][table["image"].duplicated()]
    if len(twice):
        raise UserError(
            f"split.groups_csv: {show_path(path)} names {list_some(twice.unique())} twice; give each image one line."
        )
    unknown = sorted(set(table.get("split", pd.Series(SPLITS))) - set(SPLITS))
    if unknown:
        raise UserError(
            f"split.groups_csv: {show_path(path)} has the split {show_name(unknown[0])}; allowed: {', '.join(SPLITS)}."
        )


def match_images(
    image_ids: pd.Series, table: pd.DataFrame, path: str | Path, sources: dict[str, str] | None = None
) -> pd.DataFrame:
    """The rows of `table` in the order of `image_ids`; see `match_names` for how it may name them.

    Errors: a UserError where an image is missing, or a name belongs to several.
    """
    match = match_names(image_ids.tolist(), table["image"].tolist(), sources or {})
    if match.missing or match.shared:
        refuse_unmatched(match, image_ids.tolist(), table, path)
    for line in describe_differences(match, path):
        log.info("%s", line)
    return table.iloc[match.rows].reset_index(drop=True).set_index(image_ids.index)


def refuse_unmatched(match: Match, image_ids: list[str], table: pd.DataFrame, path: str | Path) -> None:
    """Raise a UserError for images that the user's table does not name, or not by themselves."""
    shown = show_path(path)
    if match.shared:
        name = show_name(match.shared[0])
        raise UserError(
            f"split.groups_csv: {shown} names {name}, which several classes have; write "
            f"<Class>/{name.rpartition('/')[2]}."
        )
    missing = [image_id for image_id, row in zip(image_ids, match.rows, strict=True) if row is None]
    near = get_close_matches(missing[0], table["image"].head(NEAR), n=1, cutoff=0.5)
    closest = f" The closest name there is {show_name(near[0])}." if near else ""
    raise UserError(
        f"split.groups_csv: {shown} lacks {len(missing)} of {len(image_ids)} images, such as {list_some(missing)}; "
        f"name every image as <Class>/<name> or <name>.{closest}"
    )
