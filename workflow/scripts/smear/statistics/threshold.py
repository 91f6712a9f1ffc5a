"""A threshold for one class against the rest: chosen for a sensitivity, and what it gives on other images."""

from math import ceil
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd

from smear.statistics.intervals import bound_share

SHARES = ("sensitivity", "specificity", "ppv", "npv")
"""What is measured at a threshold; ppv and npv are the positive and the negative predictive value."""


class Scores(NamedTuple):
    """Of some images, the probability of the positive class (float32) and whether they are of it (bool), (images,)."""

    probability: np.ndarray
    positive: np.ndarray


def take_scores(predictions: pd.DataFrame, classes: list[str], positive: str) -> Scores:
    """The scores of a table of predictions: `label`, an index into `classes`, and `prob_<Class>…`."""
    labels = predictions["label"].to_numpy()
    return Scores(predictions[f"prob_{positive}"].to_numpy(np.float32), labels == classes.index(positive))


def choose_threshold(scores: Scores, sensitivity: float) -> float:
    """The largest threshold whose sensitivity is at least `sensitivity`, above 0 and at most 1.

    An image is called positive where its probability is at least the threshold, which is that of a positive image, in
    the decimals that stand in a table of predictions. Errors: a ValueError without a positive image.
    """
    found = np.sort(scores.probability[scores.positive])[::-1]
    if not len(found):
        raise ValueError("no image is positive")
    shares = np.arange(1, len(found) + 1) / len(found)  # a product with `sensitivity` would be rounded
    return float(str(found[np.argmax(shares >= sensitivity)]))


def measure_shares(scores: Scores, threshold: float, groups: np.ndarray | None = None) -> dict:
    """Of each of SHARES its value, 95 % interval and counts, `…_correct` of `…_images`; None of no images.

    groups: of each image, (images,), as in `intervals.bound_share`, which gives the intervals; None where each is one
    by itself.
    """
    groups = np.arange(len(scores.positive)) if groups is None else groups
    # The decimals are not the float32 that they stand for, but the nearest to it.
    called, positive = scores.probability >= np.float32(threshold), scores.positive
    counts = {
        "sensitivity": (called & positive, positive),
        "specificity": (~called & ~positive, ~positive),
        "ppv": (called & positive, called),
        "npv": (~called & ~positive, ~called),
    }
    shares = {}
    for name in SHARES:
        right, here = counts[name]
        correct, images = int(right.sum()), int(here.sum())
        low, high = bound_share(right[here], groups[here])
        shares |= {
            name: correct / images if images else None,
            f"{name}_low": low,
            f"{name}_high": high,
            f"{name}_correct": correct,
            f"{name}_images": images,
        }
    return {"images": len(positive), **shares}


def tabulate_shares(scores: Scores, groups: np.ndarray, threshold: float) -> pd.DataFrame:
    """Sensitivity and specificity of each group, sorted by name: `group,images,sensitivity,sensitivity_low,…`.

    groups: of each image, (images,). A share of no images is missing, and so is its interval, which is Wilson's of the
    group's images.
    """
    rows = []
    for group in np.unique(groups):
        here = groups == group
        shares = measure_shares(Scores(scores.probability[here], scores.positive[here]), threshold)
        row = {"group": group, "images": shares["images"]}
        for name in SHARES[:2]:
            known = shares[f"{name}_images"] > 0
            bounds = {f"{name}_{end}": shares[f"{name}_{end}"] if known else None for end in ("low", "high")}
            row |= {name: shares[name], **bounds}
            row |= {f"{name}_{count}": shares[f"{name}_{count}"] for count in ("correct", "images")}
        rows.append(row)
    return pd.DataFrame(rows)


def count_needed(sensitivity: float) -> int | None:
    """Positive images, all of them found, whose Wilson interval begins at `sensitivity`; None for 1, which none show.

    The interval of n of n begins at n / (n + z²).
    """
    if sensitivity == 1:
        return None
    z = NormalDist().inv_cdf(0.975)
    return ceil(z**2 * sensitivity / (1 - sensitivity))
