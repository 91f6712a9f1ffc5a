"""How many images of a class each split gets."""

import math
from fractions import Fraction

from smear.job import UserError

SPLITS = ("train", "validation", "test")


def split_sizes(images: int, fractions: dict[str, float]) -> dict[str, int]:
    """Images of one class per split: floors for train and validation, the rest for test, as the paper counts.

    Fractions are taken as the decimals they are written as: 0.29 of 100 is 29, though the float product is below it.
    """
    train, validation = (math.floor(Fraction(str(fractions[split])) * images) for split in ("train", "validation"))
    return {"train": train, "validation": validation, "test": images - train - validation}


def count_training(counts: dict[str, int], fractions: dict[str, float], folds: int) -> int:
    """Images that a cell trains on: with folds, all that are not for the test but those of its own fold."""
    sizes = [split_sizes(images, fractions) for images in counts.values()]
    if not folds:
        return sum(size["train"] for size in sizes)
    rest = sum(size["train"] + size["validation"] for size in sizes)
    return round(rest * (folds - 1) / folds)


def check_class_sizes(counts: dict[str, int], fractions: dict[str, float]) -> None:
    """Raise a UserError if a class is too small to be in every split."""
    for name, images in counts.items():
        if min(split_sizes(images, fractions).values()) < 1:
            needed = next(more for more in range(images + 1, 10**9) if min(split_sizes(more, fractions).values()) >= 1)
            shares = " / ".join(f"{fractions[split]:g}" for split in SPLITS)
            raise UserError(
                f"Class {name} has {images} image{'s' * (images != 1)}, too few to be in every split: with "
                f"split.fractions {shares} it needs {needed}. Add images, change the fractions, or leave its "
                f"class folders out with dataset.classes."
            )


def check_expected(counts: dict[str, int], expected: dict[str, int] | None, source: str) -> None:
    """Raise a UserError where the images of a class are not as many as `dataset.expected` says."""
    if expected is None:
        return
    expected = {str(name): images for name, images in expected.items()}  # YAML reads a class named 0 as a number
    faults = [
        f"{name} has {counts.get(name, 0):,} instead of {expected.get(name, 0):,}"
        for name in sorted(counts.keys() | expected.keys())
        if counts.get(name, 0) != expected.get(name, 0)
    ]
    if faults:
        raise UserError(f"{source} does not hold the images that dataset.expected names: {', '.join(faults)}.")
