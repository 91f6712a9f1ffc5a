"""How often 95 % intervals of macro F1, of a class's recall and of areas under curves hold the true one.

    python benchmarks/score_coverage.py [--draws 2000] [--seed 0]

Prints a table in Markdown for each. Groups have images of one class. Errors in a group are drawn from the beta-binomial
distribution, and an error is taken for any other class; a true value is the mean of a hundred times the images.
"""

import argparse
from itertools import product

import numpy as np
import rounds  # noqa: F401 (finds the package)
from scipy.special import ndtr
from smear.statistics.intervals import bound_share
from smear.statistics.macro_f1 import macro_f1_interval
from smear.statistics.metrics import confusion_matrix
from smear.statistics.roc import measure_areas
from smear.statistics.threshold import Scores

IMAGES, ACCURACIES = (50, 328), (0.90, 0.95, 0.98, 0.99)
# Images of a group and their intraclass correlation, which single ones have none of.
GROUPS = [(1, 0.0), *product((4, 8), (0.0, 0.2, 0.5))]
SHARES = {
    "even": (0.25, 0.25, 0.25, 0.25),
    "as the leukemia images": (0.155, 0.303, 0.296, 0.246),
    "rare": (0.06, 0.94),
}
AREAS = (0.9, 0.97, 0.99)
BOOTSTRAP_DRAWS, RESAMPLES = 100, 200


def draw_answers(random, shares: tuple, images: int, size: int, correlation: float, accuracy: float) -> tuple:
    """Labels, predictions and groups of images; every class with at least one image."""
    counts = np.maximum(np.round(np.array(shares) * images).astype(int), 1)
    labels = np.repeat(np.arange(len(shares)), counts)
    groups = labels * images + np.concatenate([np.arange(count) // size for count in counts])
    _, places = np.unique(groups, return_inverse=True)
    rates = np.full(places.max() + 1, 1 - accuracy)
    if correlation:
        total = 1 / correlation - 1
        rates = random.beta((1 - accuracy) * total, accuracy * total, len(rates))
    wrong = random.random(len(labels)) < rates[places]
    shift = random.integers(1, len(shares), len(labels))
    return labels, np.where(wrong, (labels + shift) % len(shares), labels), groups


def macro_f1(matrix: np.ndarray) -> float:
    return float((2 * np.diag(matrix) / (matrix.sum(axis=0) + matrix.sum(axis=1))).mean())


def measure_answers(random, shares, images, size, correlation, accuracy, draws) -> np.ndarray:
    """Whether intervals of macro F1, and of the recall of the class with the fewest images, hold the true values; and
    the width of the first. Percent."""
    classes, rarest = len(shares), int(np.argmin(shares))
    labels, predicted, _ = draw_answers(random, shares, 100 * images, 1, 0.0, accuracy)
    true = macro_f1(confusion_matrix(labels, predicted, classes))
    rows = []
    for _ in range(draws):
        labels, predicted, groups = draw_answers(random, shares, images, size, correlation, accuracy)
        low, high = macro_f1_interval(confusion_matrix(labels, predicted, classes), labels, predicted, groups)
        here = labels == rarest
        bottom, top = bound_share(predicted[here] == rarest, groups[here])
        rows.append((low <= true <= high, bottom <= accuracy <= top, high - low))
    return 100 * np.mean(rows, axis=0)


def find_area(positive: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> float:
    """The area under the ROC curve of weighted images whose scores are all different."""
    order = np.argsort(scores)
    kinds, weights = positive[order], weights[order]
    below = np.cumsum(weights * ~kinds)
    return float((weights * kinds * below).sum() / ((weights * kinds).sum() * below[-1]))


def find_precision(distance: float, share: float) -> float:
    """The average precision of infinitely many images whose scores are normal, those of positive ones `distance` more.

    share: of the images, those that are positive.
    """
    thresholds = np.linspace(distance + 8, -8, 200_001)
    recall, others = ndtr(distance - thresholds), ndtr(-thresholds)
    return float(np.trapezoid(share * recall / (share * recall + (1 - share) * others), recall))


def cover_areas(random, share, images, size, correlation, area, draws) -> np.ndarray:
    """Coverage of the ROC area's interval, the average precision's, and a bootstrap's over groups of the ROC area, in
    percent; and widths of 0 of the last."""
    distance = np.sqrt(2) * next(x for x in np.linspace(0, 5, 5001) if ndtr(x) >= area)
    count = max(round(share * images), size)
    positive = np.arange(images) < count
    places = np.unique(positive * images + np.arange(images) // size, return_inverse=True)[1]
    true = {"roc_area": area, "average_precision": find_precision(distance, count / images)}
    rows, drawn = [], []
    for number in range(draws):
        common = random.normal(size=places.max() + 1)[places]
        scores = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * random.normal(size=images)
        scores = scores + distance * positive
        found = measure_areas(Scores(scores, positive), places)
        rows.append([found[f"{name}_low"] <= value <= found[f"{name}_high"] for name, value in true.items()])
        if number < BOOTSTRAP_DRAWS:
            weights = random.multinomial(places.max() + 1, np.full(places.max() + 1, 1 / (places.max() + 1)), RESAMPLES)
            usable = [row[places] for row in weights if row[places][positive].any() and row[places][~positive].any()]
            low, high = np.quantile([find_area(positive, scores, row) for row in usable], (0.025, 0.975))
            drawn.append((low <= area <= high, high == low))
    return 100 * np.array([*np.mean(rows, axis=0), *np.mean(drawn, axis=0)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    print("| images | classes | group size | ICC | macro F1: mean (lowest) | width | recall of the rarest |")
    print("|---:|---|---:|---:|---:|---:|---:|")
    for images, (name, shares), (size, correlation) in product(IMAGES, SHARES.items(), GROUPS):
        rows = [measure_answers(random, shares, images, size, correlation, a, options.draws) for a in ACCURACIES]
        first, second, width = np.transpose(rows)
        print(
            f"| {images} | {name} | {size} | {correlation} | {first.mean():.1f} ({first.min():.1f}) | "
            f"{width.mean():.1f} | {second.mean():.1f} ({second.min():.1f}) |",
            flush=True,
        )
    print("\n| images | positive | group size | ICC | ROC area | average precision | bootstrap, ROC area | no width |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for images, share, (size, correlation) in product(IMAGES, (0.5, 0.15), GROUPS):
        rows = [cover_areas(random, share, images, size, correlation, area, options.draws) for area in AREAS]
        *covered, none = np.transpose(rows)
        shown = " | ".join(f"{each.mean():.1f} ({each.min():.1f})" for each in covered)
        print(f"| {images} | {share:.0%} | {size} | {correlation} | {shown} | {none.mean():.1f} |", flush=True)


if __name__ == "__main__":
    main()
