"""The experiments of one call: the configured one, and the same with other splits, whose results lie in its folder."""

from fractions import Fraction
from pathlib import Path

PATTERNS = ("outer/*/", "image_split/")
"""The folders of variants in that of an experiment."""


def list_variants(config: dict) -> dict[str, dict]:
    """The settings of the split of each experiment, by its folder in `results/`.

    Of each outer fold they have its number, `outer_fold`, and the fractions that it leaves; without one this is None.
    A reproduction has an experiment whose images are drawn by themselves, as in the paper.
    """
    experiment, split = config["experiment"], config["split"]
    folds = split["outer_folds"]
    own = split | {"outer_fold": None, "outer_folds": None}
    variants = {experiment: own}
    for fold in range(1, folds + 1):
        settings = {"fractions": share_rest(split["fractions"], folds), "outer_fold": fold, "outer_folds": folds}
        variants[name_outer_fold(experiment, fold)] = own | settings
    if config["reproduction"]:
        variants[name_image_split(experiment)] = own | {"unit": "image"}
    return variants


def name_image_split(experiment: str) -> str:
    """The folder of the split by image."""
    return f"{experiment}/image_split"


def name_outer_fold(experiment: str, fold: int) -> str:
    """The folder of an outer fold, which are counted from 1."""
    return f"{experiment}/outer/{fold}"


def list_folders(experiment: Path) -> list[Path]:
    """The folders of an experiment and of its variants that are there, the experiment's first."""
    return [experiment, *(path for pattern in PATTERNS for path in sorted(experiment.glob(pattern)))]


def share_rest(fractions: dict[str, float], folds: int) -> dict[str, float]:
    """The fractions of the splits where one of so many folds is for the test."""
    rest = (1 - Fraction(1, folds)) / sum(Fraction(str(fractions[split])) for split in ("train", "validation"))
    shares = {split: float(rest * Fraction(str(fractions[split]))) for split in ("train", "validation")}
    return {**shares, "test": 1 / folds}
