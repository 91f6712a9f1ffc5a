"""`sources.csv`: where each file was in its source; `unmatched.csv`: what a table of labels has left out."""

from pathlib import Path

import pandas as pd

from smear.images.class_folders import ClassFolders, LeftOut
from smear.images.names import escape_name
from smear.tables import read_csv, write_csv


def write_sources(found: ClassFolders, path: str | Path) -> None:
    """Write `image_id,source`, sorted by `image_id`; `source` is the relative path, with forward slashes."""
    write_csv(pd.DataFrame(found.list_sources().items(), columns=["image_id", "source"]), path)


def write_unmatched(found: ClassFolders, path: str | Path | None) -> None:
    """Write `name,label,reason` of images without a label and labels without an image, where there is a table."""
    if found.match:
        rows = [(escape_name(one.name), *one[1:]) for one in found.match.left_out]
        write_csv(pd.DataFrame(rows, columns=LeftOut._fields), path)


def read_sources(path: str | Path) -> dict[str, str]:
    """The path in the source by `image_id`."""
    table = read_csv(path)
    return dict(zip(table["image_id"], table["source"], strict=True))
