"""The accuracy of the best of many without the luck that made it the best, from the validation predictions alone."""

import numpy as np

from smear.statistics.intervals import grouped_interval

ROUNDS = 1000
BATCH = 4_000_000  # numbers that are worked on at a time


def correct_selection(sums: np.ndarray, sizes: np.ndarray, unit: int = 1) -> tuple[float, float, float] | None:
    """Accuracy of the selection with its 95 % interval: bootstrap bias-corrected cross-validation.

    sums: int, (rows, groups), correct images, rows in the order of the leaderboard; sizes: (groups,), images. unit: how
    often an image counts in the sums, once for each replicate. Groups are drawn with replacement; the row with the
    highest accuracy on those drawn, the earlier one of several, is measured on those that were not. Mean and
    percentiles of ROUNDS rounds; where these do not differ, as of rows without an error, the interval is the first
    row's own. The accuracy is not above the first row's: to have picked the best adds nothing. None for fewer than two
    rows or groups.
    Source: Tsamardinos, Greasidou and Borboudakis 2018, doi:10.1007/s10994-018-5714-4.
    """
    rows, groups = sums.shape
    if rows < 2 or groups < 2:
        return None
    random, found = np.random.default_rng(0), []
    for first in range(0, ROUNDS, step := max(1, BATCH // max(rows, groups))):
        rounds = min(step, ROUNDS - first)
        drawn = random.multinomial(groups, np.full(groups, 1 / groups), size=rounds)
        # Whole numbers below 2^53 are exact, whatever the order of the additions.
        best = (drawn.astype(float) @ sums.T.astype(float)).argmax(axis=1)
        left = drawn == 0
        images = left @ (sizes * unit)
        right = (left * sums[best]).sum(axis=1)
        found.append(right[images > 0] / images[images > 0])
    shares = np.concatenate(found)
    low, high = map(float, np.percentile(shares, [2.5, 97.5]))
    if low == high:
        low, high = grouped_interval(np.rint(sums[0] / unit), sizes)
    # The mean of few rounds that differ lies outside of the percentiles of the others.
    accuracy = min(float(shares.mean()), float(sums[0].sum() / (sizes.sum() * unit)))
    return accuracy, min(low, accuracy), max(high, accuracy)
