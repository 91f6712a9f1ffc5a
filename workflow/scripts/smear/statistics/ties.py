"""Which rows of a comparison cannot be told from the best: tests on the same images, whole groups of them together.

A row is one classifier, and a group is a set of images whose results depend on one another, such as those of one
microscope field. All tests flip the signs of the groups' differences: if two rows are equally good, a group speaks for
the one as often as for the other.

A row may also stand for several replicates, of which it has the mean. Counts are then in parts of an image, so that
they stay whole numbers: where rows have 2 and 3 replicates an image is 6, and a row that has it right in 2 of 3 has 4.
Replicates are taken as they are: the tests are about other images, and not about other replicates.
"""

from collections.abc import Iterator
from math import ceil, log2

import numpy as np
from scipy.fft import next_fast_len
from scipy.special import bdtr

LEVEL = 0.05
FLIPS = 10_000
MOST_ENUMERATED = 13
"""Groups up to which all sign flips are taken; of more, FLIPS are drawn."""

MOST_STEPS = 10
"""Of leaving out rows that are told apart; to stop earlier tells fewer apart."""

SMALLEST = 1e-12
"""The least p of groups of several images; rounding errors are a thousandth of it."""

BATCH = 4_000_000  # numbers that are worked on at a time
FEWEST = ceil(log2(2 / LEVEL))
"""Groups that must all speak for the one row, at least, before two rows are told apart."""


def sum_groups(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Sums of the columns of each group: int64, (rows, groups). values: (rows, images). groups: (images,), names."""
    names, places = np.unique(groups, return_inverse=True)
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(names)))
    return np.add.reduceat(values[:, order], starts, axis=1, dtype=np.int64)


def sign_flip_p(differences: np.ndarray) -> np.ndarray:
    """Two-sided p of each row, (rows,): how often sign flips of the groups give a sum as large. Exact down to SMALLEST.

    differences: int, (rows, groups). Where no group differs by more than one this is the binomial distribution, and so,
    of whole images, the exact McNemar test. Else the sum's distribution is the inverse Fourier transform of a product
    of cosines, one a group, so that no flips are drawn.
    """
    sizes, sums = np.abs(differences), differences.sum(axis=1)
    counts = (sizes > 0).sum(axis=1)
    p = binomial_p((counts - np.abs(sums)) // 2, counts)
    unequal = np.flatnonzero(sizes.max(axis=1, initial=0) > 1)
    length = next_fast_len(2 * int(sizes[unequal].sum(axis=1).max(initial=0)) + 1, real=True)
    for first in range(0, len(unequal), step := max(1, BATCH // length)):
        rows = unequal[first : first + step]
        spread = distribute_sums(sizes[rows], length)
        beyond = np.arange(spread.shape[1]) >= np.abs(sums[rows])[:, None]
        tails = np.where(beyond, spread, 0).sum(axis=1)
        p[rows] = np.where(sums[rows] == 0, 1, np.clip(2 * tails, SMALLEST, 1))
    return p


def binomial_p(fewer: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Two-sided p of so many of `of` fair coins on the side where they are fewer."""
    return np.minimum(2 * bdtr(fewer, of, 0.5), 1)


def distribute_sums(sizes: np.ndarray, length: int) -> np.ndarray:
    """The probability of each sum from 0 on under sign flips, (rows, length // 2 + 1); sizes: int, (rows, groups)."""
    angles = 2 * np.pi * np.arange(length // 2 + 1) / length
    product = np.ones((len(sizes), len(angles)))
    for size in np.unique(sizes[sizes > 0]):
        counts = (sizes == size).sum(axis=1)
        rows = counts > 0
        product[rows] *= np.cos(size * angles) ** counts[rows, None]
    # The product is real and even, as is its transform.
    return np.fft.irfft(product, length, axis=1)[:, : length // 2 + 1]


def mcnemar_p(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Exact two-sided p of McNemar's test of each row, (rows,). first, second: bool, (rows, images), broadcast.

    It takes every image for independent, and one prediction of each: rows with replicates have none.
    """
    one, other = (first & ~second).sum(axis=-1), (~first & second).sum(axis=-1)
    return binomial_p(np.minimum(one, other), one + other)


def holm(p: np.ndarray) -> np.ndarray:
    """The p-values corrected for their number, (tests,). Source: Holm 1979, www.jstor.org/stable/4615733."""
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1)
    return corrected


def tie_p(sums: np.ndarray, unit: int = 1) -> np.ndarray:
    """Of each row, (rows,), how often one of rows that are all alike would seem as much worse than the best as it does.

    sums: int, (rows, groups), correct images, the best row first; unit: what one image counts in them. Signs are
    flipped for all rows together, which keeps what they have in common; in each flip the best row is picked anew,
    because it was picked here, and the statistic is the largest difference of a row to it, in standard deviations. Rows
    that are told apart from the best are left out, the worst ones first, and the others tested again (Romano and Wolf
    2005, doi:10.1198/016214504000000539, step down), so that a row that failed widens nothing for the others. No row
    has a lower p than one that is worse, or than it has against the best alone by `sign_flip_p`.
    """
    differences = sums[0] - sums
    distance = differences.sum(axis=1)
    if (np.diff(distance) < 0).any():
        raise ValueError("the rows do not come best first")
    spread = measure_spread(differences)
    # The best row has few errors by luck, and so a small spread: one image off, as in McNemar's test (Edwards 1948).
    observed = np.maximum(distance - unit, 0) / spread[0]
    places = np.searchsorted(distance, distance)
    p, rows, least = np.ones(len(sums)), len(sums), 0.0
    for _ in range(MOST_STEPS):
        if rows < 2:
            break
        largest = np.sort(find_largest(differences[:rows], spread[:rows, :rows]))
        # Rounding must not make one flip differ from what was observed.
        below = np.searchsorted(largest, observed[:rows] * (1 - 1e-6))
        drawn = is_drawn(differences[:rows])
        found = (len(largest) - below + drawn) / (len(largest) + drawn)
        # Rows of one accuracy have one p.
        p[:rows] = np.maximum(np.maximum.accumulate(found[::-1])[::-1][places[:rows]], least)
        tied = int((p[:rows] > LEVEL).sum())
        if tied == rows:
            break
        rows, least = tied, p[tied]
    # In some flips a third row is the best, by a lead with a wide spread, and hides how far these two are apart.
    p = np.maximum(p, sign_flip_p(differences))
    return np.maximum.accumulate(p[::-1])[::-1][places]


def measure_spread(differences: np.ndarray) -> np.ndarray:
    """The standard deviation of the difference of any two rows under sign flips: float64, (rows, rows); inf for none.

    differences: int, (rows, groups), of each row to one and the same.
    """
    products = differences.astype(float) @ differences.T
    squares = np.diag(products)
    variances = squares[:, None] + squares - 2 * products
    return np.sqrt(np.where(variances > 0, variances, np.inf))


def find_largest(differences: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """In each sign flip the largest difference of a row to the one that is then the best, (flips,), by `spread`."""
    spread, found = spread.astype(np.float32), []
    for flipped in flip_signs(differences):
        best = flipped.argmin(axis=1)
        behind = flipped - np.take_along_axis(flipped, best[:, None], axis=1)
        found.append((behind / spread[best]).max(axis=1))
    return np.concatenate(found)


def find_detectable(sums: np.ndarray, p: np.ndarray, unit: int = 1) -> int | None:
    """How many images a row must be behind the best to be told from it; None where no number is enough.

    sums, unit: as for `tie_p`, whose answer is p. It is the threshold among the tied rows for a row whose spread is
    their median, or that of the next one where the best stands alone; at least FEWEST, since rows that agree show no
    spread.
    """
    rows = max(int((p > LEVEL).sum()), 2)
    differences = (sums[0] - sums)[:rows]
    if len(differences) < 2 or sums.shape[1] < FEWEST:
        return None
    spread = measure_spread(differences)
    largest = np.sort(find_largest(differences, spread))[::-1]
    drawn = is_drawn(differences)
    threshold = largest[max(int(LEVEL * (len(largest) + drawn)) - drawn, 0)]
    others = spread[0, 1:][np.isfinite(spread[0, 1:])]
    # Often a whole number of images, which rounding must not bring below itself.
    beaten = int(threshold * np.median(others) / unit * (1 + 1e-6)) if len(others) else -2
    return max(beaten + 2, FEWEST)


def is_drawn(differences: np.ndarray) -> bool:
    """Whether sign flips are drawn, and not all of them taken."""
    return int(differences.any(axis=0).sum()) > MOST_ENUMERATED


def flip_signs(differences: np.ndarray) -> Iterator[np.ndarray]:
    """Sums over the groups of each row under sign flips, some flips at a time: (flips, rows).

    differences: int, (rows, groups). The same flips for all rows; those of few groups are all there are. Whole numbers
    up to 2^24 are exact in float32, so that the order of the additions does not count; larger sums are float64.
    """
    differences = differences[:, differences.any(axis=0)]
    exact = np.float32 if np.abs(differences).sum(axis=1).max(initial=0) <= 2**24 else np.float64
    differences = differences.astype(exact)
    rows, groups = differences.shape
    drawn = groups > MOST_ENUMERATED
    flips = FLIPS if drawn else 2**groups
    random = np.random.default_rng(0)
    for first in range(0, flips, step := max(1, BATCH // max(rows, groups))):
        numbers = np.arange(first, min(first + step, flips))
        if drawn:
            signs = random.integers(2, size=(len(numbers), groups), dtype=np.int8)
        else:
            signs = numbers[:, None] >> np.arange(groups) & 1
        yield (1 - 2 * signs).astype(exact) @ differences.T
