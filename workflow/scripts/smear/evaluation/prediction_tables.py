"""Tables of predictions, `image_id,label,predicted,prob_<Class>…`, read and checked."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from smear.job import UserError, show_name, show_path
from smear.records import remedy
from smear.statistics.group_metrics import list_classes
from smear.tables import read_csv

TOLERANCE = 0.01
"""How far from 1 probabilities may sum up: those of 16 bits are rounded."""


def read_predictions(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The predictions of one table, or of all folds of a grid cell as one, in the order of `image_id`.

    Errors: a UserError that names a table whose labels, predictions or probabilities are none, or that has an image
    which was predicted before.
    """
    seen, tables = set(), []
    for path in paths:
        table = read_csv(path)
        if fault := find_fault(table, seen):
            raise UserError(f"{show_path(path)} {fault}: {remedy(path)}")
        seen.update(table["image_id"])
        tables.append(table)
    return pd.concat(tables).sort_values("image_id", ignore_index=True)


def find_fault(table: pd.DataFrame, seen: set[str]) -> str:
    """What is wrong with a table of predictions, behind its name in a sentence; nothing where it is right."""
    classes = list_classes(table)
    if not classes or not {"image_id", "label", "predicted"} <= set(table.columns) or table.empty:
        return "has no predictions"
    names = table["image_id"]
    if (twice := names.duplicated() | names.isin(seen)).any():
        return f"has the image {show_name(names[twice].iloc[0])}, which was predicted before"
    for column in ("label", "predicted"):
        known = table[column].isin(range(len(classes)))
        if not known.all():
            return f"has no class as {column} of the image {show_name(names[~known].iloc[0])}"
    columns = table[[f"prob_{name}" for name in classes]].apply(pd.to_numeric, errors="coerce")
    place = find_improper(columns.to_numpy(float))
    return "" if place is None else f"has no probabilities for the image {show_name(names.iloc[place])}"


def find_improper(probabilities: np.ndarray) -> int | None:
    """The first row of (images, classes) that are no probabilities: not finite, below 0, or of another sum than 1."""
    improper = ~np.isfinite(probabilities).all(axis=1) | (probabilities < 0).any(axis=1)
    with np.errstate(invalid="ignore"):
        improper |= ~(np.abs(probabilities.astype(np.float64).sum(axis=1) - 1) <= TOLERANCE)
    return int(improper.argmax()) if improper.any() else None
