"""How many images of each class every split, or every fold, should get."""

import math
from fractions import Fraction

import pandas as pd

from smear.job import UserError, show_name

SPLITS = ("train", "validation", "test")
TEST = "test"


def list_tested(manifest: pd.DataFrame) -> set[str]:
    """SHA-256 of the images that a manifest (`sha256,split`) has for the test."""
    return set(manifest.loc[manifest["split"] == TEST, "sha256"])


def split_sizes(images: int, fractions: dict[str, float]) -> dict[str, int]:
    """Images of one class per split: floors for train and validation, the rest for test, as the paper counts.

    Fractions are taken as the decimals they are written as: 0.29 of 100 is 29, though the float product is below it.
    """
    train, validation = (math.floor(Fraction(str(fractions[split])) * images) for split in ("train", "validation"))
    return {"train": train, "validation": validation, "test": images - train - validation}


def check_class_sizes(counts: dict[str, int], fractions: dict[str, float], selectable: bool = False) -> None:
    """Raise a UserError if a class is too small to be in every split.

    selectable: whether `dataset.classes` can leave these very classes out.
    """
    for name, images in counts.items():
        if min(split_sizes(images, fractions).values()) < 1:
            needed = next(more for more in range(images + 1, 10**9) if min(split_sizes(more, fractions).values()) >= 1)
            others = propose_fractions(counts)
            change = f", set split.fractions to {write_shares(others)}," if others else ""
            raise UserError(
                f"Class {show_name(name)} has {images} image{'s' * (images != 1)}, too few to be in every split: with "
                f"split.fractions {write_shares(fractions)} it needs {needed}. Add images{change} or leave it out "
                f"with dataset.classes.",
                ([{"split": {"fractions": others}}] if others else []) + leave_small(counts, fractions, selectable),
            )


def leave_small(counts: dict[str, int], fractions: dict[str, float], selectable: bool) -> list[dict]:
    """The remedy to take the classes that are large enough, where they make a task."""
    large = sorted(name for name, images in counts.items() if min(split_sizes(images, fractions).values()) >= 1)
    return [{"dataset": {"classes": large}}] if selectable and len(large) > 1 else []


def propose_fractions(counts: dict[str, int]) -> dict[str, float] | None:
    """Shares with which every class is in every split, most of it in train; None if there are none."""
    for percent in range(10, 34):
        fractions = {"train": round(1 - percent / 50, 2), "validation": percent / 100, "test": percent / 100}
        if min(size for images in counts.values() for size in split_sizes(images, fractions).values()) >= 1:
            return fractions
    return None


def write_shares(fractions: dict[str, float]) -> str:
    """Shares as `0.8 / 0.1 / 0.1`."""
    return " / ".join(f"{fractions[split]:g}" for split in SPLITS)


def split_targets(counts: dict[str, int], fractions: dict[str, float]) -> pd.DataFrame:
    """Images by class, the rows, and split, the columns: the paper's floors."""
    table = pd.DataFrame.from_dict({name: split_sizes(count, fractions) for name, count in counts.items()}, "index")
    return table[list(SPLITS)]


def fold_targets(counts: dict[str, int], fractions: dict[str, float], folds: int) -> pd.DataFrame:
    """Images by class, the rows, and fold, the columns "0" to "k - 1" and "test".

    There are as many test images as without folds; for the others see `deal`.
    """
    table = split_targets(counts, fractions)
    return deal(table["train"] + table["validation"], folds).assign(**{TEST: table[TEST]})


def deal(counts: pd.Series, folds: int, first: int = 0) -> pd.DataFrame:
    """Images by class, the rows, and fold, the columns, from `first` on as text.

    They are dealt out like cards, class after class, so that the folds differ by one image at most, in every class and
    in all. counts: images by class.
    """
    start = counts.cumsum() - counts
    return pd.DataFrame(
        {str(first + fold): (counts + (start - fold - 1) % folds) // folds for fold in range(folds)}, index=counts.index
    )


def rest_targets(counts: dict[str, int], fractions: dict[str, float], folds: int) -> pd.DataFrame:
    """Images by class, the rows, and split or fold, the columns, where the test images are drawn already.

    counts: images by class without those. The others lie in train and validation in the ratio of their fractions.
    """
    images = pd.Series(counts)
    if folds:
        return deal(images, folds)
    share = 1 / (1 + Fraction(str(fractions["train"])) / Fraction(str(fractions["validation"])))
    validation = images.map(lambda count: math.floor(share * count))
    return pd.DataFrame({"train": images - validation, "validation": validation})
