"""What the user's groups allow, judged before the work starts: splits with every class, and numbers of trainings."""

import pandas as pd

from smear.grid import expand_grid
from smear.images.listing import list_parents
from smear.job import UserError, show_name
from smear.split.labels import merge_classes
from smear.split.leave_one_out import FOLDS, find_lacking, leave_one_out
from smear.split.targets import TEST
from smear.split.user_groups import Groups


def count_places(folds: int | str) -> int:
    """How many groups a class needs: one for each split, or for each fold and the test."""
    return 3 if folds in (0, FOLDS) else folds + 1


def list_images(levels: pd.DataFrame, labels: dict[str, list[str]] | None) -> pd.DataFrame:
    """`image_id,class,group` of images whose class in the source is the folder of their `image_id`."""
    image_ids = levels.index.to_series()
    classes = merge_classes(image_ids.map(lambda image_id: next(iter(list_parents(image_id)))), labels)
    return pd.DataFrame({"image_id": image_ids, "class": classes, "group": levels.iloc[:, 0]}).reset_index(drop=True)


def check_enough(groups: Groups, labels: dict[str, list[str]] | None, folds: int | str, selectable: bool) -> None:
    """Raise a UserError where a class lies in fewer groups than the splits need.

    selectable: whether `dataset.classes` can leave these very classes out.
    """
    images, needed, level = list_images(groups.levels, labels), count_places(folds), groups.levels.columns[0]
    found = images.groupby("class")["group"].nunique()
    for name, count in found.items():
        if count >= needed:
            continue
        remedies, ways = [], []
        if count >= 3 and folds not in (0, FOLDS):
            fewest = int(found.min()) - 1
            remedies.append({"split": {"folds": fewest if fewest > 1 else 0}})
            ways.append(f"set split.folds: {remedies[0]['split']['folds']}")
        large = sorted(found.index[found >= needed])
        if selectable and len(large) > 1:
            remedies.append({"dataset": {"classes": large}})
            ways.append("leave it out with dataset.classes")
        ways.append("add images of other groups")
        place = "split" if folds in (0, FOLDS) else "fold and one for the test"
        raise UserError(
            f"Class {show_name(name)} lies in {count} group{'s' * (count != 1)} ({show_name(level)}), which stay "
            f"whole, and needs {needed}, one for each {place}: "
            f"{', or '.join(ways)}.",
            remedies,
        )


def plan_folds(split: dict, grid: dict | list, groups: Groups | None, labels: dict[str, list[str]] | None) -> int:
    """The number of folds. groups: the user's, of all images; None where they are not known before the work starts.

    Errors: a UserError where each group is to be left out once and there is no list of the images, where the grid has
    more than one row, and where a class would be missing from the test or a training.
    """
    if split["folds"] != FOLDS:
        return split["folds"]
    fewer = [{"split": {"folds": 5}}]
    if groups is None:
        raise UserError(
            "split.folds is leave_one_out, but the images are known only after this source's first job; set "
            "split.folds: 5.",
            fewer,
        )
    images = list_images(groups.levels, labels)
    places = leave_one_out(images, split["fractions"], split["seed"])
    folds = places[places != TEST].nunique()
    if (rows := len(expand_grid(grid))) > 1:
        raise UserError(
            f"split.folds is leave_one_out, which trains a grid cell once for each of {folds:,} groups; for the grid's "
            f"{rows:,} that would be {rows * folds:,} trainings. Choose one with split.folds: 5, and leave one out for "
            f"that one alone.",
            fewer,
        )
    if (lacking := find_lacking(images, places)) is not None:
        raise UserError(
            f"split.folds is leave_one_out, but class {show_name(lacking)} would be missing from the test or from a "
            f"training, since groups stay whole; add groups, or leave the class out with "
            f"dataset.classes."
        )
    return folds
