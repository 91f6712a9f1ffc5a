"""Which match score is more than chance."""

from typing import NamedTuple

import numpy as np
from scipy.stats import gumbel_r

LOW, HIGH = 0.5, 0.9


class Chance(NamedTuple):
    """The scores of pairs that have nothing in common, the best of many shifts: their square has a Gumbel distribution.

    That is the limit for the highest of many values of a normal distribution, too, but their squares come to it sooner.
    """

    location: float
    scale: float

    def level(self, share: float) -> float:
        """The score that this share of unrelated pairs exceeds; `share` may be tiny."""
        return float(np.sqrt(max(gumbel_r.isf(share, self.location, self.scale), 0)))

    def share(self, score: np.ndarray) -> np.ndarray:
        """The share of unrelated pairs that exceed each score."""
        return gumbel_r.sf(square(score), self.location, self.scale)


def fit_chance(scores: np.ndarray) -> Chance:
    """Fit to the scores of unrelated pairs by two quantiles, which the few highest do not move."""
    low, high = np.quantile(square(scores), [LOW, HIGH])
    scale = (high - low) / (gumbel_r.ppf(HIGH) - gumbel_r.ppf(LOW))
    return Chance(float(low - scale * gumbel_r.ppf(LOW)), max(float(scale), 1e-6))


def square(scores: np.ndarray) -> np.ndarray:
    """The square, with the sign."""
    return np.sign(scores) * np.square(scores)
