"""Two shares of different images, such as the accuracies on two test sets: their difference, with its uncertainty."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from smear.statistics.intervals import bound_share, count_independent, estimate_correlation
from smear.statistics.paired import combine


class Sample(NamedTuple):
    """right: bool, (images,), whether each was classified correctly. groups: (images,), any names, of images alike."""

    right: np.ndarray
    groups: np.ndarray


def unpaired_interval(first: Sample, second: Sample) -> tuple[float, float]:
    """The 95 % interval of the share of the first less that of the second, -1 to 1.

    The intervals of both are combined, so that there is a width even where both are 1. Source: method 10 of Newcombe
    1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, with the intervals of
    `intervals.grouped_interval` in place of Wilson's where images are alike within groups.
    """
    shares = [float(sample.right.mean()) for sample in (first, second)]
    bounds = [bound_share(*sample) for sample in (first, second)]
    below = [share - low for share, (low, _) in zip(shares, bounds, strict=True)]
    above = [high - share for share, (_, high) in zip(shares, bounds, strict=True)]
    difference = shares[0] - shares[1]
    return difference - combine(below[0], above[1], 0), difference + combine(above[0], below[1], 0)


def unpaired_p(first: Sample, second: Sample) -> float:
    """Two-sided p of the z-test that both shares are equal, each of as many independent images as vary like its groups.

    Source: Rao and Scott 1992, doi:10.2307/2532311; the textbook's z-test where each group is one image.
    """
    images = [count_sample(sample) for sample in (first, second)]
    shares = [float(sample.right.mean()) for sample in (first, second)]
    pooled = np.average(shares, weights=images)
    return z_test_p(shares[0] - shares[1], pooled, 1 / (1 / images[0] + 1 / images[1]))


def figure_p(sample: Sample, figure: float) -> float:
    """Two-sided p of the score test that a share is `figure`, between 0 and 1."""
    return z_test_p(float(sample.right.mean()) - figure, figure, count_sample(sample))


def count_sample(sample: Sample) -> float:
    """How many independent images vary as much as those of a sample."""
    _, places = np.unique(np.asarray(sample.groups), return_inverse=True)
    images = np.bincount(places)
    correct = np.bincount(places, weights=sample.right).astype(np.int64)
    return count_independent(images, images, estimate_correlation(correct, images))[0]


def z_test_p(difference: float, share: float, images: float) -> float:
    """Two-sided p of a difference whose variance is that of a share of so many images; 1 where there is none."""
    variance = share * (1 - share) / images
    return 2 * NormalDist().cdf(-abs(difference) / sqrt(variance)) if variance > 0 else 1.0
