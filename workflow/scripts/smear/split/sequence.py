"""Blocks of consecutive numbers in file names: a stand-in for slides, where images were numbered as they were taken."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from smear.job import UserError, show_name

NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$")  # the last number of a name without its suffix, and what stands around it
DIGITS = 18  # more are no running number, and no integer of 64 bits


def read_number(name: str) -> tuple[str, int] | None:
    """What a file name says besides its last number, and that number; None where it has none."""
    found = NUMBER.match(PurePosixPath(name).stem)
    return (f"{found[1]}#{found[3]}", int(found[2])) if found and len(found[2]) <= DIGITS else None


def check_numbered(names: Iterable[str]) -> None:
    """Raise a UserError for a file name without a number."""
    for name in names:
        if read_number(name) is None:
            raise UserError(
                f"split.unit: sequence needs a number in every file name, and {show_name(PurePosixPath(name).name)} "
                f"has none (or one of more than {DIGITS} digits); use split.unit: field, or name groups of your own in "
                f"split.groups_csv.",
                [{"split": {"unit": "field"}}],
            )


def is_numbered(images: pd.DataFrame, block: int) -> bool:
    """Whether `group_sequence` can do something with the names."""
    try:
        group_sequence(images, block)
    except UserError:
        return False
    return True


def group_sequence(images: pd.DataFrame, block: int) -> pd.Series:
    """The block of each image. images: `image_id,source_class,field_id`. block: how many consecutive numbers are one.

    The first block of a class of the source has the numbers up to `block`. Names that differ in more than the number
    are counted by themselves. A field goes whole to the block that holds most of its images, to the lower one of two;
    blocks are never merged.
    """
    check_numbered(images["image_id"])
    series, numbers = zip(*images["image_id"].map(read_number), strict=True)
    # Files are numbered by class folder, whatever `dataset.labels` makes of the classes.
    blocks = pd.DataFrame(
        {"class": images["source_class"], "series": series, "number": numbers, "field": images["field_id"]}
    )
    blocks["block"] = np.maximum(blocks["number"] - 1, 0) // block
    whole = ["class", "series", "block"]
    if len(blocks.drop_duplicates(whole)) > len(images) / 2:
        raise UserError(
            f"split.unit: sequence finds no consecutive numbers in the file names, such as "
            f"{PurePosixPath(images['image_id'].iloc[0]).name}: most blocks of {block} hold one image; use split.unit: "
            f"field, a larger split.block, or groups of your own in split.groups_csv.",
            [{"split": {"unit": "field"}}],
        )
    votes = blocks.groupby(["field", *whole], as_index=False).size()
    votes = votes.sort_values(["field", "size", "block", "class", "series"], ascending=[True, False, True, True, True])
    chosen = votes.drop_duplicates("field").set_index("field")
    names = (
        chosen["class"]
        + "/"
        + [
            f"{text.replace('#', f'{first * block + 1}-{(first + 1) * block}')}"
            for text, first in zip(chosen["series"], chosen["block"], strict=True)
        ]
    )
    return images["field_id"].map(names)
