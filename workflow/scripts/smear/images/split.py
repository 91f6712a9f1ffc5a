"""Assigning images to train, validation and test."""

import hashlib

import pandas as pd

from smear.images.class_sizes import SPLITS, check_class_sizes, split_sizes


def lot(seed: int, name: str) -> float:
    """A number from 0 to 1 drawn for `name`: the same whatever other names there are."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def split_images(images: pd.DataFrame, unit: str, fractions: dict[str, float], seed: int) -> pd.Series:
    """The split of each image, by class and at random.

    images: `image_id,class,field_id`. unit: `image` draws every image by itself, `field` keeps the images of one field
    together. Sizes are those of `split_sizes`; with `field` they can differ by what an undividable field forces.
    """
    group = images["image_id"] if unit == "image" else images["field_id"]
    counts = images["class"].value_counts().sort_index()
    check_class_sizes(counts.to_dict(), fractions)
    return pd.concat(
        [
            assign_groups(group[images["class"] == name], split_sizes(count, fractions), seed)
            for name, count in counts.items()
        ]
    ).reindex(images.index)


def assign_groups(group: pd.Series, sizes: dict[str, int], seed: int) -> pd.Series:
    """Fill the splits of one class with whole groups, in the order of their lots.

    Groups of several images come first, each to the split that its lot falls into, or to the emptiest where that one
    has no room; single images then fill what is left exactly. (Placing large groups by room alone would put all
    repeat captures into train.)
    """
    left, total = dict(sizes), sum(sizes.values())
    members = group.groupby(group).size()
    order = sorted(members.index, key=lambda name: (members[name] == 1, lot(seed, name)))
    placed = {}
    singles = [name for name in order if members[name] == 1]
    for name in order[: len(order) - len(singles)]:
        drawn = draw_split(lot(seed + 1, name), sizes, total)
        placed[name] = drawn if left[drawn] >= members[name] else max(SPLITS, key=left.__getitem__)
        left[placed[name]] -= members[name]
    for split in SPLITS:
        taken, singles = singles[: max(left[split], 0)], singles[max(left[split], 0) :]
        placed |= dict.fromkeys(taken, split)
    return group.map(placed)


def draw_split(number: float, sizes: dict[str, int], total: int) -> str:
    """The split whose share of 0 to 1 holds `number`."""
    for split in SPLITS:
        number -= sizes[split] / total
        if number < 0:
            return split
    return SPLITS[-1]


def count_siblings(manifest: pd.DataFrame) -> tuple[int, int]:
    """Images that share their field with another one, and those that share it with one in another split."""
    fields = manifest.groupby("field_id")["split"]
    return int((fields.transform("size") > 1).sum()), int((fields.transform("nunique") > 1).sum())
