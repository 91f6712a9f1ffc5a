"""A staged search replayed on a grid: one axis at a time, the others held at what was chosen."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smear.grid import AXES
from smear.reproduction.results import SplitResults
from smear.statistics.ties import LEVEL, sum_groups, tie_p


def find_start(values: Sequence, theirs: object, their_values: Sequence) -> object:
    """The value of an axis that a replay begins with: the paper's, else the one at its place in the order of values.

    values: those of the grid. The lowest of the paper is the lowest here, and the middle of three is the higher of two.
    """
    values, their_values = sorted(values), sorted(their_values)
    if theirs in values:
        return theirs
    place = their_values.index(theirs) / max(len(their_values) - 1, 1)
    return values[int(np.floor(place * (len(values) - 1) + 0.5))]


def find_starts(replicates: pd.DataFrame, published: dict) -> dict:
    """The values with which the paper's search begins, of each of its axes, as far as this grid has them."""
    starts = {}
    for axis in list_stages(published):
        values = replicates[axis].unique().tolist()
        starts[axis] = find_start(values, published["best_cell"][axis], published["grid"][axis])
    return starts


def list_stages(published: dict) -> list[str]:
    """The axes in the order in which the paper searched them."""
    return [stage["question"] for stage in published["stages"]]


def replay(rows: pd.DataFrame, stages: Sequence[str], starts: dict) -> tuple[list[dict], pd.DataFrame]:
    """The steps of a staged search, and the rows that it has trained, in their order.

    rows: finished replicates, the best first by the rule of the selection, which also decides within a
    stage; they differ in the axes of `stages` alone. Each stage compares the rows that have all other axes as they were
    chosen, or as they start, and takes the first. An axis with one value is no stage. A stage without such a row,
    because all diverged or the grid lacks them, changes nothing.
    """
    held, steps, trained = dict(starts), [], pd.Series(False, index=rows.index)
    for axis in stages:
        if rows[axis].nunique() < 2:
            continue
        others = {name: value for name, value in held.items() if name != axis}
        compared = rows[(rows[[*others]] == pd.Series(others)).all(axis=1)]
        if len(compared):
            held[axis] = compared[axis].tolist()[0]
        trained |= rows.index.isin(compared.index)
        steps.append(
            {
                "axis": axis,
                "held": others,
                "chosen": held[axis],
                "compared": compared[["cell", axis, "validation_accuracy"]].to_dict("records"),
            }
        )
    return steps, rows[trained]


def replay_search(results: SplitResults, stages: Sequence[str], starts: dict) -> list[dict]:
    """The staged search on a grid: once for each combination of the axes that it does not search, such as seeds.

    Each result has the `steps`, the grid cell that the search chose, whether it is the best of the whole grid, and its
    rank there; `tied`, where it is another one, says whether the validation images tell it from the best. None of these
    where no row that the search begins with finished.
    """
    others = [axis for axis in AXES if axis not in stages]
    varying = [axis for axis in others if results.replicates[axis].nunique() > 1]
    sums, found = sum_groups(results.right, results.groups), []
    for _, rows in results.replicates.groupby(others, sort=False, dropna=False):
        steps, trained = replay(rows, stages, starts)
        held = {axis: rows[axis].tolist()[0] for axis in varying}
        found.append({"held": held, "steps": steps, "cells": len(rows), **judge_choice(rows, trained, steps, sums)})
    return found


def judge_choice(rows: pd.DataFrame, trained: pd.DataFrame, steps: list[dict], sums: np.ndarray) -> dict:
    """The chosen grid cell beside the best of `rows`; sums: of all replicates, (rows, groups)."""
    best = rows.iloc[0]
    choice = {"best": best["cell"], "best_accuracy": float(best["validation_accuracy"])}
    choice["trained"] = len(trained) if steps else len(rows)
    last = steps[-1]["compared"] if steps else rows[["cell", "validation_accuracy"]].to_dict("records")
    if not last:
        return choice | {"chosen": None}
    place = rows["cell"].tolist().index(last[0]["cell"])
    p = float(tie_p(sums[rows.index])[place])
    return choice | {
        "chosen": last[0]["cell"],
        "chosen_accuracy": last[0]["validation_accuracy"],
        "rank": place + 1,
        "same": place == 0,
        "p_tied": p,
        "tied": p > LEVEL,
    }
