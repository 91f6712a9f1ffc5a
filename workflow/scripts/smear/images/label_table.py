"""The user's own table of labels: the class of each image, whatever folder it lies in."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from smear.images.names import find_long, is_plain
from smear.job import UserError, list_some, show_name, show_path
from smear.user_tables import find_empty, read_user_table

KEY = "dataset.labels_csv"
COLUMNS_KEY = "dataset.labels_columns"
NO_NAMES = (".", "..")


class LabelTable(NamedTuple):
    """Names of images as the user writes them, and their labels, None for an empty one.

    drop: whether images without a label, and labels without an image, are left out, and not refused.
    """

    path: str
    images: list[str]
    labels: list[str | None]
    drop: bool = False


def read_label_table(path: str | Path, columns: Mapping[str, str], drop: bool = False) -> LabelTable:
    """The table at `path`. columns: the names of its columns, by `image` and `label`.

    Lines that say the same twice count once. Errors: a UserError for a table that cannot be read, without these
    columns, with an image that has two labels, or with a label that cannot be the name of a class.
    """
    names = [columns["image"], columns["label"]]
    table = read_user_table(path, KEY, f"the columns {names[0]} and {names[1]}")
    shown = show_path(path)
    if missing := [name for name in names if name not in table]:
        raise UserError(
            f"{KEY}: {shown} has the columns {list_some(table.columns, 6)} and not {list_some(missing)}; name its "
            f"columns in {COLUMNS_KEY}, as in {{image: file, label: diagnosis}}."
        )
    table = table[names].set_axis(["image", "label"], axis=1).dropna(how="all").drop_duplicates()
    if line := find_empty(table["image"]):
        raise UserError(f"{KEY}: line {line} of {shown} has a label and no image; name the image or remove the line.")
    check_one_label(table, shown)
    labels = [label if isinstance(label, str) else None for label in table["label"]]
    check_names([label for label in dict.fromkeys(labels) if label is not None], shown)
    return LabelTable(str(path), table["image"].tolist(), labels, drop)


def check_one_label(table, shown: str) -> None:
    """Raise a UserError where an image of the table (`image,label`) has two labels."""
    twice = table["image"][table["image"].duplicated()]
    if len(twice):
        given = table.loc[table["image"] == twice.iloc[0], "label"]
        more = f" ({twice.nunique():,} images have several)" if twice.nunique() > 1 else ""
        raise UserError(
            f"{KEY}: {shown} gives {show_name(twice.iloc[0])} the labels "
            f"{list_some(('(empty)' if label is None else label for label in given), 4)}{more}; give each image one."
        )


def check_names(labels: list[str], shown: str) -> None:
    """Raise a UserError for a label that cannot be the name of a folder, as that of a class is."""
    odd = [name for name in labels if not is_plain(name) or "/" in name or "\\" in name or name in NO_NAMES]
    if odd := odd or find_long(labels):
        raise UserError(
            f"{KEY}: {shown} has the label {list_some(map(ascii, odd))}, which cannot be the name of a class: it may "
            f"have no slash, line break or control character, 255 bytes at most, and not be a point. Write it in "
            f"another way."
        )
