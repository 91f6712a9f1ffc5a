"""Ranking cells and choosing one, from validation figures alone."""

import numpy as np
import pandas as pd

from smear.grid import AXES, Cell
from smear.job import UserError

RULE = (
    "Highest validation accuracy; ties by lower validation loss, then by the cheaper grid cell "
    "(fewer epochs, then fewer parameters), then by name. Diverged ones are not selected."
)
FOLDS_RULE = (
    " Figures of a grid cell are those of all its folds together: each image that is not for the test is validated "
    "once. The first fold's model is the one to be tested."
)
LEADERBOARD = [
    *["rank", "cell", *AXES],
    *["folds", "model_cell", "status", "epochs_run", "best_epoch"],
    *["validation_accuracy", "validation_low", "validation_high", "validation_correct", "validation_images"],
    *["validation_loss", "train_accuracy", "train_loss", "seconds", "images_per_second", "parameters"],
    *["fold_accuracy_lowest", "fold_accuracy_highest"],
]
SELECTION = [
    *["cell", *AXES],
    *["validation_accuracy", "validation_low", "validation_high", "validation_correct", "validation_images"],
    *["validation_loss", "folds", "model_cell"],
]


TESTED = ("cell", "model_cell", "color")
"""What `selected.json` holds: what is tested, and nothing that changes with the other cells."""

AVERAGED = ("validation_loss", "train_accuracy", "train_loss")
FIGURES = ("validation_", "train_")


def rank_cells(metrics: pd.DataFrame) -> pd.DataFrame:
    """The leaderboard: one row a cell, best first by RULE, diverged cells (without figures) last.

    metrics: what the cells' `metrics.json` hold, one row each. The folds of a cell are one row, see `pool_folds`. The
    interval of the accuracy takes predictions and groups, and `compare_cells.py` adds it. Cost is counted in epochs and
    parameters and not in seconds, which differ from run to run.
    """
    table = pool_folds(metrics).reindex(columns=LEADERBOARD[1:])
    table = table.sort_values(
        ["validation_accuracy", "validation_loss", "epochs", "parameters", "cell"],
        ascending=[False, True, True, True, True],
        na_position="last",
        ignore_index=True,
    )
    for column in ("validation_correct", "validation_images", "epochs_run", "best_epoch"):
        table[column] = table[column].astype("Int64")
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def pool_folds(metrics: pd.DataFrame) -> pd.DataFrame:
    """One row for all folds of a cell: every image that is not for the test was validated once, by one of the models.

    Right answers are added up and losses averaged over images; a cell with a diverged fold has diverged. `model_cell`
    is the cell whose model would be tested: the first fold's, not the best one's, whose lead is luck. `epochs_run` and
    `best_epoch` are that cell's.
    """
    if "fold" not in metrics or metrics["fold"].isna().all():
        return metrics.assign(folds=0, model_cell=metrics["cell"])
    names = np.array(name_rows(metrics))
    return pd.DataFrame([pool_cell(name, folds) for name, folds in metrics.groupby(names, sort=False)])


def name_rows(metrics: pd.DataFrame) -> list[str]:
    """The names of the leaderboard's rows that some trainings belong to: their own, or that of the cell of a fold."""
    if "fold" not in metrics or metrics["fold"].isna().all():
        return metrics["cell"].tolist()
    return [name_cell(row) for row in metrics.to_dict("records")]


def name_cell(row: dict) -> str:
    """The name of the cell that a fold belongs to; what its `metrics.json` does not hold has the default."""
    return Cell(**{axis: row[axis] for axis in AXES if axis in row}).name


def pool_cell(name: str, folds: pd.DataFrame) -> dict:
    """The row of one cell from those of its folds."""
    folds = folds.sort_values("fold")
    row = folds.iloc[0].drop("fold").to_dict()
    row |= {"cell": name, "folds": len(folds), "model_cell": folds["cell"].iloc[0], "seconds": folds["seconds"].sum()}
    # Results that `--touch` has kept from before have no speed.
    row |= {"images_per_second": folds.get("images_per_second", pd.Series(dtype=float)).median()}
    if (folds["status"] != "finished").any():
        return {key: value for key, value in row.items() if not key.startswith(FIGURES)} | {"status": "diverged"}
    images, correct = int(folds["validation_images"].sum()), int(folds["validation_correct"].sum())
    means = {key: np.average(folds[key], weights=folds["validation_images"]) for key in AVERAGED}
    return {
        **row,
        **means,
        "validation_accuracy": correct / images,
        "validation_correct": correct,
        "validation_images": images,
        "fold_accuracy_lowest": folds["validation_accuracy"].min(),
        "fold_accuracy_highest": folds["validation_accuracy"].max(),
    }


def find_best_of_architectures(leaderboard: pd.DataFrame) -> pd.DataFrame:
    """The row of the best grid cell of each architecture, best first; of an architecture that diverged, any one."""
    return leaderboard.sort_values("rank").drop_duplicates("architecture", ignore_index=True)


def measure_cost(cells: pd.DataFrame) -> pd.Series:
    """Seconds that each grid cell took to train on 1,000 images, without its validations."""
    return 1000 / cells["images_per_second"]


def select_cell(leaderboard: pd.DataFrame, ties: dict) -> dict:
    """What `selection.json` holds: the first cell, how many others cannot be told from it, and `ties`.

    leaderboard: with the column `tied`. ties: what is said of all rows together, see `compare_cells.py`.
    """
    finished = leaderboard[leaderboard["status"] == "finished"]
    if finished.empty:
        raise UserError(
            f"All {len(leaderboard)} grid cells diverged (their loss became NaN), so there is none to test: "
            f"lower grid.learning_rate."
        )
    best = finished.iloc[0]
    return {
        **{key: getattr(best[key], "item", lambda value=best[key]: value)() for key in SELECTION},
        "rule": RULE + FOLDS_RULE * bool(best["folds"]),
        "cells": len(leaderboard),
        "finished": len(finished),
        "indistinguishable": int(finished["tied"].sum()) - 1,
        **ties,
    }
