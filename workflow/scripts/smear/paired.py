"""Two classifiers on the same images: the difference of their accuracies, with its uncertainty."""

from math import sqrt

import numpy as np

from smear.metrics import wilson_interval


def paired_interval(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the accuracy of the first less that of the second, -1 to 1.

    first, second: bool, (images,), whether each image was classified correctly. Both Wilson intervals are combined,
    with the correlation of the two answers: there is a width even where both are right everywhere, and two accuracies
    whose own intervals overlap can differ. Of no images nothing is known: (-1, 1). Source: method 10 of Newcombe 1998,
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.
    """
    images = len(first)
    if not images:
        return -1.0, 1.0
    shares = [float(right.mean()) for right in (first, second)]
    lows, highs = zip(*(wilson_interval(int(right.sum()), images) for right in (first, second)), strict=True)
    below = [share - low for share, low in zip(shares, lows, strict=True)]
    above = [high - share for share, high in zip(shares, highs, strict=True)]
    correlation = correlate(first, second)
    difference = shares[0] - shares[1]
    return (
        difference - combine(below[0], above[1], correlation),
        difference + combine(above[0], below[1], correlation),
    )


def combine(reach: float, other: float, correlation: float) -> float:
    """The reach of a difference, of those of its two parts; rounding must not take it below 0."""
    return sqrt(max(reach**2 - 2 * correlation * reach * other + other**2, 0))


def correlate(first: np.ndarray, second: np.ndarray) -> float:
    """Phi of two bool arrays, (images,), a positive one with the continuity correction; 0 where one has no variance."""
    both, neither = int((first & second).sum()), int((~first & ~second).sum())
    one, other = int((first & ~second).sum()), int((~first & second).sum())
    sides = (both + one) * (other + neither) * (both + other) * (one + neither)
    product = both * neither - one * other
    if product > 0:
        product = max(product - len(first) / 2, 0)
    return product / sqrt(sides) if sides else 0.0
