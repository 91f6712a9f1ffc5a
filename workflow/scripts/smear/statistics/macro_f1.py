"""The interval of macro F1, of images that are alike within groups."""

import numpy as np

from smear.statistics.intervals import (
    PRIOR_DISAGREEMENTS,
    count_independent,
    estimate_correlation,
    score_interval,
    student_quantile,
)


def macro_f1_interval(matrix: np.ndarray, labels: np.ndarray, predicted: np.ndarray, groups: np.ndarray) -> tuple:
    """The 95 % interval of macro F1, two numbers between 0 and 1.

    matrix: the confusion matrix, (classes, classes). labels, predicted, groups: (images,). F1 of a class is 1 less its
    wrong and missed images over the sum of its images and of its predictions, so that macro F1 is 1 less a sum of what
    each error costs. The interval is Wilson's of as many independent images as in `intervals.grouped_interval`, divided
    by how much more an error costs than one does of the accuracy: more in classes with few images.
    """
    sizes = (matrix.sum(axis=0) + matrix.sum(axis=1)).astype(float)
    occurs = sizes > 0
    shares = np.divide(1.0, sizes * occurs.sum(), out=np.zeros(len(sizes)), where=occurs)
    wrong = labels != predicted
    costs = shares[labels[wrong]] + shares[predicted[wrong]]
    # As it is reported, to the last bit.
    macro = float((2 * np.diag(matrix) / np.where(occurs, sizes, 1))[occurs].mean())
    # Of an image of each class, were it taken for any of the others.
    others = (shares.sum() - shares) / max(occurs.sum() - 1, 1)
    possible = (shares + others)[labels]
    known = PRIOR_DISAGREEMENTS
    squares = float((costs**2).sum() + known * (possible**2).mean())
    dearness = len(labels) * squares / float(costs.sum() + known * possible.mean())
    _, places = np.unique(groups, return_inverse=True)
    images = np.bincount(places)
    correlation = estimate_correlation(np.bincount(places, weights=~wrong).astype(np.int64), images)
    independent, freedom = count_independent(images, images, correlation)
    return score_interval(macro, independent / dearness, student_quantile(freedom))
