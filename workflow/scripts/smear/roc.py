"""ROC and precision-recall curves: their areas, with intervals of a bootstrap over groups."""

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from smear.resampling import FEWEST_GROUPS, draw_weights, find_interval
from smear.threshold import Scores

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

    All are None where a kind of images is missing. The interval is None, too, where positive images or others are in
    fewer than three groups, and where both kinds are separated: a bootstrap then has no width.
    """
    areas = {f"{name}{end}": None for name in AREAS for end in ("", "_low", "_high")}
    if not has_both(scores):
        return areas
    areas["roc_area"] = float(roc_auc_score(scores.positive, scores.probability))
    areas["average_precision"] = float(average_precision_score(scores.positive, scores.probability))
    kinds = (groups[scores.positive], groups[~scores.positive])
    if min(len(np.unique(kind)) for kind in kinds) < FEWEST_GROUPS or areas["roc_area"] == 1:
        return areas
    for name, values in zip(AREAS, resample_areas(scores, groups).T, strict=True):
        areas[f"{name}_low"], areas[f"{name}_high"] = find_interval(values)
    return areas


def resample_areas(scores: Scores, groups: np.ndarray) -> np.ndarray:
    """The areas of resamples that have both kinds of images, (resamples, 2), in the order of AREAS."""
    order = np.argsort(-scores.probability, kind="stable")
    probability, positive = scores.probability[order], scores.positive[order]
    places = np.unique(groups, return_inverse=True)[1][order]
    starts = np.flatnonzero(np.diff(probability, prepend=np.inf))
    areas = []
    for weights in draw_weights(places.max() + 1):
        for row in weights:
            drawn = row[places]
            found, others = (np.add.reduceat(np.where(kind, drawn, 0), starts) for kind in (positive, ~positive))
            if found.any() and others.any():
                areas.append(weigh_areas(found, others))
    return np.array(areas)


def weigh_areas(positive: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    """The areas, from the weights of both kinds of images at each probability, the highest first.

    Equal to scikit-learn's with `sample_weight`, and a hundred times as fast, which a bootstrap needs.
    """
    found, wrong = positive.cumsum(), others.cumsum()
    roc = (others * (found - positive / 2)).sum() / (found[-1] * wrong[-1])
    precision = found / np.maximum(found + wrong, 1)
    return roc, (positive * precision).sum() / found[-1]
