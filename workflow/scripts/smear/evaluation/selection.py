"""Ranking cells and choosing one, from validation figures alone."""

import pandas as pd

from smear.evaluation.pooling import name_rows, pool_seeds
from smear.grid import AXES
from smear.job import UserError

RULE = (
    "Highest validation accuracy; ties by lower validation loss, then by the cheaper grid cell "
    "(fewer epochs, then fewer parameters), then by name. Diverged ones are not selected."
)
FOLDS_RULE = (
    " Figures of a grid cell are those of all its folds together: each image that is not for the test is validated "
    "once. The first fold's model is the one to be tested."
)
SEEDS_RULE = (
    " Accuracies and losses of a grid cell with several seeds are means over these. The model to be tested is that of "
    "the lowest seed, whichever was the best."
)
LEADERBOARD = [
    *["rank", "cell", *AXES],
    *["folds", "model_cell", "status", "epochs_run", "best_epoch"],
    *["validation_accuracy", "validation_low", "validation_high", "validation_correct", "validation_images"],
    *["validation_loss", "train_accuracy", "train_loss", "seconds", "images_per_second", "parameters"],
    *["fold_accuracy_lowest", "fold_accuracy_highest", "replicates", "replicate_sd"],
]
REPLICATES = ["cell", "replicate", *LEADERBOARD[2:-2]]
"""The columns of `replicates.csv`: the leaderboard's row, and the replicate's name and figures."""

SELECTION = [
    *["cell", *AXES],
    *["validation_accuracy", "validation_low", "validation_high", "validation_correct", "validation_images"],
    *["validation_loss", "folds", "model_cell", "replicates", "replicate_sd"],
]
OF_MODEL = ("accuracy", "low", "high", "correct")
COUNTS = ["validation_correct", "validation_images", "epochs_run", "best_epoch"]

TESTED = ("cell", "model_cell", "color")
"""What `selected.json` holds: what is tested, and nothing that changes with the other cells."""


def rank_cells(replicates: pd.DataFrame) -> pd.DataFrame:
    """The leaderboard: one row a cell, best first by RULE, diverged cells (without figures) last.

    replicates: as `pool_folds` gives them; those of several seeds are one row, see `pool_seeds`. The interval of the
    accuracy takes predictions and groups, and `compare_cells.py` adds it. Cost is counted in epochs and parameters and
    not in seconds, which differ from run to run.
    """
    table = sort_best(pool_seeds(replicates).reindex(columns=LEADERBOARD[1:]))
    table[COUNTS] = table[COUNTS].astype("Int64")
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def sort_best(table: pd.DataFrame) -> pd.DataFrame:
    """The rows by RULE, the best first."""
    return table.sort_values(
        ["validation_accuracy", "validation_loss", "epochs", "parameters", "cell"],
        ascending=[False, True, True, True, True],
        na_position="last",
        ignore_index=True,
    )


def list_replicates(replicates: pd.DataFrame, leaderboard: pd.DataFrame) -> pd.DataFrame:
    """What `replicates.csv` holds: a row a replicate, those of a grid cell by seed, in the leaderboard's order."""
    table = replicates.rename(columns={"cell": "replicate"}).assign(cell=name_rows(replicates))
    ranks = table["cell"].map(leaderboard.set_index("cell")["rank"])
    table = table.assign(rank=ranks).sort_values(["rank", "seed"], ignore_index=True).reindex(columns=REPLICATES)
    table[COUNTS] = table[COUNTS].astype("Int64")
    return table


def find_best_of_architectures(leaderboard: pd.DataFrame) -> pd.DataFrame:
    """The row of the best grid cell of each architecture, best first; of an architecture that diverged, any one."""
    return leaderboard.sort_values("rank").drop_duplicates("architecture", ignore_index=True)


def measure_cost(cells: pd.DataFrame) -> pd.Series:
    """Seconds that each grid cell took to train on 1,000 images, without its validations."""
    return 1000 / cells["images_per_second"]


def select_cell(leaderboard: pd.DataFrame, replicates: pd.DataFrame, ties: dict) -> dict:
    """What `selection.json` holds: the first cell, how many others cannot be told from it, and `ties`.

    leaderboard: with the column `tied`. replicates: what `replicates.csv` holds; `seeds` are those of the first cell,
    and figures that begin with `model_` those of the one whose model is tested. ties: what is said of all rows
    together, see `compare_cells.py`.
    """
    finished = leaderboard[leaderboard["status"] == "finished"]
    if finished.empty:
        raise UserError(
            f"All {len(leaderboard)} grid cells diverged (their loss became NaN), so there is none to test: "
            f"lower grid.learning_rate."
        )
    best = finished.iloc[0]
    own = replicates[replicates["cell"] == best["cell"]].set_index("model_cell")
    tested = own.loc[best["model_cell"]]
    rules = (RULE, FOLDS_RULE * bool(best["folds"]), SEEDS_RULE * bool(best["replicates"] > 1))
    return {
        **{key: simplify(best[key]) for key in SELECTION},
        **{f"model_{key}": simplify(tested[f"validation_{key}"]) for key in OF_MODEL},
        "seeds": own["seed"].tolist(),
        "rule": "".join(rules),
        "cells": len(leaderboard),
        "finished": len(finished),
        "indistinguishable": int(finished["tied"].sum()) - 1,
        **ties,
    }


def simplify(value: object) -> object:
    """A value of a table as JSON has it; None for a missing one."""
    return None if pd.isna(value) else getattr(value, "item", lambda: value)()
