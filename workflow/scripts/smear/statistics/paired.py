"""Two classifiers on the same images: the difference of their accuracies, with its uncertainty."""

from math import sqrt

import numpy as np

from smear.statistics.intervals import Z, count_groups, score_interval, student_quantile


def paired_interval(
    first: np.ndarray, second: np.ndarray, groups: np.ndarray | None = None, replicates: int = 1
) -> tuple[float, float]:
    """The 95 % interval of the accuracy of the first less that of the second, -1 to 1.

    first, second: (images,), whether each image was classified correctly, or by which share of several replicates, such
    as a network trained with several seeds. Both Wilson intervals are combined, with the correlation of the two
    answers: there is a width even where both are right everywhere, and two accuracies whose own intervals overlap can
    differ. Of no images nothing is known: (-1, 1). Source: method 10 of Newcombe 1998,
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.

    groups: (images,), whole numbers from 0 on, of images that depend on one another. The interval is then that of as
    many independent images as would make the difference vary as it does between groups, as in `grouped_interval`; of
    fewer than three groups, or images that are worth fewer than two of one size, nothing is known. Shares of replicates
    are taken the same way, each image being a group of pairs of predictions: the interval is of the means over these
    replicates, and other seeds are not in it.
    replicates: how many the shares are of, the fewer of the two: an image counts as no more independent ones.
    """
    first, second = (np.asarray(right, dtype=float) for right in (first, second))
    images = len(first)
    groups = np.arange(images) if groups is None else groups
    count = len(np.unique(groups))
    shared = any(((right > 0) & (right < 1)).any() for right in (first, second))
    worth = count_groups(np.bincount(groups)) if images else 0.0
    if not images or ((count < 3 or worth < 2) and (count < images or shared)):
        return -1.0, 1.0
    independent, quantile = images, Z
    if count < images or shared:
        independent = count_independent(first, second, groups, replicates)
        quantile = student_quantile(worth - 1)
    shares = [float(right.mean()) for right in (first, second)]
    bounds = [score_interval(share, independent, quantile) for share in shares]
    below = [share - low for share, (low, _) in zip(shares, bounds, strict=True)]
    above = [high - share for share, (_, high) in zip(shares, bounds, strict=True)]
    correlation = correlate(first, second, independent)
    difference = shares[0] - shares[1]
    return (
        max(difference - combine(below[0], above[1], correlation), -1.0),
        min(difference + combine(above[0], below[1], correlation), 1.0),
    )


def count_independent(first: np.ndarray, second: np.ndarray, groups: np.ndarray, replicates: int) -> float:
    """As many independent images as would make the difference vary as it does: from one a group to all images.

    first, second: float64, (images,), 0 to 1. An image of several replicates counts as up to so many. Groups of
    different sizes count as the fewer that they are worth (`count_groups`): few of them may have most of the images.
    """
    differences = first - second
    deviations = differences - differences.mean()
    # Of pairs of replicates within an image; nothing where each is one.
    within = first * (1 - first) + second * (1 - second)
    worth = count_groups(np.bincount(groups))
    between = worth / (worth - 1) * (np.bincount(groups, weights=deviations) ** 2).sum()
    spread = (deviations**2).sum()
    total = spread + within.sum()
    independent = len(first) * total / between if between else worth
    most = min(total / spread, replicates) if spread else 1
    return float(min(max(independent, worth), len(first) * most))


def combine(reach: float, other: float, correlation: float) -> float:
    """The reach of a difference, of those of its two parts; rounding must not take it below 0."""
    return sqrt(max(reach**2 - 2 * correlation * reach * other + other**2, 0))


def correlate(first: np.ndarray, second: np.ndarray, independent: float) -> float:
    """Phi of two arrays of shares, (images,), a positive one with the continuity correction; 0 where one has no
    variance.

    independent: the images that they count as.
    """
    scale = independent / len(first)
    both, neither = scale * float((first * second).sum()), scale * float(((1 - first) * (1 - second)).sum())
    one, other = scale * float((first * (1 - second)).sum()), scale * float(((1 - first) * second).sum())
    sides = (both + one) * (other + neither) * (both + other) * (one + neither)
    product = both * neither - one * other
    if product > 0:
        product = max(product - independent / 2, 0)
    return product / sqrt(sides) if sides else 0.0
