"""The bootstrap over groups: whole groups of images, which are alike within, are drawn with replacement."""

from collections.abc import Iterator

import numpy as np

RESAMPLES = 1000
FEWEST_GROUPS = 3
"""Groups below which a bootstrap says nothing of the groups that were not drawn."""

CHUNK = 1 << 22  # numbers in memory at a time


def draw_weights(groups: int, resamples: int = RESAMPLES) -> Iterator[np.ndarray]:
    """How often each group is drawn, (some, groups) at a time and `resamples` rows in all; the same in every call."""
    random = np.random.default_rng(0)
    step = max(1, CHUNK // groups)
    for start in range(0, resamples, step):
        draws = (random.integers(groups, size=groups) for _ in range(min(step, resamples - start)))
        yield np.stack([np.bincount(draw, minlength=groups) for draw in draws])


def find_interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % percentile interval of resampled values."""
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
