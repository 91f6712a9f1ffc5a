"""Rank the trained cells by their validation figures, and find those that cannot be told from the best."""

from collections import defaultdict

import smear.environment
import numpy as np
import pandas as pd
from smear.correctness import Correctness, find_groups, read_correctness
from smear.differences import tabulate_differences
from smear.files import read_json, write_json
from smear.intervals import grouped_interval
from smear.job import log, logged_to
from smear.optimism import correct_selection
from smear.records import recorded
from smear.selection import name_rows, rank_cells
from smear.tables import write_csv
from smear.ties import LEVEL, find_detectable, mcnemar_p, sum_groups, tie_p


def compare_rows(leaderboard: pd.DataFrame, right: np.ndarray, groups: np.ndarray) -> tuple[pd.DataFrame, dict]:
    """The leaderboard with intervals and the difference of each row to the first, and what is said of all together.

    right: bool, (finished rows, images), in the leaderboard's order. groups: (images,), the group of each image, any
    names. `difference` is the accuracy of the first row less that of each, with its 95 % interval, which holds 0 where
    `p_value` says so. Rows that diverged have none of it.
    """
    names, places = np.unique(groups, return_inverse=True)
    sums, sizes = sum_groups(right, places), np.bincount(places)
    images, rows = right.shape[1], len(right)
    p = tie_p(sums)
    bounds = np.array([grouped_interval(row, sizes) for row in sums])
    columns = {
        **dict(zip(("validation_low", "validation_high"), bounds.T, strict=True)),
        **tabulate_differences(right[0], right[1:], places).reindex(range(-1, rows - 1)).to_dict("list"),
        "difference": (sums[0] - sums).sum(axis=1) / images,
        "p_tied": p,
        "tied": p > LEVEL,
        "mcnemar_p": [np.nan, *mcnemar_p(right[0], right[1:])],
    }
    compared = pd.DataFrame(columns).reindex(leaderboard.index)
    compared["tied"] = compared["tied"].eq(True)
    detectable = find_detectable(sums, p)
    corrected = correct_selection(sums, sizes) or (None, None, None)
    summary = {
        "groups": len(names),
        "lowest_tied": float(sums[p > LEVEL].sum(axis=1).min() / images),
        "detectable_difference": None if detectable is None else detectable / images,
        **dict(zip(("corrected_accuracy", "corrected_low", "corrected_high"), corrected, strict=True)),
    }
    log.info("%d of %d grid cells cannot be told from the best", int((p > LEVEL).sum()) - 1, rows - 1)
    return leaderboard.assign(**compared), summary


def read_finished(leaderboard: pd.DataFrame, metrics: pd.DataFrame, predictions: list[str]) -> Correctness:
    """What the finished rows of the leaderboard had right; metrics and predictions: of each training, in one order."""
    tables = defaultdict(list)
    for row, path in zip(name_rows(metrics), predictions, strict=True):
        tables[row].append(path)
    finished = leaderboard.loc[leaderboard["status"] == "finished", "cell"]
    return read_correctness({row: tables[row] for row in finished})


def main(snakemake) -> None:
    files = snakemake.input
    metrics = pd.DataFrame([read_json(path) for path in files.metrics])
    leaderboard = rank_cells(metrics)
    log.info("%d grid cells, %d diverged", len(leaderboard), (leaderboard["status"] == "diverged").sum())
    summary = {}
    # Where every grid cell has diverged, `select_cell.py` says so.
    if (leaderboard["status"] == "finished").any():
        validated = read_finished(leaderboard, metrics, files.predictions)
        groups = find_groups(files.manifest, validated.image_ids)
        leaderboard, summary = compare_rows(leaderboard, validated.right, groups.names)
        summary |= {"unit": groups.unit}
    write_csv(leaderboard, snakemake.output.leaderboard)
    write_json(summary, snakemake.output.ties)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
