"""Drawing errors in groups of images, and the intervals that might be made of them, for many draws at once."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import rounds  # noqa: F401 (finds the package)
from scipy.special import betaln, gammaln
from scipy.stats import beta
from smear.statistics.intervals import PRIOR_CORRELATION, PRIOR_DISAGREEMENTS, PRIOR_UNEVENNESS, Z, student_quantile


class Draws(NamedTuple):
    """What intervals need of each draw, (draws,): errors; `disagreement`, the sum over groups of k (m - k) / m with k
    errors of m images; `deviation`, the sum over groups of (k - m e)² with the error rate e. counts: groups by size.
    tables: of each size that occurs, how many groups have 0, 1, … errors, (draws, size + 1)."""

    counts: np.ndarray
    tables: dict[int, np.ndarray]
    errors: np.ndarray
    disagreement: np.ndarray
    deviation: np.ndarray

    @property
    def groups(self) -> int:
        return int(self.counts.sum())

    @property
    def images(self) -> int:
        return int(self.counts @ np.arange(len(self.counts)))

    @property
    def mean_size(self) -> float:
        """Of the group of an image."""
        return float(self.counts @ np.arange(len(self.counts)) ** 2 / self.images)

    @property
    def worth(self) -> float:
        """How many groups of one size the images are worth."""
        return self.images / self.mean_size

    @property
    def rates(self) -> np.ndarray:
        return self.errors / self.images


def beta_binomial(size: int, rate: float, correlation: float) -> np.ndarray:
    """The probabilities of 0 to `size` errors in a group."""
    errors = np.arange(size + 1)
    ways = gammaln(size + 1) - gammaln(errors + 1) - gammaln(size - errors + 1)
    if correlation == 0:
        return np.exp(ways + errors * np.log(rate) + (size - errors) * np.log1p(-rate))
    total = 1 / correlation - 1
    shapes = rate * total, (1 - rate) * total
    return np.exp(ways + betaln(errors + shapes[0], size - errors + shapes[1]) - betaln(*shapes))


def all_or_none(size: int, rate: float, correlation: float) -> np.ndarray:
    """As `beta_binomial`; a group's images share one answer with this probability, and are independent else."""
    found = (1 - correlation) * beta_binomial(size, rate, 0)
    found[0] += correlation * (1 - rate)
    found[-1] += correlation * rate
    return found


def draw(random: np.random.Generator, counts: np.ndarray, probabilities: Callable, draws: int) -> Draws:
    """Draw the errors of all groups. probabilities: of 0 to `size` errors, of a size."""
    tables, images = {}, int(counts @ np.arange(len(counts)))
    sums = np.zeros((4, draws))
    for size in np.flatnonzero(counts):
        chances = probabilities(int(size))
        tables[int(size)] = table = random.multinomial(counts[size], chances / chances.sum(), size=draws)
        errors = np.arange(size + 1)
        terms = (errors, errors * (size - errors) / size, errors**2, errors * size)
        sums += [table @ term for term in terms]
    found, disagreement, squares, products = sums
    rate = found / images
    spread = squares - 2 * rate * products + rate**2 * (counts @ np.arange(len(counts)) ** 2)
    return Draws(counts, tables, found, disagreement, spread)


def wilson(rate: np.ndarray, images: np.ndarray | float, quantile: np.ndarray | float = Z) -> tuple:
    """Wilson's interval of an error rate, (draws,)."""
    center = rate + quantile**2 / (2 * images)
    reach = quantile * np.sqrt(rate * (1 - rate) / images + quantile**2 / (4 * images**2))
    scale = 1 + quantile**2 / images
    return np.where(rate <= 0, 0, (center - reach) / scale), np.where(rate >= 1, 1, (center + reach) / scale)


def clopper_pearson(rate: np.ndarray, images: np.ndarray) -> tuple:
    """The interval of Clopper and Pearson for images that need not be a whole number, as Korn and Graubard use it."""
    errors, correct = rate * images, (1 - rate) * images
    low = np.where(errors > 0, beta.ppf(0.025, np.maximum(errors, 1e-9), correct + 1), 0)
    return low, np.where(correct > 0, beta.ppf(0.975, errors + 1, np.maximum(correct, 1e-9)), 1)


def find_expected(draws: Draws) -> np.ndarray:
    """The disagreement within groups that independent images would show, by the analysis of variance."""
    images, groups = draws.images, draws.groups
    if not 1 < groups < images:
        return np.zeros_like(draws.errors)
    between = (images * draws.rates * (1 - draws.rates) - draws.disagreement) / (groups - 1)
    within = draws.disagreement / (images - groups)
    size = (images - draws.mean_size) / (groups - 1)
    return (images - groups) * (within + (between - within) / size)


def find_effect(draws: Draws, known: float = 0.0, prior: float = 0.0, uneven: float = 0.0) -> np.ndarray:
    """The design effect; the intraclass correlation is drawn towards `prior` as if so many disagreements were known.

    uneven: how much more is known where few of the groups have most of the images.
    """
    expected = find_expected(draws)
    known = known + uneven * expected * (1 - draws.worth / draws.groups) ** 2 / draws.worth
    found = draws.disagreement if draws.groups > 1 else 0 * draws.disagreement
    expected, found = expected + known, found + known * (1 - prior)
    ratio = np.divide(found, expected, out=np.ones_like(found), where=expected > 0)
    return 1 + (draws.mean_size - 1) * np.clip(1 - ratio, 0, 1)


def over_images(draws: Draws) -> tuple:
    return wilson(draws.rates, draws.images)


def by_effect(
    draws: Draws,
    known: float = 0.0,
    prior: float = 0.0,
    quantile: str = "normal",
    exact: bool = False,
    uneven: float = 0.0,
) -> tuple:
    """Wilson's interval, or that of Clopper and Pearson, of the images divided by the design effect."""
    effect = find_effect(draws, known, prior, uneven)
    if exact:
        return clopper_pearson(draws.rates, draws.images / effect)
    if quantile == "normal" or draws.groups == draws.images:
        return wilson(draws.rates, draws.images / effect)
    if quantile == "student":
        return wilson(draws.rates, draws.images / effect, student_quantile(draws.groups - 1))
    estimated = np.maximum(1 - 1 / effect, 1e-12)
    groups = draws.worth if uneven else draws.groups
    return wilson(draws.rates, draws.images / effect, student_quantile(groups / estimated**2))


def by_variance(draws: Draws) -> tuple:
    """Wilson's interval of the images that would vary as the groups do, from one a group to all; Student's quantile."""
    groups, images, rates = draws.groups, draws.images, draws.rates
    variance = groups / (groups - 1) * draws.deviation / images**2
    independent = np.full_like(rates, groups)
    np.divide(rates * (1 - rates), variance, out=independent, where=variance > 1e-15)
    return wilson(rates, np.clip(independent, groups, images), student_quantile(groups - 1))


def by_posterior(draws: Draws) -> tuple:
    """Equal-tailed, of the beta-binomial model: Jeffreys' prior of the error rate, uniform correlation from 0 to 0.7.

    Without errors it begins at 0.
    """
    rates = (np.sin(np.linspace(0.01, 0.65, 80)) ** 2)[:, None]
    correlations = np.linspace(0.001, 0.7, 10)
    fit = 0
    for size, table in draws.tables.items():
        chances = [[beta_binomial(size, float(rate), r) for r in correlations] for rate in rates[:, 0]]
        fit = fit + table @ np.log(np.reshape(chances, (-1, size + 1))).T
    weight = np.exp(fit - fit.max(axis=1, keepdims=True)).reshape(len(fit), len(rates), -1).sum(axis=2)
    below = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    low, high = (rates[(below >= tail).argmax(axis=1), 0] for tail in (0.025, 0.975))
    return np.where(draws.errors == 0, 0, low), high


OVER_IMAGES, GROUPED = "Wilson over images", "`grouped_interval`"
BOTH = (GROUPED, OVER_IMAGES)
SLOW = {
    "Clopper-Pearson, ICC drawn to 0.5, weight 0.7": partial(by_effect, known=0.7, prior=0.5, exact=True),
    "Bayesian beta-binomial": by_posterior,
}
CANDIDATES = {
    OVER_IMAGES: over_images,
    "design effect (ANOVA), normal quantile": by_effect,
    "design effect, Student": partial(by_effect, quantile="student"),
    "design effect, Satterthwaite": partial(by_effect, quantile="satterthwaite"),
    "variance between groups, Student": by_variance,
    **{
        f"ICC drawn to {prior}, weight {known}, {quantile}": partial(
            by_effect, known=known, prior=prior, quantile=quantile.lower()
        )
        for prior, known, quantile in (
            *[(prior, 0.7, "Satterthwaite") for prior in (0.2, 0.3, 0.7)],
            *[(0.5, known, "Satterthwaite") for known in (0.5, 1.0, 2.0)],
            (0.5, 0.7, "normal"),
        )
    },
    GROUPED: partial(
        by_effect,
        known=PRIOR_DISAGREEMENTS,
        prior=PRIOR_CORRELATION,
        quantile="satterthwaite",
        uneven=PRIOR_UNEVENNESS,
    ),
    **SLOW,
}
