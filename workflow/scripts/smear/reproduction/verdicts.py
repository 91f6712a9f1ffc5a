"""The one rule by which the claims of the paper are judged."""

from collections.abc import Sequence

import numpy as np

from smear.reproduction.effects import Effect
from smear.statistics.ties import LEVEL, holm

HOLDS = "holds"
DOES_NOT_HOLD = "does not hold"
CANNOT_TELL = "cannot tell with these images"
NOT_TESTED = "not tested with this grid"
VERDICTS = (HOLDS, DOES_NOT_HOLD, CANNOT_TELL, NOT_TESTED)

MARGIN = 0.01
"""A share less than a point below a published figure counts as reproduced."""


def correct_p(effects: Sequence[Effect]) -> np.ndarray:
    """The p-values of the effects of a claim, corrected for their number (Holm): (effects,)."""
    return holm(np.array([effect.p for effect in effects]))


def judge(effects: Sequence[Effect], threshold: float = 0.0) -> str:
    """Judge a claim that every one of `effects` is above `threshold`, such as "better than each of the others".

    It holds where all 95 % intervals lie above the threshold: a claim that is a conjunction needs no correction for
    their number (Berger 1982, doi:10.1080/00401706.1982.10487790). It does not hold where one of them lies below, whose
    p is 0.05 at most when corrected for their number (Holm). Else these images cannot tell; without effects nothing was
    tested.
    """
    if not effects:
        return NOT_TESTED
    if all(effect.low > threshold for effect in effects):
        return HOLDS
    corrected = correct_p(effects)
    below = [effect.high < threshold and p <= LEVEL for effect, p in zip(effects, corrected, strict=True)]
    return DOES_NOT_HOLD if any(below) else CANNOT_TELL
