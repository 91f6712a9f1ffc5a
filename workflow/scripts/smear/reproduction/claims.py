"""A claim of the paper with what was compared to judge it, and both as tables."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from smear.reproduction.effects import Effect
from smear.reproduction.verdicts import DOES_NOT_HOLD, correct_p
from smear.statistics.ties import LEVEL


class Comparison(NamedTuple):
    """One difference: by `measure`, `first` less `second`. pairs: of grid cells, or of samples of images."""

    first: str
    second: str
    measure: str
    pairs: int
    effect: Effect


class Claim(NamedTuple):
    """A claim, by its id in `resources/fajrina2024.json`, judged on one split: the unit, or `image less field`."""

    id: str
    split: str
    verdict: str
    comparisons: list[Comparison]
    note: str = ""


def tabulate_comparisons(claims: Iterable[Claim]) -> pd.DataFrame:
    """A row for each comparison; `p_holm` is corrected for those of its claim."""
    rows = []
    for claim in claims:
        corrected = correct_p([comparison.effect for comparison in claim.comparisons])
        for comparison, p in zip(claim.comparisons, corrected, strict=True):
            rows.append({"claim": claim.id, "split": claim.split, **describe(comparison), "p_holm": p})
    return pd.DataFrame(rows)


def tabulate_claims(claims: Iterable[Claim], published: dict) -> pd.DataFrame:
    """A row for each claim and split: the paper's words and figure, the verdict, and the comparison that decided.

    published: the paper's figures; what it contradicts itself in goes with the claim that it concerns.
    """
    words = {claim["id"]: claim for claim in published["claims"]}
    contradicted = {claim: [] for claim in words}
    for one in published["contradictions"]:
        if one["claim"] in contradicted:
            contradicted[one["claim"]].append(one["text"])
    rows = []
    for claim in claims:
        decisive = find_decisive(claim)
        rows.append(
            {
                "claim": claim.id,
                "split": claim.split,
                **{key: words[claim.id][key] for key in ("name", "words", "quoted", "figure")},
                "verdict": claim.verdict,
                **(describe(decisive) if decisive else {}),
                "note": claim.note,
                "contradictions": " ".join(contradicted[claim.id]),
            }
        )
    return pd.DataFrame(rows)


def find_decisive(claim: Claim) -> Comparison | None:
    """The comparison that speaks most against a claim: where it does not hold for sure, else as far as can be.

    For sure is what the verdict rests on: a p of LEVEL at most when corrected for their number.
    """
    if claim.verdict != DOES_NOT_HOLD:
        return min(claim.comparisons, key=lambda comparison: comparison.effect.low, default=None)
    corrected = correct_p([comparison.effect for comparison in claim.comparisons])
    told = [comparison for comparison, p in zip(claim.comparisons, corrected, strict=True) if p <= LEVEL]
    return min(told, key=lambda comparison: comparison.effect.high)


def describe(comparison: Comparison) -> dict:
    """The columns of a comparison."""
    effect = comparison.effect
    return {
        **{name: getattr(comparison, name) for name in ("first", "second", "measure", "pairs")},
        "difference": effect.difference,
        "difference_low": effect.low,
        "difference_high": effect.high,
        "p_value": effect.p,
        "detectable_difference": effect.detectable,
        "images": effect.images,
        "groups": effect.groups,
    }
