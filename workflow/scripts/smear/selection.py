"""Ranking cells and choosing one, from validation figures alone."""

import pandas as pd

from smear.job import UserError

RULE = (
    "Highest validation accuracy; ties by lower validation loss, then by the cheaper cell "
    "(fewer epochs, then fewer parameters), then by name. Diverged cells are not chosen."
)
LEADERBOARD = [
    *["rank", "cell", "architecture", "optimizer", "learning_rate", "batch_size", "seed", "epochs", "color", "status"],
    *["validation_accuracy", "validation_low", "validation_high", "validation_correct", "validation_images"],
    *["validation_loss", "train_accuracy", "train_loss", "seconds", "parameters"],
]
SELECTION = [
    *["cell", "architecture", "optimizer", "learning_rate", "batch_size", "seed", "epochs", "color"],
    *["validation_accuracy", "validation_low", "validation_high", "validation_correct", "validation_images"],
    "validation_loss",
]


def rank_cells(metrics: pd.DataFrame) -> pd.DataFrame:
    """The leaderboard: one row a cell, best first by RULE, diverged cells (without figures) last.

    metrics: what the cells' `metrics.json` hold, one row each. Cost is counted in epochs and parameters and not in
    seconds, which differ from run to run.
    """
    table = metrics.reindex(columns=LEADERBOARD[1:])
    table = table.sort_values(
        ["validation_accuracy", "validation_loss", "epochs", "parameters", "cell"],
        ascending=[False, True, True, True, True],
        na_position="last",
        ignore_index=True,
    )
    for column in ("validation_correct", "validation_images"):
        table[column] = table[column].astype("Int64")
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def select_cell(leaderboard: pd.DataFrame) -> dict:
    """What `selection.json` holds: the first cell, and how many others its interval cannot tell from it."""
    finished = leaderboard[leaderboard["status"] == "finished"]
    if finished.empty:
        raise UserError(
            f"All {len(leaderboard)} cells diverged (their loss became NaN), so there is none to test: "
            f"lower grid.learning_rate."
        )
    best = finished.iloc[0]
    overlaps = finished["validation_high"] >= best["validation_low"]
    return {
        **{key: getattr(best[key], "item", lambda value=best[key]: value)() for key in SELECTION},
        "rule": RULE,
        "cells": len(leaderboard),
        "indistinguishable": int(overlaps.sum()) - 1,
    }
