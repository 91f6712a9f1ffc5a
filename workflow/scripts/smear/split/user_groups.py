"""A user's own table of what belongs together: patients, slides, or a split that exists already."""

from pathlib import Path, PurePosixPath

import pandas as pd

from smear.job import UserError
from smear.split.targets import SPLITS
from smear.tables import read_csv

SHOWN = 3


def check_user_groups(split: dict) -> None:
    """Raise a UserError for a table that cannot be used, or one whose own split contradicts `split.folds`."""
    if split["groups_csv"] and "split" in read_user_groups(split["groups_csv"]) and split["folds"]:
        raise UserError(
            f"split.folds is {split['folds']}, but {split['groups_csv']} gives every image its split; set folds: 0 or "
            f"remove the column split."
        )


def read_user_groups(path: str | Path) -> pd.DataFrame:
    """`image,group` and, if it is there, `split`; a manifest serves as well. UserError for anything else."""
    if not Path(path).is_file():
        raise UserError(f"split.groups_csv: {path} does not exist; give a CSV file with the columns image and group.")
    try:
        table = read_csv(path).rename(columns={"image_id": "image"})
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise UserError(f"split.groups_csv: {path} is no CSV file in UTF-8 ({error}).") from error
    columns = [name for name in ("image", "group", "split") if name in table]
    if columns not in (["image", "group"], ["image", "split"], ["image", "group", "split"]):
        raise UserError(
            f"split.groups_csv: {path} has the columns {', '.join(map(str, table.columns))}; it needs image, and group "
            f"or split."
        )
    table = table[columns].astype(str).where(table[columns].notna())
    check_complete(table, path)
    return table


def check_complete(table: pd.DataFrame, path: str | Path) -> None:
    """Raise a UserError for empty cells, an image that is named twice, or a split that is none."""
    empty = table.isna().any(axis=1)
    if empty.any():
        line = int(empty.to_numpy().argmax()) + 2
        raise UserError(f"split.groups_csv: line {line} of {path} has an empty value; every image needs every column.")
    twice = table["image"][table["image"].duplicated()]
    if len(twice):
        raise UserError(f"split.groups_csv: {path} names {name_some(twice)} twice; give each image one line.")
    unknown = sorted(set(table.get("split", pd.Series(SPLITS))) - set(SPLITS))
    if unknown:
        raise UserError(f"split.groups_csv: {path} has the split {unknown[0]}; allowed: {', '.join(SPLITS)}.")


def match_images(image_ids: pd.Series, table: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """The rows of `table` in the order of `image_ids`, which it names as `<Class>/<name>` or as `<name>` alone.

    Errors: a UserError where an image is missing, or a bare name belongs to several.
    """
    names = image_ids.map(lambda image_id: PurePosixPath(image_id).name)
    known = set(table["image"])
    key = image_ids.where(image_ids.isin(known), names)
    clash = names[key.eq(names) & names.isin(known) & names.duplicated(keep=False)]
    if len(clash):
        raise UserError(
            f"split.groups_csv: {path} names {clash.iloc[0]}, which several classes have; write "
            f"<Class>/{clash.iloc[0]}."
        )
    missing = image_ids[~key.isin(known)]
    if len(missing):
        raise UserError(
            f"split.groups_csv: {path} lacks {len(missing)} of {len(image_ids)} images, such as {name_some(missing)}; "
            f"name every image as <Class>/<name> or <name>."
        )
    return table.set_index("image").loc[key].reset_index(drop=True).set_index(image_ids.index)


def name_some(names: pd.Series) -> str:
    """The first few names."""
    return ", ".join(names.head(SHOWN)) + (" …" if len(names) > SHOWN else "")
