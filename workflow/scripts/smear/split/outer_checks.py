"""What the images allow of outer folds, judged before the work starts."""

from collections.abc import Mapping
from math import ceil

from smear.job import UserError, show_name
from smear.split.group_checks import count_places, list_images
from smear.split.targets import rest_targets
from smear.split.user_groups import Groups

MOST = 10  # split.outer_folds of config.schema.yaml


def check_outer_folds(split: dict, counts: Mapping[str, int], groups: Groups | None, labels: dict | None) -> None:
    """Raise a UserError where a class is too small to be in each outer fold and in each split of what it leaves.

    split: of the configuration. counts: images by class. groups: the user's. labels: of the data set.
    """
    if groups is not None and groups.split is not None:
        raise UserError(
            f"split.groups_csv gives every image its split, and split.outer_folds, {split['outer_folds']}, draws the "
            "test images anew; set split.outer_folds: 0, or leave the column split out of the table.",
            [{"split": {"outer_folds": 0}}],
        )
    require_enough(split["outer_folds"], counts, lambda folds, count: holds_images(folds, count, split), "image")
    if groups is not None and groups.levels is not None:
        found = list_images(groups.levels, labels).groupby("class")["group"].nunique().to_dict()
        needed = count_places(split["folds"]) - 1
        require_enough(split["outer_folds"], found, lambda folds, count: count - ceil(count / folds) >= needed, "group")


def holds_images(folds: int, images: int, split: dict) -> bool:
    """Whether a class of so many images is in every split, or fold, of what the largest outer fold leaves."""
    rest = {"": images - ceil(images / folds)}
    return bool(rest_targets(rest, split["fractions"], split["folds"]).to_numpy().all())


def require_enough(wanted: int, counts: Mapping[str, int], is_enough, what: str) -> None:
    """Raise a UserError that names a class with too few for the outer folds, and how many do for all classes.

    is_enough: whether so many folds leave enough of a class with so many: more folds are smaller, and leave more.
    """
    possible = [
        folds for folds in range(2, MOST + 1) if all(n >= folds and is_enough(folds, n) for n in counts.values())
    ]
    if wanted in possible:
        return
    name, count = next((name, n) for name, n in counts.items() if n < wanted or not is_enough(wanted, n))
    nearest = min(possible, key=lambda folds: abs(folds - wanted), default=0)
    raise UserError(
        f"Class {show_name(name)} has {count} {what}{'s' * (count != 1)}, too few for split.outer_folds: {wanted}, "
        f"each of which must leave some for every split; set split.outer_folds: {nearest}, or add {what}s.",
        [{"split": {"outer_folds": nearest}}],
    )
