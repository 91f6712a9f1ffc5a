"""Rank the trained cells by their validation figures, and find those that cannot be told from the best."""

from collections import defaultdict

import smear.environment
import numpy as np
import pandas as pd
from smear.evaluation.correctness import Correctness, find_groups, read_correctness
from smear.evaluation.differences import tabulate_differences
from smear.evaluation.pooling import name_replicates, pool_folds
from smear.evaluation.selection import list_replicates, rank_cells
from smear.files import read_json, write_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.statistics.intervals import bound_share, grouped_interval
from smear.statistics.optimism import correct_selection
from smear.statistics.ties import LEVEL, find_detectable, mcnemar_p, sum_groups, tie_p
from smear.tables import write_csv


def compare_rows(
    leaderboard: pd.DataFrame, right: np.ndarray, groups: np.ndarray, replicates: np.ndarray | int = 1
) -> tuple[pd.DataFrame, dict]:
    """The leaderboard with intervals and the difference of each row to the first, and what is said of all together.

    right: (finished rows, images), in the leaderboard's order: whether a row had an image right, or how many of its
    `replicates`, (finished rows,), had. groups: (images,), the group of each image, any names. `difference` is the
    accuracy of the first row less that of each, with its 95 % interval, which holds 0 where `p_value` says so.
    Accuracies are means over replicates; intervals and tests are about other images, and not about other replicates.
    Rows that diverged have none of it.
    """
    names, places = np.unique(groups, return_inverse=True)
    counts = np.broadcast_to(replicates, len(right))
    unit = int(np.lcm.reduce(counts))
    own, sizes = sum_groups(right, places), np.bincount(places)
    sums = own * (unit // counts)[:, None]
    images, rows = right.shape[1], len(right)
    p = tie_p(sums, unit)
    # An image is right or wrong in several replicates alike, so that its predictions lie in one group.
    bounds = np.array([grouped_interval(row, sizes * count) for row, count in zip(own, counts, strict=True)])
    columns = {
        **dict(zip(("validation_low", "validation_high"), bounds.T, strict=True)),
        **tabulate_differences(right[0], right[1:], places, counts).reindex(range(-1, rows - 1)).to_dict("list"),
        "difference": (sums[0] - sums).sum(axis=1) / (images * unit),
        "p_tied": p,
        "tied": p > LEVEL,
        "mcnemar_p": [np.nan, *test_single(right, counts)],
    }
    compared = pd.DataFrame(columns).reindex(leaderboard.index)
    compared["tied"] = compared["tied"].eq(True)
    detectable = find_detectable(sums, p, unit)
    corrected = correct_selection(sums, sizes, unit) or (None, None, None)
    summary = {
        "groups": len(names),
        "lowest_tied": float(sums[p > LEVEL].sum(axis=1).min() / (images * unit)),
        "detectable_difference": None if detectable is None else detectable / images,
        **dict(zip(("corrected_accuracy", "corrected_low", "corrected_high"), corrected, strict=True)),
    }
    log.info("%d of %d grid cells cannot be told from the best", int((p > LEVEL).sum()) - 1, rows - 1)
    return leaderboard.assign(**compared), summary


def test_single(right: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """McNemar's p of each row but the first, (rows - 1,); missing where it or the first has several replicates."""
    alone = (counts[0] == 1) & (counts[1:] == 1)
    return np.where(alone, mcnemar_p(right[0].astype(bool), right[1:].astype(bool)), np.nan)


def pool_replicates(right: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """How many replicates of each row had an image right, (rows, images).

    right: bool, (replicates, images), those of a row one after the other; counts: (rows,), how many these are.
    """
    starts = np.cumsum(counts) - counts
    return np.add.reduceat(right, starts, axis=0, dtype=np.min_scalar_type(counts.max()))


def read_finished(replicates: pd.DataFrame, metrics: pd.DataFrame, predictions: list[str]) -> Correctness:
    """What the replicates had right that finished; metrics and predictions: of each training, in one order."""
    tables = defaultdict(list)
    for replicate, path in zip(name_replicates(metrics), predictions, strict=True):
        tables[replicate].append(path)
    finished = replicates.loc[replicates["status"] == "finished", "replicate"]
    return read_correctness({replicate: tables[replicate] for replicate in finished})


def bound_replicates(replicates: pd.DataFrame, right: np.ndarray, groups: np.ndarray) -> pd.DataFrame:
    """The replicates with the interval of each one's accuracy; right: bool, (finished ones, images)."""
    finished = replicates.index[replicates["status"] == "finished"]
    bounds = np.array([bound_share(row, groups) for row in right])
    columns = dict(zip(("validation_low", "validation_high"), bounds.T, strict=True))
    return replicates.assign(**pd.DataFrame(columns, index=finished).reindex(replicates.index))


def main(snakemake) -> None:
    files, output = snakemake.input, snakemake.output
    metrics = pd.DataFrame([read_json(path) for path in files.metrics])
    pooled = pool_folds(metrics)
    leaderboard = rank_cells(pooled)
    replicates = list_replicates(pooled, leaderboard)
    log.info("%d grid cells, %d diverged", len(leaderboard), (leaderboard["status"] == "diverged").sum())
    summary = {}
    finished = leaderboard[leaderboard["status"] == "finished"]
    # Where every grid cell has diverged, `select_cell.py` says so.
    if len(finished):
        validated = read_finished(replicates, metrics, files.predictions)
        groups = find_groups(files.manifest, validated.image_ids)
        replicates = bound_replicates(replicates, validated.right, groups.names)
        counts = finished["replicates"].to_numpy(int)
        right = pool_replicates(validated.right[: counts.sum()], counts)
        leaderboard, summary = compare_rows(leaderboard, right, groups.names, counts)
        summary |= {"unit": groups.unit}
    write_csv(leaderboard, output.leaderboard)
    write_csv(replicates, output.replicates)
    write_json(summary, output.ties)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
