"""The user's own split by folders: train, validation and test, or other usual names, with the class folders inside."""

from collections.abc import Sequence

import pandas as pd

from smear.images.levels import read_splits
from smear.job import UserError, list_some
from smear.split.assignment import assign_groups

ANEW = [{"split": {"unit": "field"}}]


def read_folder_splits(sources: Sequence[str]) -> list[str]:
    """The split of each image, from its path in the source: the first level of folders that are all named like splits.

    Errors: a UserError where there is no such level, or no folder for train or test.
    """
    folders = [path.split("/")[:-1] for path in sources]
    for level in range(min(map(len, folders), default=0)):
        if known := read_splits(parts[level] for parts in folders):
            splits = [known[parts[level]] for parts in folders]
            if missing := [split for split in ("train", "test") if split not in splits]:
                raise UserError(
                    f"split.unit is folders, but no folder is named like {' and '.join(missing)}; there are "
                    f"{list_some(sorted({parts[level] for parts in folders}))}. Set split.unit: field to split anew.",
                    ANEW,
                )
            return splits
    raise UserError(
        "split.unit is folders, but the images do not lie in folders named like splits (train, validation or val, "
        "test). Set split.unit: field to split anew, or give the split as a column of split.groups_csv.",
        ANEW,
    )


def check_folder_splits(sources: Sequence[str] | None) -> list[str]:
    """What is to be said of the user's split; a UserError where there is none. None: a source without folders."""
    splits = read_folder_splits(sources or [])
    if "validation" in splits:
        return []
    return ["The source has no folder for validation; a part of its train folder is taken, whole fields together."]


def draw_validation(images: pd.DataFrame, fractions: dict[str, float], seed: int) -> pd.Series:
    """The split of each image where there are none for validation: a part of train, in the ratio of the fractions.

    images: `image_id,class,group,split`; whole groups go to one side.
    """
    train = images[images["split"] == "train"]
    counts = train["class"].value_counts().sort_index()
    share = fractions["validation"] / (fractions["validation"] + fractions["train"])
    wanted = (counts * share).round().astype(int).clip(lower=1)
    targets = pd.DataFrame({"train": counts - wanted, "validation": wanted})
    drawn = assign_groups(train, targets, seed)
    return images["split"].where(images["split"] != "train", drawn.reindex(images.index))
