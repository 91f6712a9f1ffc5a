"""What a classifier got right, with its uncertainty. Plain numpy: a training starts without scikit-learn."""

from collections.abc import Sequence

import numpy as np

from smear.statistics.intervals import bound_share
from smear.statistics.macro_f1 import macro_f1_interval


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count (true, predicted) pairs: int64, (classes, classes), rows true, columns predicted."""
    labels, predicted = np.asarray(labels, dtype=np.int64), np.asarray(predicted, dtype=np.int64)
    if labels.shape != predicted.shape:
        raise ValueError(f"{labels.size} labels and {predicted.size} predictions")
    for indices in (labels, predicted):
        if indices.size and (indices.min() < 0 or indices.max() >= classes):
            raise ValueError(f"class indices {indices.min()} to {indices.max()} where there are {classes} classes")
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def log_loss(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean of -log p(true class), natural logarithm; `probabilities` is (images, classes).

    A probability is clipped to [eps, 1 - eps] of its own floating type, as `sklearn.metrics.log_loss` does, so that one
    certain mistake costs much but not infinitely much.
    """
    probabilities = np.asarray(probabilities)
    if len(labels) == 0:
        raise ValueError("the loss of no images is undefined")
    of_true_class = probabilities[np.arange(len(labels)), np.asarray(labels, dtype=np.int64)]
    eps = np.finfo(probabilities.dtype).eps
    return float(-np.log(np.clip(of_true_class, eps, 1 - eps).astype(np.float64)).mean())


def classification_summary(
    labels: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray,
    classes: Sequence[str],
    groups: np.ndarray | None = None,
) -> dict:
    """Return what `test_metrics.json` holds, ready for JSON (all but `cell`).

    `labels` and `predicted` are indices into `classes`, (images,); `probabilities` is (images, classes). Precision,
    recall and F1 of a class that was never predicted, or has no images, are 0. Macro figures are plain means over the
    classes that occur among labels or predictions; weighted ones weigh each class by its images. groups: (images,), the
    group of each image, as in `intervals.bound_share`, which gives the intervals; None where each is one by itself.
    """
    loss = log_loss(labels, probabilities)
    matrix = confusion_matrix(labels, predicted, len(classes))
    hits, support, predictions = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    scores = {
        "precision": _share(hits, predictions),
        "recall": _share(hits, support),
        "f1": _share(2 * hits, support + predictions),
    }
    occurs = support + predictions > 0
    images, correct = int(support.sum()), int(hits.sum())
    right = np.asarray(labels) == np.asarray(predicted)
    groups = np.arange(images) if groups is None else np.asarray(groups)
    low, high = bound_share(right, groups)
    macro_low, macro_high = macro_f1_interval(matrix, np.asarray(labels), np.asarray(predicted), groups)
    recalls = [bound_share(right[here], groups[here]) for here in (np.equal(labels, k) for k in range(len(classes)))]
    return {
        "classes": list(classes),
        "images": images,
        "correct": correct,
        "accuracy": correct / images,
        "accuracy_low": low,
        "accuracy_high": high,
        "loss": loss,
        "per_class": [
            {
                "class": name,
                **{score: float(values[k]) for score, values in scores.items()},
                "recall_low": recalls[k][0],
                "recall_high": recalls[k][1],
                "support": int(support[k]),
            }
            for k, name in enumerate(classes)
        ],
        "macro": {score: float(values[occurs].mean()) for score, values in scores.items()},
        "macro_f1_low": macro_low,
        "macro_f1_high": macro_high,
        "weighted": {score: float(values @ support / images) for score, values in scores.items()},
        "confusion_matrix": matrix.tolist(),
    }


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide element by element; 0 where `whole` is 0."""
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
