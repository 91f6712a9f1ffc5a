"""One row for trainings that differ in nothing but fold and seed: folds make a replicate, replicates a grid cell."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from smear.grid import AXES, Cell

AVERAGED = ("validation_loss", "train_accuracy", "train_loss")
FIGURES = ("validation_", "train_", "fold_accuracy_")


def pool_folds(metrics: pd.DataFrame) -> pd.DataFrame:
    """One row for all folds of a replicate: every image that is not for the test was validated once, by one model.

    metrics: what the trainings' `metrics.json` hold, one row each. Right answers are added up and losses averaged over
    images; a replicate with a diverged fold has diverged. `model_cell` is the training whose model would be tested: the
    first fold's, not the best one's, whose lead is luck. `epochs_run` and `best_epoch` are that training's.
    """
    if "fold" not in metrics or metrics["fold"].isna().all():
        return metrics.assign(folds=0, model_cell=metrics["cell"])
    names = np.array(name_replicates(metrics))
    return pd.DataFrame([pool_replicate(name, folds) for name, folds in metrics.groupby(names, sort=False)])


def name_replicates(metrics: pd.DataFrame) -> list[str]:
    """The replicate that each training belongs to: itself, or the grid cell of its seed that it is a fold of."""
    if "fold" not in metrics or metrics["fold"].isna().all():
        return metrics["cell"].tolist()
    return [read_cell(row).name for row in metrics.to_dict("records")]


def read_cell(row: dict) -> Cell:
    """The grid cell that a row is of, without a fold; what its `metrics.json` does not hold has the default."""
    return Cell(**{axis: row[axis] for axis in AXES if axis in row})


def pool_replicate(name: str, folds: pd.DataFrame) -> dict:
    """The row of one replicate from those of its folds."""
    folds = folds.sort_values("fold")
    row = {**add_up(folds), "cell": name, "folds": len(folds), "model_cell": folds["cell"].iloc[0]}
    del row["fold"]
    if row["status"] == "diverged":
        return row
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


def add_up(parts: pd.DataFrame) -> dict:
    """The first part's row with the cost of all, without figures and diverged where one of them is."""
    row = parts.iloc[0].to_dict() | {"seconds": parts["seconds"].sum()}
    # Results that `--touch` has kept from before have no speed.
    row |= {"images_per_second": parts.get("images_per_second", pd.Series(dtype=float)).median()}
    if (parts["status"] == "finished").all():
        return row
    return {key: value for key, value in row.items() if not key.startswith(FIGURES)} | {"status": "diverged"}


def name_rows(replicates: pd.DataFrame) -> list[str]:
    """The grid cell, a row of the leaderboard, that each replicate belongs to.

    Where replicates differ in the seed alone, it has their name without the seed; else it has the replicate's own.
    """
    shared = pd.Series([read_cell(row)._replace(seed=None).name for row in replicates.to_dict("records")], dtype=str)
    several = replicates["seed"].reset_index(drop=True).groupby(shared).transform("nunique") > 1
    return shared.where(several, replicates["cell"].reset_index(drop=True)).tolist()


def pool_seeds(replicates: pd.DataFrame) -> pd.DataFrame:
    """One row for all replicates of a grid cell, whose figures are means over its seeds.

    replicates: as `pool_folds` gives them. `model_cell` is that of the lowest seed, the first replicate, and so are
    `seed`, `epochs_run` and `best_epoch`; a row with a diverged replicate has diverged. `replicate_sd` is the sample
    standard deviation of the accuracies of `replicates` seeds. `validation_correct` is empty where there are several.
    """
    names = np.array(name_rows(replicates))
    if len(set(names)) == len(names):
        return replicates.assign(replicates=1, replicate_sd=np.nan)
    return pd.DataFrame(list(pool_rows(replicates.groupby(names, sort=False))))


def pool_rows(rows: Iterable[tuple[str, pd.DataFrame]]) -> Iterable[dict]:
    """The rows of the leaderboard, each from its replicates."""
    for name, alike in rows:
        alike = alike.sort_values("seed")
        row = {**add_up(alike), "cell": name, "replicates": len(alike), "replicate_sd": np.nan}
        if len(alike) > 1 and row["status"] == "finished":
            row |= {key: alike[key].mean() for key in AVERAGED}
            row |= {
                # The quotient of whole numbers is the same for all that are equally good.
                "validation_accuracy": alike["validation_correct"].sum() / alike["validation_images"].sum(),
                "validation_correct": np.nan,
                "replicate_sd": alike["validation_accuracy"].std(ddof=1),
            }
            if row["folds"]:
                row["fold_accuracy_lowest"] = alike["fold_accuracy_lowest"].min()
                row["fold_accuracy_highest"] = alike["fold_accuracy_highest"].max()
        yield row
