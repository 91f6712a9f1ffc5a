"""Which images the selected network is looked into with: its own, and of many so many that minutes suffice."""

import numpy as np
import pandas as pd

from smear.training.tensors import divide_rows

MOST = {"train": 5_000, "validation": 2_000}
SEED = 0


def choose_rows(tables: list[pd.DataFrame], fold: int | None) -> dict[str, np.ndarray]:
    """Row numbers of `train` and `validation` images in the tables of both splits, one behind the other.

    tables, fold: as `divide_rows` takes them. Of more than MOST images so many are drawn at random.
    """
    return {split: draw(rows, MOST[split]) for split, rows in divide_rows(tables, fold).items()}


def draw(rows: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the rows, in order."""
    return np.sort(np.random.default_rng(SEED).permutation(rows)[:most])
