"""What intervals and tests of grid cells hold that were trained with several seeds, on made-up predictions.

    python benchmarks/replicates.py [--rounds 1000] [--seed 0]

What decides an error depends on the image, on its group and on the grid cell, for all seeds alike, and on the seed; all
rows are equally good. Prints a table in Markdown: how often the interval of a mean over seeds holds the true accuracy,
and that of a difference 0; how often a row is told from another by the sign-flip test, and any from the best of six by
that test with Holm's correction, and as `tied` has it.
"""

import argparse
from itertools import product
from statistics import NormalDist

import numpy as np
import rounds
from smear.evaluation.differences import tabulate_differences
from smear.statistics.intervals import grouped_interval
from smear.statistics.ties import LEVEL, holm, sign_flip_p, sum_groups, tie_p

ROWS, BEST = 6, 0.97
SHARED, OF_GROUP, OF_ROW = 0.25, 0.1, 0.2
"""Shares of the variance of what decides an error, of all seeds; the rest is the seed's own."""

SETTINGS = product((324, 3256), (1, 4), ((1,) * ROWS, (3,) * ROWS, (10,) * ROWS, (3, 3, 3, 1, 1, 2)))


def draw_right(random: np.random.Generator, images: int, size: int, seeds: tuple[int, ...]) -> np.ndarray:
    """How many seeds of each row have an image right: int, (rows, images), as drawn."""
    groups = -(-images // size)
    own = 1 - SHARED - OF_GROUP - OF_ROW
    common = SHARED**0.5 * random.normal(size=images)
    common += OF_GROUP**0.5 * np.repeat(random.normal(size=groups), size)[:images]
    limit = NormalDist().inv_cdf(BEST)
    rows = []
    for count in seeds:
        of_row = OF_ROW**0.5 * random.normal(size=images)
        latent = common + of_row + own**0.5 * random.normal(size=(count, images))
        rows.append((latent < limit).sum(axis=0))
    return np.array(rows)


def measure(random: np.random.Generator, images: int, size: int, seeds: tuple[int, ...], tries: int) -> list[float]:
    """The shares of the table, and the mean width of the interval of an accuracy."""
    groups, found = np.arange(images) // size, []
    sizes, unit = np.bincount(groups), int(np.lcm.reduce(seeds))
    for _ in range(tries):
        right, counts = draw_right(random, images, size, seeds), np.array(seeds)
        # Two rows that no figure has picked, for what is said of two rows.
        bounds = [grouped_interval(sum_groups(right[[row]], groups)[0], sizes * counts[row]) for row in range(2)]
        two = tabulate_differences(right[0], right[1:2], groups, counts[:2]).iloc[0]
        right, _, counts = sort_rows(right, counts, groups)
        sums = sum_groups(right, groups) * (unit // counts)[:, None]
        p = sign_flip_p(sums[:1] - sums[1:])
        found.append(
            [
                np.mean([below <= BEST <= above for below, above in bounds]),
                two["difference_low"] <= 0 <= two["difference_high"],
                two["p_value"] <= LEVEL,
                (holm(p) <= LEVEL).any(),
                (tie_p(sums, unit) <= LEVEL).any(),
                np.mean([above - below for below, above in bounds]),
            ]
        )
    return np.mean(found, axis=0).tolist()


def sort_rows(right: np.ndarray, counts: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three sorted for `compare_rows`: the row with the highest mean first."""
    order = np.argsort(-right.sum(axis=1) / counts, kind="stable")
    return right[order], groups, counts[order]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1000, help="of 324 images; half of them with 3,256")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    print(f"# Grid cells with several seeds\n\n{rounds.describe_machine()}. Seed {arguments.seed}.\n")
    print(
        f"{ROWS} equally good rows (accuracy {100 * BEST:.0f} %); {arguments.rounds:,} rounds of 324 images, "
        f"{arguments.rounds // 2:,} of 3,256. Width: the mean one of the interval of an accuracy, in points.\n"
    )
    names = "images, of a group, seeds, accuracy held, difference holds 0, p ≤ 0.05, any by Holm, any not tied, width"
    print(f"| {names.replace(', ', ' | ')} |")
    print("|---:|---:|:---|---:|---:|---:|---:|---:|---:|")
    for images, size, seeds in SETTINGS:
        tries = arguments.rounds // (1 if images == 324 else 2)
        *shares, width = measure(random, images, size, seeds, tries)
        counts = str(seeds[0]) if len(set(seeds)) == 1 else ", ".join(map(str, seeds))
        figures = " | ".join(f"{100 * share:.1f} %" for share in shares)
        print(f"| {images:,} | {size} | {counts} | {figures} | {100 * width:.2f} |", flush=True)


if __name__ == "__main__":
    main()
