"""Which evidence is more than chance."""

from typing import NamedTuple

import numpy as np

LOW, HIGH = 0.5, 0.9


class Chance(NamedTuple):
    """The evidence of pairs that have nothing in common, the best of many shifts: its square has a Gumbel distribution.

    That is the limit for the highest of many values of a normal distribution, too, but their squares come to it sooner.
    """

    location: float
    scale: float

    def level(self, share: float) -> float:
        """The evidence that this share of unrelated pairs exceeds; `share` may be tiny."""
        return float(np.sqrt(max(self.location - self.scale * np.log(-np.log1p(-share)), 0)))

    def share(self, evidence: np.ndarray) -> np.ndarray:
        """The share of unrelated pairs that exceed each evidence."""
        return -np.expm1(-np.exp(-(square(evidence) - self.location) / self.scale))


def fit_chance(evidence: np.ndarray) -> Chance:
    """Fit to the evidence of unrelated pairs by two quantiles."""
    low, high = np.quantile(square(evidence), [LOW, HIGH])
    scale = (high - low) / (np.log(-np.log(LOW)) - np.log(-np.log(HIGH)))
    return Chance(float(low + scale * np.log(-np.log(LOW))), max(float(scale), 1e-6))


def square(evidence: np.ndarray) -> np.ndarray:
    """The square, with the sign."""
    return np.sign(evidence) * np.square(evidence)
