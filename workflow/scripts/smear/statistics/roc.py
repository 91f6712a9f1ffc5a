"""ROC and precision-recall curves: their areas, with intervals that respect groups of images."""

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from smear.statistics.intervals import score_interval
from smear.statistics.threshold import Scores

PRIOR_GROUPS = 20
"""Groups that what is known beforehand of the variance of an area counts as."""


def find_curves(scores: Scores) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """`roc`: 1 - specificity and sensitivity; `precision_recall`: recall and precision. None of one kind alone."""
    if not has_both(scores):
        return {}
    others, found, _ = roc_curve(scores.positive, scores.probability)
    precision, recall, _ = precision_recall_curve(scores.positive, scores.probability)
    return {"roc": (others, found), "precision_recall": (recall, precision)}


def has_both(scores: Scores) -> bool:
    """Whether there are positive images and others."""
    return 0 < scores.positive.sum() < len(scores.positive)


def measure_areas(scores: Scores, groups: np.ndarray) -> dict:
    """Each of AREAS with its 95 % interval, `…_low` and `…_high`; all None where a kind of images is missing.

    groups: of each image, (images,).
    """
    areas = {f"{name}{end}": None for name in AREAS for end in ("", "_low", "_high")}
    if has_both(scores):
        for name, (measure, find_influences) in AREAS.items():
            # A sum of shares, which rounding may take past 1.
            area = min(float(measure(scores.positive, scores.probability)), 1.0)
            low, high = bound_area(area, find_influences(scores), scores.positive, groups)
            areas |= {name: area, f"{name}_low": low, f"{name}_high": high}
    return areas


def bound_area(area: float, influences: np.ndarray, positive: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of an area that images move by their influences, (images,); it always has a width.

    Wilson's, of as many independent images as would vary as much. The variance is that of the influences' sums over
    groups, (images,). Few groups say little of it: it is drawn towards that of a share of the rarer kind's images where
    this is larger. Where nothing varies, a group counts as one image.
    """
    _, places = np.unique(groups, return_inverse=True)
    sums = np.bincount(places, weights=influences)
    independent = min(len(np.unique(places[kind])) for kind in (positive, ~positive))
    if len(sums) > 1 and (variance := float((sums**2).sum()) * len(sums) / (len(sums) - 1)):
        known, single = independent / (independent + PRIOR_GROUPS), area * (1 - area)
        rarer = min(positive.sum(), (~positive).sum())
        variance = known * variance + (1 - known) * max(variance, single / rarer)
        independent = min(max(single / variance, independent), len(positive))
    return score_interval(area, independent)


def find_roc_influences(scores: Scores) -> np.ndarray:
    """How each image moves the area under the ROC curve, (images,): the derivative by its weight.

    It is the image's share of the other kind that it is on the right side of, less the area, over its kind's images
    (DeLong et al. 1988, doi:10.2307/2531595; of groups, Obuchowski 1997, doi:10.2307/2533958).
    """
    positive, ranks = scores.positive, rankdata(scores.probability)
    shares, sizes = np.empty(len(positive)), np.empty(len(positive))
    for kind in (positive, ~positive):
        below = (ranks[kind] - rankdata(scores.probability[kind])) / (~kind).sum()
        shares[kind] = below if kind is positive else 1 - below
        sizes[kind] = kind.sum()
    return (shares - shares[positive].mean()) / sizes


def find_precision_influences(scores: Scores) -> np.ndarray:
    """How each image moves the average precision, (images,): the derivative by its weight.

    A positive image brings in the precision at its own probability, and every image moves that of the positive ones
    which are not more probable than it is.
    """
    order = np.argsort(-scores.probability, kind="stable")
    probability, positive = scores.probability[order], scores.positive[order]
    # Images of one probability are found together: `last` is the last of them, `first` the first, of each image.
    _, first, sizes = np.unique(-probability, return_index=True, return_counts=True)
    first, last = np.repeat(first, sizes), np.repeat(first + sizes - 1, sizes)
    found, wrong = np.cumsum(positive)[last], np.cumsum(~positive)[last]
    precision = found / (found + wrong)
    moved = np.where(positive, 1, 0) / (found + wrong) ** 2
    # Sums over the positive images that are as probable or less, of what one image more of either kind does to them.
    gain, loss = (np.cumsum((moved * count)[::-1])[::-1][first] for count in (wrong, found))
    average = precision[positive].mean()
    influences = np.empty(len(positive))
    influences[order] = np.where(positive, precision - average + gain, -loss) / positive.sum()
    return influences


AREAS = {
    "roc_area": (roc_auc_score, find_roc_influences),
    "average_precision": (average_precision_score, find_precision_influences),
}
"""Names of areas, and of each the function that measures it and the one that finds the images' influences."""
