"""Which rows of a comparison cannot be told from the best: tests on the same images, whole groups of them together.

A row is one classifier, and a group is a set of images whose results depend on one another, such as those of one
microscope field. All tests flip the signs of the groups' differences: if two rows are equally good, a group speaks for
the one as often as for the other.
"""

from collections.abc import Iterator
from math import ceil, log2

import numpy as np
from scipy.fft import next_fast_len
from scipy.special import bdtr

LEVEL = 0.05
FLIPS = 10_000
MOST_ENUMERATED = 14
"""Groups up to which all sign flips are taken; of more, FLIPS are drawn."""

SMALLEST = 1e-12
"""The least p of groups of several images; rounding errors are a thousandth of it."""

BATCH = 4_000_000  # numbers that are worked on at a time
FEWEST = ceil(log2(2 / LEVEL))
"""Groups that must all speak for the one row, at least, before two rows are told apart."""


def sum_groups(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Sums of the columns of each group: int64, (rows, groups). values: (rows, images); groups: (images,), names."""
    names, places = np.unique(groups, return_inverse=True)
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(names)))
    return np.add.reduceat(values[:, order], starts, axis=1, dtype=np.int64)


def sign_flip_p(differences: np.ndarray) -> np.ndarray:
    """Two-sided p of each row, (rows,): how often sign flips of the groups give a sum as large. Exact down to SMALLEST.

    differences: int, (rows, groups). Where no group differs by more than one image this is the binomial distribution,
    and so the exact McNemar test. Else the sum's distribution is the inverse Fourier transform of a product of cosines,
    one a group, so that no flips are drawn.
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

    It takes every image for independent.
    """
    one, other = (first & ~second).sum(axis=-1), (~first & second).sum(axis=-1)
    return binomial_p(np.minimum(one, other), one + other)


def holm(p: np.ndarray) -> np.ndarray:
    """The p-values corrected for their number, (tests,). Source: Holm 1979, www.jstor.org/stable/4615733."""
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1)
    return corrected


def tie_p(sums: np.ndarray) -> np.ndarray:
    """Of each row, (rows,), how often rows that are all alike would lie as far apart as it lies from the best.

    sums: int, (rows, groups), correct images, the best row first. Signs are flipped for all rows together, which keeps
    what they have in common, and the statistic is the largest difference between any two rows: the best one was picked
    because it is the best. From the last row to the first, each is tested among those before it, so that a row that
    failed widens nothing for others (Romano and Wolf 2005, doi:10.1198/016214504000000539, step down).
    """
    differences = sums[0] - sums
    distance = differences.sum(axis=1)
    if (np.diff(distance) < 0).any():
        raise ValueError("the rows do not come best first")
    counts, flips = np.zeros(len(sums), dtype=np.int64), 0
    for flipped in flip_signs(differences):
        ranges = np.maximum.accumulate(flipped, axis=1) - np.minimum.accumulate(flipped, axis=1)
        counts += (ranges >= distance).sum(axis=0)
        flips += len(flipped)
    drawn = is_drawn(differences)
    p = (counts + drawn) / (flips + drawn)
    return np.maximum.accumulate(p[::-1])[::-1]


def find_detectable(sums: np.ndarray, p: np.ndarray) -> int | None:
    """The fewest images that a row must be behind the best to be told from it; None where no number is enough.

    sums: as for `tie_p`, whose answer is p. The threshold is that of the rows that are tied, or of the first that is
    not where the best stands alone; at least FEWEST, since rows that agree everywhere show no spread.
    """
    tied = int((p > LEVEL).sum())
    differences = (sums[0] - sums)[: max(tied, 2)]
    if len(differences) < 2 or sums.shape[1] < FEWEST:
        return None
    ranges = np.sort(np.concatenate([np.ptp(flipped, axis=1) for flipped in flip_signs(differences)]))[::-1]
    drawn = is_drawn(differences)
    allowed = int(LEVEL * (len(ranges) + drawn) + 1e-9) - drawn
    return max(int(ranges[allowed]) + 1, FEWEST)


def is_drawn(differences: np.ndarray) -> bool:
    """Whether sign flips are drawn, and not all of them taken."""
    return int(differences.any(axis=0).sum()) > MOST_ENUMERATED


def flip_signs(differences: np.ndarray) -> Iterator[np.ndarray]:
    """Sums over the groups of each row under sign flips, some flips at a time: float32, (flips, rows).

    differences: int, (rows, groups). The same flips for all rows; those of few groups are all there are, but for the
    mirrored ones. Whole numbers up to 2^24 are exact in float32, so that the order of the additions does not count.
    """
    differences = differences[:, differences.any(axis=0)].astype(np.float32)
    rows, groups = differences.shape
    drawn = groups > MOST_ENUMERATED
    flips = FLIPS if drawn else 2 ** max(groups - 1, 0)
    random = np.random.default_rng(0)
    for first in range(0, flips, step := max(1, BATCH // max(rows, groups))):
        numbers = np.arange(first, min(first + step, flips))
        if drawn:
            signs = random.integers(2, size=(len(numbers), groups), dtype=np.int8)
        else:
            signs = numbers[:, None] >> np.arange(groups) & 1
        yield (1 - 2 * signs).astype(np.float32) @ differences.T
