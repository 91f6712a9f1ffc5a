"""Intervals of shares of images, such as an accuracy, also where images lie in groups whose images are alike.

Plain numpy: a training starts without SciPy. `benchmarks/interval_coverage.py` measures what they cover.
"""

from math import sqrt
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)

# The intraclass correlation is estimated as if so many disagreements within groups were known beforehand, of groups
# with this correlation: without errors nothing else is known of it. Chosen by what it covers, `benchmarks/coverage.md`.
PRIOR_DISAGREEMENTS = 0.7
PRIOR_CORRELATION = 0.5

PRIOR_UNEVENNESS = 3
"""How much more is taken as known beforehand where most images lie in few of the groups, see `estimate_correlation`."""


def wilson_interval(correct: int, images: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of the proportion `correct / images`, two numbers between 0 and 1.

    For independent images. Unlike the textbook interval it stays inside 0 to 1 and keeps a width at 0 and at 100 %,
    where good classifiers are. Of no images nothing is known: (0, 1). Source: E. B. Wilson 1927,
    doi:10.1080/01621459.1927.10502953.
    """
    if not 0 <= correct <= images:
        raise ValueError(f"{correct} correct of {images} images is impossible")
    return score_interval(correct / images, images) if images else (0.0, 1.0)


def grouped_interval(correct: np.ndarray, images: np.ndarray, weights: np.ndarray | None = None) -> tuple[float, float]:
    """The 95 % interval of a share of images that are alike within their groups: fields, photographs, patients.

    correct, images: whole numbers, (groups,). weights: of the groups in the share, (groups,); None where every image
    counts alike, ones for the mean over the groups. Wilson's interval of the number of independent images that would
    vary as much (`count_independent`); Wilson's own where each group is one image. It always has a width. Of no images
    nothing is known: (0, 1).
    """
    correct, images = (np.asarray(counts, dtype=np.int64) for counts in (correct, images))
    if ((correct < 0) | (correct > images)).any():
        raise ValueError("a group has fewer than no correct images, or more than it has images")
    weights = images if weights is None else np.asarray(weights)
    correct, images, weights = (values[images > 0] for values in (correct, images, weights))
    if not len(images):
        return 0.0, 1.0
    independent, freedom = count_independent(weights, weights**2 / images, estimate_correlation(correct, images))
    share = float((weights * correct / images).sum() / weights.sum())
    return score_interval(share, independent, student_quantile(freedom))


def bound_share(correct: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """As `grouped_interval`, of images one by one. correct: bool, (images,). groups: of each image its group's name."""
    _, places = np.unique(np.asarray(groups), return_inverse=True)
    return grouped_interval(np.bincount(places, weights=correct), np.bincount(places))


def bound_mean(correct: np.ndarray, parts: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the mean over parts of groups, such as photographs of patients, of each one's share.

    correct: bool, (images,). parts, groups: of each image their names; each part lies in one group. Images of a group
    are alike, whatever their parts: those of a part have the weight of one together, and the rest is as in
    `grouped_interval`, which it is where parts and groups are the same.
    """
    correct = np.asarray(correct, dtype=bool)
    if not len(correct):
        return 0.0, 1.0
    _, places = np.unique(np.asarray(groups), return_inverse=True)
    _, members, sizes = np.unique(np.asarray(parts), return_inverse=True, return_counts=True)
    weights, images = 1 / sizes[members], np.bincount(places)
    correlation = estimate_correlation(np.bincount(places, weights=correct).astype(np.int64), images)
    sums, squares = (np.bincount(places, weights=weights**power) for power in (1, 2))
    independent, freedom = count_independent(sums, squares, correlation)
    share = float((np.bincount(members, weights=correct) / sizes).mean())
    return score_interval(share, independent, student_quantile(freedom))


def estimate_correlation(correct: np.ndarray, images: np.ndarray) -> float:
    """The intraclass correlation of being correct, 0 to 1, from groups that are not empty; (groups,) each.

    One less the disagreement within groups as a share of that expected of independent images, as in the analysis of
    variance (Ridout, Demétrio and Firth 1999, doi:10.1111/j.0006-341X.1999.00137.x), drawn towards PRIOR_CORRELATION:
    the fewer errors, the more. One group with most of the images shows little of how groups differ, however many images
    it has: the fewer groups of one size the images are worth, of all that there are, the more it is drawn as well.
    """
    total, groups = int(images.sum()), len(images)
    found = expected = 0.0
    known = PRIOR_DISAGREEMENTS
    if 1 < groups < total:
        share = correct.sum() / total
        found = float((correct * (images - correct) / images).sum())
        between = (total * share * (1 - share) - found) / (groups - 1)
        within = found / (total - groups)
        size = (total - (images**2).sum() / total) / (groups - 1)
        expected = (total - groups) * (within + (between - within) / size)
        worth = count_groups(images)
        known += PRIOR_UNEVENNESS * expected * (1 - worth / groups) ** 2 / worth
    ratio = (found + known * (1 - PRIOR_CORRELATION)) / (expected + known)
    return float(min(max(1 - ratio, 0.0), 1.0))


def count_groups(weights: np.ndarray) -> float:
    """How many groups of one weight groups of these weights, (groups,), are worth (Kish 1965)."""
    return float(weights.sum()) ** 2 / float((weights**2).sum())


def count_independent(sums: np.ndarray, squares: np.ndarray, correlation: float) -> tuple[float, float]:
    """How many independent images vary as much as a weighted mean over images, and the degrees of freedom.

    sums, squares: of the weights of each group's images and of their squares, (groups,); the number of images for both
    where every image counts alike. The first is then the number of images over the design effect 1 + (m - 1) ICC (Kish
    1965), m being the mean size of an image's group. The second is Satterthwaite's: the variance is estimated from
    groups as far as it comes from their correlation. What was known of that beforehand counts as one group more.
    """
    alone = float(squares.sum())
    added = correlation * float((sums**2 - squares).sum())
    independent = float(sums.sum()) ** 2 / (alone + added)
    return independent, count_groups(sums) * ((alone + added) / added) ** 2 if added > 0 else np.inf


def score_interval(share: float, images: float, quantile: float = Z) -> tuple[float, float]:
    """Wilson's interval of a share of so many independent images, which need not be a whole number."""
    center = share + quantile**2 / (2 * images)
    reach = quantile * sqrt(share * (1 - share) / images + quantile**2 / (4 * images**2))
    scale = 1 + quantile**2 / images
    # Rounding must carry no bound past the proportion, and none beyond 0 and 1.
    return max(min((center - reach) / scale, share), 0.0), min(max((center + reach) / scale, share), 1.0)


def student_quantile(freedom: float) -> float:
    """The two-sided 95 % quantile of Student's t, to 1 % for two degrees of freedom and better for more.

    Source: Abramowitz and Stegun 1964, 26.7.5. For one degree of freedom it gives 11.3 in place of 12.7.
    """
    terms = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
        (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
    )
    return Z + sum(term / freedom**power for power, term in enumerate(terms, start=1))
