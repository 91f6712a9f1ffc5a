"""How often grid cells are told apart that are equally good, and how often those that are not, on made-up predictions.

    python benchmarks/ties.py [--rounds 1000] [--seed 0]

Every row's errors depend on the image, on its group and on what the row makes of the group, so that images of a group
are alike in the differences of two rows, too. Prints tables in Markdown: false alarms among 24 equally good rows, the
share of 23 rows that are told apart from one that is better, the accuracy of the selected row, and the time.
"""

import argparse
import time
from statistics import NormalDist

import numpy as np
import pandas as pd
import rounds
from compare_cells import compare_rows
from smear.statistics.intervals import wilson_interval
from smear.statistics.optimism import correct_selection
from smear.statistics.ties import LEVEL, find_detectable, holm, mcnemar_p, sign_flip_p, sum_groups, tie_p

ROWS, SIZES, GROUPS, POINTS = 24, (324, 3256), (1, 4), (1, 2, 3, 4, 5)
BEST = 0.98
SHARED, OF_GROUP, OF_ROW_AND_GROUP = 0.3, 0.1, 0.3
"""Shares of the variance of what decides an error: all rows', of an image and of its group; a row's own in a group."""

WAYS = ("intervals do not overlap", "McNemar, Holm", "sign flips, Holm", "tied")


def draw_right(random: np.random.Generator, accuracies: np.ndarray, images: int, size: int) -> np.ndarray:
    """Which images rows of these accuracies have right: bool, (rows, images), the row with most of them first."""
    groups, rows = -(-images // size), len(accuracies)
    own = 1 - SHARED - OF_GROUP - OF_ROW_AND_GROUP
    of_groups = OF_GROUP**0.5 * random.normal(size=(1, groups))
    of_groups = of_groups + OF_ROW_AND_GROUP**0.5 * random.normal(size=(rows, groups))
    latent = SHARED**0.5 * random.normal(size=(1, images)) + own**0.5 * random.normal(size=(rows, images))
    latent += np.repeat(of_groups, size, axis=1)[:, :images]
    right = latent < np.array([NormalDist().inv_cdf(accuracy) for accuracy in accuracies])[:, None]
    return right[np.argsort(-right.sum(axis=1), kind="stable")]


def judge(right: np.ndarray, groups: np.ndarray) -> dict[str, np.ndarray]:
    """By each way of telling rows apart, whether each is told from the first: bool, (rows - 1,)."""
    sums, images = sum_groups(right, groups), right.shape[1]
    low, _ = wilson_interval(int(sums[0].sum()), images)
    highs = np.array([wilson_interval(int(row.sum()), images)[1] for row in sums[1:]])
    found = (
        highs < low,
        holm(mcnemar_p(right[0], right[1:])) <= LEVEL,
        holm(sign_flip_p(sums[0] - sums[1:])) <= LEVEL,
        tie_p(sums)[1:] <= LEVEL,
    )
    return dict(zip(WAYS, found, strict=True))


def measure_alarms(random: np.random.Generator, images: int, size: int, tries: int) -> list[float]:
    """By each way, the share of grids of equally good rows of which one or more are told from the first."""
    groups, alarms = np.arange(images) // size, np.zeros(len(WAYS))
    for _ in range(tries):
        found = judge(draw_right(random, np.full(ROWS, BEST), images, size), groups)
        alarms += [apart.any() for apart in found.values()]
    return (alarms / tries).tolist()


def measure_power(random: np.random.Generator, images: int, size: int, points: float, tries: int) -> list[float]:
    """By each way, the share of the rows that are so many points worse than one that are told from the first.

    Where the first is not the one that is better, nothing that is found counts.
    """
    groups, power = np.arange(images) // size, np.zeros(len(WAYS))
    accuracies = np.full(ROWS, BEST - points / 100)
    for _ in range(tries):
        others = draw_right(random, accuracies[1:], images, size)
        better = draw_right(random, np.array([BEST]), images, size)
        if better.sum() > others[0].sum():
            power += [apart.mean() for apart in judge(np.vstack([better, others]), groups).values()]
    return (power / tries).tolist()


def measure_optimism(random: np.random.Generator, images: int, size: int, tries: int) -> list[float]:
    """Of the best of equally good rows, in points above its true accuracy: its accuracy, and the corrected one.

    The last figure is the share of the corrected one's intervals that hold the truth.
    """
    groups, found = np.arange(images) // size, []
    for _ in range(tries):
        sums = sum_groups(draw_right(random, np.full(ROWS, BEST), images, size), groups)
        accuracy, low, high = correct_selection(sums, np.bincount(groups))
        found.append([100 * (sums[0].sum() / images - BEST), 100 * (accuracy - BEST), low <= BEST <= high])
    return np.mean(found, axis=0).tolist()


def measure_time(random: np.random.Generator, rows: int, images: int, size: int) -> list[float]:
    """Seconds of the whole comparison, and the smallest difference that is told apart, in points."""
    right = draw_right(random, random.uniform(BEST - 0.04, BEST, rows), images, size)
    groups = np.arange(images) // size
    start = time.perf_counter()
    compare_rows(pd.DataFrame(index=range(rows)), right, groups)
    seconds = time.perf_counter() - start
    sums = sum_groups(right, groups)
    return [seconds, 100 * find_detectable(sums, tie_p(sums)) / images]


def print_table(title: str, names: list[str], table: dict[tuple, list[str]]) -> None:
    """Print figures by number of images, images of a group and what else tells the rows of the table apart."""
    print(f"\n{title}\n\n| {' | '.join(names)} |\n|{'---:|' * len(names)}")
    for key, figures in table.items():
        print(f"| {' | '.join([*(f'{part:,}' for part in key), *figures])} |", flush=True)


def percent(shares: list[float]) -> list[str]:
    return [f"{100 * share:.1f} %" for share in shares]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1000, help="of 324 images; a third of them with 3,256")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    settings = [(images, size) for images in SIZES for size in GROUPS]
    tries = {324: arguments.rounds, 3256: arguments.rounds // 3}
    print(f"# Grid cells that cannot be told apart\n\n{rounds.describe_machine()}. Seed {arguments.seed}.")
    names = ["images", "of a group"]
    print_table(
        f"False alarms: of grids of {ROWS} equally good rows (accuracy {100 * BEST:.0f} %), those in which the "
        f"best one is told apart from another one. Rounds: {tries[324]:,} of 324 images, {tries[3256]:,} of 3,256.",
        [*names, *WAYS],
        {(images, size): percent(measure_alarms(random, images, size, tries[images])) for images, size in settings},
    )
    print_table(
        f"Power: of {ROWS - 1} rows that are so many points worse than one (accuracy {100 * BEST:.0f} %), those "
        "that are told apart from it. A tenth of the rounds.",
        [*names, "points", *WAYS],
        {
            (images, size, points): percent(measure_power(random, images, size, points, max(tries[images] // 10, 1)))
            for images, size in settings
            for points in POINTS
        },
    )
    print_table(
        f"Optimism: of the best of {ROWS} equally good rows, points above the truth. A third of the rounds.",
        [*names, "its accuracy", "corrected", "intervals that hold the truth"],
        {
            (images, size): [f"{naive:+.2f}", f"{corrected:+.2f}", f"{100 * held:.0f} %"]
            for images, size in settings
            for naive, corrected, held in [measure_optimism(random, images, size, max(tries[images] // 3, 1))]
        },
    )
    print_table(
        f"Time of the comparison, rows of {100 * BEST - 4:.0f} to {100 * BEST:.0f} %.",
        ["rows", *names, "seconds", "smallest difference"],
        {
            (rows, images, size): [f"{seconds:.2f}", f"{detectable:.2f} points"]
            for rows in (ROWS, 100 * ROWS)
            for images, size in settings
            for seconds, detectable in [measure_time(random, rows, images, size)]
        },
    )


if __name__ == "__main__":
    main()
