"""Writing files whole or not at all, so that a reader never sees half of one."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, with its suffix, and rename it to `path` when the block ends without an error."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(text: str, path: str | Path) -> None:
    """Write `text` as UTF-8 with Unix line ends."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(value: object, path: str | Path) -> None:
    """Write JSON with sorted keys; NaN and infinity, which JSON lacks, are a ValueError."""
    write_text(json.dumps(value, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n", path)


def read_json(path: str | Path) -> dict:
    """Read a UTF-8 JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table with a header row and without its index."""
    write_text(table.to_csv(index=False, lineterminator="\n"), path)


def read_csv(path: str | Path) -> pd.DataFrame:
    """Read a table; the only missing value is the empty cell, so that a class named `NA` or `null` keeps its name."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=TEXT_COLUMNS)


# Identities stay text even where they look like numbers (a class folder named `0`, an image named `001`).
TEXT_COLUMNS = {name: str for name in ("image_id", "path", "class", "field_id", "sha256", "split", "first", "second")}
