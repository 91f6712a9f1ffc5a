"""How often 95 % intervals of an accuracy hold the true one, where images are alike within groups.

    python benchmarks/interval_coverage.py [--draws 10000] [--seed 0]

Prints tables in Markdown: what each candidate covers, then `grouped_interval` of `smear.statistics` beside Wilson's
interval over images, then both outside of what it was chosen by. Numbers of errors in groups are drawn from the
beta-binomial distribution, as counts of equal groups, so that a draw costs the same whatever the number of groups.
"""

import argparse
from collections.abc import Callable, Iterable
from functools import partial
from itertools import product

import numpy as np
from interval_candidates import BOTH, CANDIDATES, GROUPED, SLOW, Draws, all_or_none, beta_binomial, draw
from smear.statistics.intervals import grouped_interval

ACCURACIES = (0.90, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995)
OTHER_ACCURACIES = (0.905, 0.915, 0.93, 0.945, 0.955, 0.965, 0.975, 0.9825, 0.9875, 0.9925)
CORRELATIONS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
IMAGES = (50, 328, 3256)
MIXED = (*[1] * 8, *[2] * 3, *[3] * 2, 4, 5, 8)
SKEWED = (*[1] * 12, *[2] * 2, *[8] * 2)
SIZES = {**{str(size): (size,) for size in (1, 2, 3, 4, 6, 8)}, "1 to 8": MIXED, "1, 2 and 8": SKEWED}
LARGE = {"20 x 20": ((20,), 400), "8 x 40": ((40,), 320), "20 x 137": ((137,), 2740), "200 x 20": ((20,), 4000)}
FEW = {"2 x 8": ((8,), 16), "3 x 8": ((8,), 24), "2 x 40": ((40,), 80), "5 x 40": ((40,), 200)}
UNEVEN = {
    "1 x 300, 100 x 1": ((300, *[1] * 100), 400),
    "1 x 1,000, 20 x 1": ((1000, *[1] * 20), 1020),
    "2 x 100, 100 x 1": ((100, 100, *[1] * 100), 300),
    "1 x 50, 10 x 10": ((50, *[10] * 10), 150),
}
SLOW_DRAWS = 1000
CHECKED = 20


def count_sizes(images: int, pattern: tuple[int, ...]) -> np.ndarray:
    """How many groups have 0, 1, … images, where sizes follow a pattern; the last one has what is left."""
    sizes = np.resize(pattern, images)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), images) + 1]
    sizes[-1] -= sizes.sum() - images
    return np.bincount(sizes)


def head(draws: Draws, count: int) -> Draws:
    """The first draws."""
    tables = {size: table[:count] for size, table in draws.tables.items()}
    return Draws(draws.counts, tables, *(values[:count] for values in draws[2:]))


def check(draws: Draws) -> None:
    """Raise AssertionError unless `grouped_interval` says of the first draws what was measured here."""
    measured = CANDIDATES[GROUPED](draws)
    for number in range(min(CHECKED, len(draws.errors))):
        groups = [
            np.repeat([np.arange(size + 1), np.full(size + 1, size)], table[number], axis=1)
            for size, table in draws.tables.items()
        ]
        errors, images = np.concatenate(groups, axis=1)
        low, high = grouped_interval(images - errors, images)
        np.testing.assert_allclose((1 - high, 1 - low), [bound[number] for bound in measured], atol=1e-9)


def measure(random, candidates: dict, layouts: dict, correlations, accuracies, draws: int, model=beta_binomial) -> dict:
    """Coverage and mean width by candidate, layout and correlation: lists over the accuracies; the least width, too.

    layouts: by name, a pattern of sizes of groups and a number of images.
    """
    found = {}
    for (name, (pattern, images)), correlation in product(layouts.items(), correlations):
        counts = count_sizes(images, pattern)
        for accuracy in accuracies:
            drawn = draw(random, counts, lambda size: model(size, 1 - accuracy, correlation), draws)  # noqa: B023
            check(drawn)
            for candidate, interval in candidates.items():
                low, high = interval(head(drawn, SLOW_DRAWS) if candidate in SLOW else drawn)
                held = (low <= 1 - accuracy + 1e-12) & (1 - accuracy <= high + 1e-12)
                row = (held.mean(), (high - low).mean(), (high - low).min())
                found.setdefault((candidate, name, correlation), []).append(row)
    return {key: np.array(rows).T for key, rows in found.items()}


def list_layouts(sizes: dict = SIZES) -> dict:
    return {(images, size): (pattern, images) for images, (size, pattern) in product(IMAGES, sizes.items())}


def describe_candidate(name: str, found: dict) -> str:
    """A row: the settings that miss each limit, the extremes, and the mean width."""
    rows = [values for (candidate, *_), values in found.items() if candidate == name]
    means, lowest = np.array([row[0].mean() for row in rows]), np.array([row[0].min() for row in rows])
    return (
        f"| {name} | {(means < 0.94).sum()} | {(means > 0.98).sum()} | {(lowest < 0.9).sum()} | {means.min():.1%} to "
        f"{means.max():.1%} | {lowest.min():.1%} | {np.mean([row[1] for row in rows]):.2%} | "
        f"{min(row[2].min() for row in rows):.2%} |"
    )


def print_candidates(found: dict, names: Iterable[str]) -> None:
    print("| interval | mean < 94 % | mean > 98 % | below 90 % | means | lowest | mean width | least width |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    print(*(describe_candidate(name, found) for name in names), "", sep="\n")


def print_table(found: dict, columns: list, name: Callable) -> None:
    """A row a correlation: mean coverage over the accuracies and the lowest, of the grouped interval and Wilson's."""
    print(f"| ICC | {' | '.join(map(str, columns))} |\n|---:|{'---:|' * len(columns)}")
    for correlation in sorted({key[2] for key in found}):
        cells = []
        for column in columns:
            rows = [found[candidate, name(column), correlation][0] for candidate in BOTH]
            cells.append("; ".join(f"{100 * row.mean():.1f} ({100 * row.min():.1f})" for row in rows))
        print(f"| {correlation} | {' | '.join(cells)} |")
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random, draws = np.random.default_rng(options.seed), options.draws
    run = partial(measure, random, draws=draws)
    two = {name: CANDIDATES[name] for name in BOTH}
    settings = len(IMAGES) * len(SIZES) * len(CORRELATIONS)
    print("# Coverage of 95 % intervals of an accuracy\n")
    print(
        f"{draws:,} draws a setting and accuracy ({SLOW_DRAWS:,} of {' and '.join(SLOW)}); seed {options.seed}. Images:"
    )
    print(f"{', '.join(map(str, IMAGES))}; groups of {'; '.join(SIZES)} images; accuracies {ACCURACIES}; intraclass")
    print(f"correlations {CORRELATIONS}. A mean is one over the accuracies.\n")
    found = run(CANDIDATES, list_layouts(), CORRELATIONS, ACCURACIES)
    print(f"## Candidates, over {settings} settings\n")
    print_candidates(found, CANDIDATES)
    for images in IMAGES:
        print(
            f"## {images:,} images\n\nIn %: the mean of `grouped_interval` (its lowest); those of Wilson over images.\n"
        )
        print_table(found, list(SIZES), lambda size, images=images: (images, size))
    print("## At accuracies between those it was chosen by\n")
    print_candidates(run(two, list_layouts(), CORRELATIONS, OTHER_ACCURACIES), BOTH)
    print("## Images of a group that share one answer, or none\n")
    print_candidates(run(two, list_layouts(), CORRELATIONS, ACCURACIES, model=all_or_none), BOTH)
    for title, layouts in (("Large groups", LARGE), ("Few groups", FEW), ("Uneven groups", UNEVEN)):
        print(f"## {title}: groups x images in each\n")
        print_table(run(two, layouts, CORRELATIONS[:5], ACCURACIES), list(layouts), str)


if __name__ == "__main__":
    main()
