"""Which evidence is more than chance."""

from typing import NamedTuple

import numpy as np

LOW, HIGH = 0.5, 0.9


class Chance(NamedTuple):
    """The evidence of pairs that have nothing in common: a Gumbel distribution, that of the best of many shifts."""

    location: float
    scale: float

    def level(self, share: float) -> float:
        """The evidence that this share of unrelated pairs exceeds; `share` may be tiny."""
        return self.location - self.scale * float(np.log(-np.log1p(-share)))

    def share(self, evidence: np.ndarray) -> np.ndarray:
        """The share of unrelated pairs that exceed each evidence."""
        return -np.expm1(-np.exp(-(np.asarray(evidence) - self.location) / self.scale))


def fit_chance(evidence: np.ndarray) -> Chance:
    """Fit to the evidence of random pairs by two quantiles, which the few related ones among them do not move."""
    low, high = np.quantile(evidence, [LOW, HIGH])
    scale = (high - low) / (np.log(-np.log(LOW)) - np.log(-np.log(HIGH)))
    return Chance(float(low + scale * np.log(-np.log(LOW))), max(float(scale), 1e-6))
