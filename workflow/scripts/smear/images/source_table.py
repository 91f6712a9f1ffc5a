"""`sources.csv`: where each file of a data set was in its source."""

from pathlib import Path

import pandas as pd

from smear.images.class_folders import ClassFolders
from smear.tables import read_csv, write_csv


def write_sources(found: ClassFolders, path: str | Path) -> None:
    """Write `image_id,source`, sorted by `image_id`; `source` is the relative path, with forward slashes."""
    write_csv(pd.DataFrame(found.list_sources().items(), columns=["image_id", "source"]), path)


def read_sources(path: str | Path) -> dict[str, str]:
    """The path in the source by `image_id`."""
    table = read_csv(path)
    return dict(zip(table["image_id"], table["source"], strict=True))
