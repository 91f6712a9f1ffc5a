"""Whether probabilities are right: calibration error, Brier score and log loss, and the temperature that mends them."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from scipy.stats import rankdata

from smear.statistics.intervals import bound_share
from smear.statistics.metrics import log_loss
from smear.statistics.resampling import CHUNK, FEWEST_GROUPS, RESAMPLES, draw_weights, find_interval

BINS = 15
"""Bins of the calibration error, the number of Guo et al. 2017."""

FEWEST = 10
"""Images of a bin; of few images there are fewer bins, so that a bin's accuracy can say something."""

LOWEST, HIGHEST = 0.1, 10.0
"""Temperatures between which is searched. Where all images are correct, the log loss falls as T falls to 0."""

SURE = 0.9
"""Confidence from which a wrong answer is counted as a confident one."""


class Fit(NamedTuple):
    """A temperature, and whether it is one of the bounds of the search, where the log loss has no minimum between."""

    temperature: float
    at_bound: bool


def scale_probabilities(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities at a temperature: softmax(log p / T), float32, (images, classes); 1 changes nothing.

    Networks end in a softmax, so that log p is the logits less a constant. Probabilities are clipped as in `log_loss`.
    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv 1706.04599.
    """
    if temperature == 1:
        return np.asarray(probabilities, np.float32)
    return np.exp(log_softmax(find_logits(probabilities) / temperature, axis=1)).astype(np.float32)


def find_logits(probabilities: np.ndarray) -> np.ndarray:
    """log p, (images, classes), with a floor where a probability was rounded to 0."""
    return np.log(np.maximum(np.asarray(probabilities, np.float64), np.finfo(np.float32).eps))


def fit_temperature(labels: np.ndarray, probabilities: np.ndarray) -> Fit:
    """The temperature with the lowest log loss, between LOWEST and HIGHEST; never one with a higher loss than 1.

    The log loss is convex in 1 / T, so that it has one minimum along log T.
    """
    logits, rows = find_logits(probabilities), np.arange(len(labels))

    def measure(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature), axis=1)[rows, labels].mean())

    low, high = np.log((LOWEST, HIGHEST))
    found = minimize_scalar(measure, bounds=(low, high), method="bounded", options={"xatol": 1e-5})
    best = min((0.0, float(found.x), low, high), key=measure)
    at_bound = best in (low, high)
    temperature = {low: LOWEST, high: HIGHEST}[best] if at_bound else float(np.exp(best))
    return Fit(temperature, at_bound)


def find_bins(confidence: np.ndarray) -> np.ndarray:
    """The bin of each image, (images,), from 0: bins of as equal numbers of images as equal confidences allow.

    Bins of equal width hold nearly all images of a good classifier in the last one, and next to none in the others.
    Images of one confidence are in one bin, so that their order decides nothing.
    """
    images = len(confidence)
    bins = max(1, min(BINS, images // FEWEST))
    ranks = rankdata(confidence, method="max").astype(np.int64)
    return np.unique(-(-ranks * bins // images), return_inverse=True)[1]


def brier_score(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The mean squared distance of the probabilities from 1 for the true class and 0 for the others, from 0 to 2.

    It adds up over the classes, as Brier 1950 has it; scikit-learn's `brier_score_loss` halves that of two classes.
    """
    errors = np.array(probabilities, np.float64)
    errors[np.arange(len(labels)), labels] -= 1
    return float((errors**2).sum(axis=1).mean())


def measure_calibration(
    labels: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray, groups: np.ndarray
) -> dict:
    """What `calibration.json` holds of some images before or after a temperature, ready for JSON.

    labels, predicted: indices of classes, (images,); probabilities: (images, classes); groups: of each image. The
    confidence is the probability of the predicted class. `gap` is its mean less the accuracy, above 0 where the model
    is overconfident. `ece` is the mean over the bins, weighted by their images, of the distance between both.
    `ece_if_calibrated` is its mean, `ece_if_calibrated_high` its 95 % quantile, if each image were correct with a
    probability of its confidence, independently: the error is above 0 by chance alone, the more the fewer images.

    Intervals are those of a bootstrap over groups, bins as they are. Where no image is wrong, or none correct, it knows
    of no other answers, and of fewer than three groups next to nothing: they are None. That of the error begins at 0
    where the error is within what chance gives.
    """
    confidence = probabilities[np.arange(len(labels)), predicted].astype(np.float64)
    correct = labels == predicted
    bins = find_bins(confidence)
    chance = draw_chance_errors(confidence, bins)
    error, error_by_chance = measure_error(confidence - correct, bins), float(np.quantile(chance, 0.95))
    summary = {
        "images": len(labels),
        "accuracy": float(correct.mean()),
        "confidence": float(confidence.mean()),
        "gap": float((confidence - correct).mean()),
        "ece": error,
        "ece_if_calibrated": float(chance.mean()),
        "ece_if_calibrated_high": error_by_chance,
        "brier": brier_score(labels, probabilities),
        "log_loss": log_loss(labels, probabilities),
        "bins": tabulate_bins(confidence, correct, bins, groups),
    }
    intervals = dict.fromkeys(("gap_low", "gap_high", "ece_low", "ece_high"))
    places = np.unique(groups, return_inverse=True)[1]
    if 0 < correct.sum() < len(labels) and places.max() + 1 >= FEWEST_GROUPS:
        intervals = resample_errors(confidence - correct, bins, places)
        if error <= error_by_chance:
            intervals["ece_low"] = 0.0
    return summary | intervals


def measure_error(differences: np.ndarray, bins: np.ndarray) -> float:
    """The calibration error. differences: confidence less 1 or 0, bins: (images,)."""
    return float(np.abs(np.bincount(bins, differences)).sum() / len(bins))


def tabulate_bins(confidence: np.ndarray, correct: np.ndarray, bins: np.ndarray, groups: np.ndarray) -> list[dict]:
    """Of each bin: its images, mean confidence, accuracy, and the accuracy's 95 % interval; arrays: (images,)."""
    rows = []
    for number in range(bins.max() + 1):
        here = bins == number
        images, hits = int(here.sum()), int(correct[here].sum())
        low, high = bound_share(correct[here], groups[here])
        rows.append(
            {
                "images": images,
                "confidence": float(confidence[here].mean()),
                "accuracy": hits / images,
                "accuracy_low": low,
                "accuracy_high": high,
            }
        )
    return rows


def draw_chance_errors(confidence: np.ndarray, bins: np.ndarray) -> np.ndarray:
    """Calibration errors of made-up answers that are correct with a probability of their confidence."""
    order = np.argsort(bins, kind="stable")
    confidence, starts = confidence[order], np.flatnonzero(np.diff(bins[order], prepend=-1))
    random, step = np.random.default_rng(0), max(1, CHUNK // len(confidence))
    errors = []
    for start in range(0, RESAMPLES, step):
        answers = random.random((min(step, RESAMPLES - start), len(confidence))) < confidence
        distances = np.add.reduceat(confidence - answers, starts, axis=1)
        errors.append(np.abs(distances).sum(axis=1) / len(confidence))
    return np.concatenate(errors)


def resample_errors(differences: np.ndarray, bins: np.ndarray, places: np.ndarray) -> dict:
    """The bootstrap intervals of gap and ece. differences: confidence less 1 or 0, places: of the groups, (images,).

    Resampling adds noise to the error as chance did to the one of these images, and raises it as much. So the quantiles
    of the resamples are taken as far to the other side of it as they lie from it (the basic bootstrap: Davison and
    Hinkley 1997, doi:10.1017/CBO9780511802843, chapter 5.2).
    """
    groups = places.max() + 1
    sums = np.zeros((groups, bins.max() + 1))
    np.add.at(sums, (places, bins), differences)
    sizes = np.bincount(places)
    gaps, errors = [], []
    for weights in draw_weights(groups):
        distances, images = weights @ sums, weights @ sizes
        gaps.append(distances.sum(axis=1) / images)
        errors.append(np.abs(distances).sum(axis=1) / images)
    gap_low, gap_high = find_interval(np.concatenate(gaps))
    error = measure_error(differences, bins)
    lowest, highest = find_interval(np.concatenate(errors))
    # Of a well calibrated model all resamples may lie above the error, which is never less than the gap.
    ece_low = min(max(2 * error - highest, 0.0), error)
    ece_high = max(2 * error - lowest, error, abs(gap_low), abs(gap_high))
    return {"gap_low": gap_low, "gap_high": gap_high, "ece_low": ece_low, "ece_high": ece_high}


def compare_confidences(labels: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray) -> dict:
    """The confidences of correct and of wrong answers: `images`, `mean`, `median`, and of the wrong `confident`.

    `confident` counts confidences of SURE and above. Mean and median of no images are None.
    """
    confidence = probabilities[np.arange(len(labels)), predicted].astype(np.float64)
    summaries = {}
    for name, chosen in (("correct", labels == predicted), ("wrong", labels != predicted)):
        here = confidence[chosen]
        summaries[name] = {
            "images": len(here),
            "mean": float(here.mean()) if len(here) else None,
            "median": float(np.median(here)) if len(here) else None,
            "confident": int((here >= SURE).sum()),
        }
    return summaries
