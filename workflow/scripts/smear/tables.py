"""Tables on disk: CSV with a header row, UTF-8."""

from pathlib import Path

import pandas as pd

from smear.files import write_text

# Identities stay text even where they look like numbers: a class folder named `0`, an image `001`, the color mode `1`.
TEXT_COLUMNS = dict.fromkeys(
    (
        *("image_id", "path", "class", "source_class", "field_id", "group", "sha256", "mode", "split"),
        *("first", "second", "source", "suggested"),
    ),
    str,
)


def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table with a header row and without its index."""
    write_text(table.to_csv(index=False, lineterminator="\n"), path)


def read_csv(path: str | Path) -> pd.DataFrame:
    """Read a table; the only missing value is the empty cell, so that a class named `NA` or `null` keeps its name."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=TEXT_COLUMNS)
