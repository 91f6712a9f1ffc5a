"""Sensitivity and specificity, where the task has two classes and one of them is called positive."""

from collections.abc import Sequence

import numpy as np

from smear.statistics.intervals import bound_share


def choose_positive(classes: Sequence[str], positive: str | None) -> str:
    """The positive one of two classes, which are sorted: `positive`, or by default the last, as in scikit-learn."""
    return classes[-1] if positive is None else positive


def binary_summary(
    labels: np.ndarray,
    predicted: np.ndarray,
    classes: Sequence[str],
    positive: str | None = None,
    groups: np.ndarray | None = None,
) -> dict:
    """What `test_metrics.json` holds besides, of a task of two classes; of one with more, nothing.

    labels, predicted: indices into `classes`, (images,). Sensitivity is the share of the positive images that were
    predicted as such, specificity that of the others; each has its counts and its 95 % interval. Of no images the share
    is 0, as the recall in `metrics.classification_summary`, and the interval 0 to 1. groups: as there.
    """
    if len(classes) != 2:
        return {}
    chosen = classes.index(choose_positive(classes, positive))
    summary = {
        "positive": classes[chosen],
        "negative": classes[1 - chosen],
        "positive_is_default": positive is None,
    }
    for name, label in (("sensitivity", chosen), ("specificity", 1 - chosen)):
        here = np.flatnonzero(labels == label)
        images, correct = len(here), int((predicted[here] == label).sum())
        low, high = bound_share(predicted[here] == label, here if groups is None else groups[here])
        summary |= {
            name: correct / images if images else 0.0,
            f"{name}_low": low,
            f"{name}_high": high,
            f"{name}_correct": correct,
            f"{name}_images": images,
        }
    return summary
