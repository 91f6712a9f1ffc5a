"""Accuracies by chance: labels that are permuted over groups of images, such as fields, and what they give."""

from typing import NamedTuple

import numpy as np

PERMUTATIONS = 1000
QUANTILE = 0.95


class Chance(NamedTuple):
    """The accuracies with permuted labels: their mean, their 95 % quantile, and the share that reaches the observed."""

    null_mean: float
    null_high: float
    p: float


def permute_over_groups(labels: np.ndarray, groups: np.ndarray, permutations: int, seed: int = 0) -> np.ndarray:
    """Labels that say nothing about their images and are still alike within groups: (permutations, images).

    labels: (images,). groups: of each image its group's name. Each group takes the labels of another one as a whole,
    cut or repeated to its own size; of groups with one label each that is a permutation of the groups' labels.
    """
    random = np.random.default_rng(seed)
    _, places, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    order = np.argsort(places, kind="stable")
    starts = np.cumsum(sizes) - sizes
    within = np.empty(len(order), int)
    within[order] = np.arange(len(order)) - np.repeat(starts, sizes)
    permuted = np.empty((permutations, len(labels)), labels.dtype)
    for row in permuted:
        givers = random.permutation(len(sizes))[places]
        row[:] = labels[order[starts[givers] + within % sizes[givers]]]
    return permuted


def compare_with_chance(accuracy: float, permuted: np.ndarray) -> Chance:
    """An accuracy beside those with permuted labels, (permutations,).

    p counts the observed labels as one of the permutations, so that it is never 0 (Phipson and Smyth 2010,
    doi:10.2202/1544-6115.1585).
    """
    # Accuracies of equal counts may differ in the last bit.
    reached = int((permuted >= accuracy - 1e-9).sum())
    p = (1 + reached) / (1 + len(permuted))
    return Chance(float(permuted.mean()), float(np.quantile(permuted, QUANTILE)), p)
