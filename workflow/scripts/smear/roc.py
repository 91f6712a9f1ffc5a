"""ROC and precision-recall curves: their areas, with intervals that respect groups of images."""

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from smear.intervals import score_interval
from smear.resampling import FEWEST_GROUPS, draw_weights, find_interval
from smear.threshold import Scores

PRIOR_GROUPS = 20
"""Groups that what is known beforehand of the variance of an area counts as."""

AREAS = ("roc_area", "average_precision")


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
    """Each of AREAS with its 95 % interval, `…_low` and `…_high`. groups: of each image, (images,).

    All are None where a kind of images is missing. The interval of the average precision is a bootstrap's, and None
    where positive images or others are in fewer than three groups, and where both kinds are separated: it then has no
    width.
    """
    areas = {f"{name}{end}": None for name in AREAS for end in ("", "_low", "_high")}
    if not has_both(scores):
        return areas
    areas["roc_area"] = float(roc_auc_score(scores.positive, scores.probability))
    areas["roc_area_low"], areas["roc_area_high"] = bound_area(scores, groups)
    areas["average_precision"] = float(average_precision_score(scores.positive, scores.probability))
    kinds = (groups[scores.positive], groups[~scores.positive])
    if min(len(np.unique(kind)) for kind in kinds) < FEWEST_GROUPS or areas["roc_area"] == 1:
        return areas
    low, high = find_interval(resample_precision(scores, groups))
    return areas | {"average_precision_low": low, "average_precision_high": high}


def bound_area(scores: Scores, groups: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the area under the ROC curve, where there are both kinds of images; it always has a width.

    Wilson's, of as many independent images as would vary as much. The variance comes from each image's share of the
    other kind that it is on the right side of, added up within groups (DeLong et al. 1988, doi:10.2307/2531595;
    Obuchowski 1997, doi:10.2307/2533958). Few groups say little of it: it is drawn towards that of a share of the
    rarer kind's images where this is larger. Where nothing varies, a group counts as one image. groups: (images,).
    """
    positive, counts = scores.positive, (int(scores.positive.sum()), int((~scores.positive).sum()))
    shares = np.empty(len(positive))
    ranks = rankdata(scores.probability)
    for kind, others in ((positive, counts[1]), (~positive, counts[0])):
        below = (ranks[kind] - rankdata(scores.probability[kind])) / others
        shares[kind] = below if kind is positive else 1 - below
    area = float(shares[positive].mean())
    _, places = np.unique(groups, return_inverse=True)
    sums = np.bincount(places, weights=(shares - area) / np.where(positive, *counts))
    independent = min(len(np.unique(places[kind])) for kind in (positive, ~positive))
    if len(sums) > 1 and (variance := float((sums**2).sum()) * len(sums) / (len(sums) - 1)):
        known, single = independent / (independent + PRIOR_GROUPS), area * (1 - area)
        variance = known * variance + (1 - known) * max(variance, single / min(counts))
        independent = min(max(single / variance, independent), len(positive))
    return score_interval(area, independent)


def resample_precision(scores: Scores, groups: np.ndarray) -> np.ndarray:
    """The average precision of resamples that have both kinds of images, (resamples,)."""
    order = np.argsort(-scores.probability, kind="stable")
    probability, positive = scores.probability[order], scores.positive[order]
    places = np.unique(groups, return_inverse=True)[1][order]
    starts = np.flatnonzero(np.diff(probability, prepend=np.inf))
    values = []
    for weights in draw_weights(places.max() + 1):
        for row in weights:
            drawn = row[places]
            found, others = (np.add.reduceat(np.where(kind, drawn, 0), starts) for kind in (positive, ~positive))
            if found.any() and others.any():
                values.append(weigh_precision(found, others))
    return np.array(values)


def weigh_precision(positive: np.ndarray, others: np.ndarray) -> float:
    """The average precision, from the weights of both kinds of images at each probability, the highest first.

    Equal to scikit-learn's with `sample_weight`, and a hundred times as fast, which a bootstrap needs.
    """
    found, wrong = positive.cumsum(), others.cumsum()
    return (positive * found / np.maximum(found + wrong, 1)).sum() / found[-1]
