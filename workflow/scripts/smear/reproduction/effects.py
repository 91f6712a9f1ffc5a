"""Effects: differences of shares with interval and p, of which a claim of the paper is one or several."""

from typing import NamedTuple

import numpy as np

from smear.statistics.intervals import bound_share
from smear.statistics.paired import paired_interval
from smear.statistics.ties import FEWEST, LEVEL, sign_flip_p, sum_groups
from smear.statistics.unpaired import Sample, figure_p, unpaired_interval, unpaired_p


class Effect(NamedTuple):
    """A difference, -1 to 1, with its 95 % interval, which holds 0 where p does not speak against it.

    p: two-sided, of no difference. images, groups: what it rests on. detectable: the smallest difference that would
    have been told from 0 with as much scatter; None where none would have been, of too few groups.
    """

    difference: float
    low: float
    high: float
    p: float
    images: int
    groups: int
    detectable: float | None


def paired_effect(first: np.ndarray, second: np.ndarray, groups: np.ndarray) -> Effect:
    """The mean difference of pairs of grid cells on the same images.

    first, second: bool, (pairs, images), what the grid cells of each pair had right. groups: (images,), any names. The
    differences of an image are added up over the pairs, and those of the images over their group, so that the sign-flip
    test has whole numbers and one sign for each group. The interval is Newcombe's of all answers, in which a group has
    those of all pairs: they are worth as many images as the difference varies like between groups.
    """
    pairs, images = first.shape
    _, places = np.unique(groups, return_inverse=True)
    count = int(places.max()) + 1
    differences = (first.astype(np.int64) - second).sum(axis=0)
    p = float(sign_flip_p(sum_groups(differences[None], places))[0])
    low, high = paired_interval(first.ravel(), second.ravel(), np.tile(places, pairs))
    difference = float(differences.sum() / first.size)
    detectable = max(difference - low, FEWEST / first.size) if count >= FEWEST else None
    return settle(Effect(difference, low, high, p, images, count, detectable))


def unpaired_effect(first: Sample, second: Sample) -> Effect:
    """The difference of two shares of different images, see `unpaired_interval`."""
    low, high = unpaired_interval(first, second)
    difference = float(first.right.mean() - second.right.mean())
    groups = len(np.unique(first.groups)) + len(np.unique(second.groups))
    images = len(first.right) + len(second.right)
    return settle(Effect(difference, low, high, unpaired_p(first, second), images, groups, difference - low))


def figure_effect(sample: Sample, figure: float) -> Effect:
    """How much higher a share of images is than a published figure, which is taken as it is printed."""
    share, (low, high) = float(sample.right.mean()), bound_share(*sample)
    images, groups = len(sample.right), len(np.unique(sample.groups))
    p = figure_p(sample, figure)
    return settle(Effect(share - figure, low - figure, high - figure, p, images, groups, share - low))


def settle(effect: Effect) -> Effect:
    """Widen an interval to 0 where the test does not speak against 0: the two approximate in different ways."""
    if effect.p <= LEVEL:
        return effect
    return effect._replace(low=min(effect.low, 0.0), high=max(effect.high, 0.0))
