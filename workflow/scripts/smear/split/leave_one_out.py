"""Leave-one-group-out: each group that is not for the test is a fold of its own."""

import pandas as pd

from smear.split.assignment import assign_groups
from smear.split.targets import TEST, split_targets

FOLDS = "leave_one_out"  # the value of `split.folds`
REST = "rest"


def leave_one_out(images: pd.DataFrame, fractions: dict[str, float], seed: int) -> pd.Series:
    """The place of each image: `test`, or the number of its fold as text, counted in the order of the groups' names.

    images: `image_id,class,group`, any order; the same images in another order get the same places. The test gets its
    share of each class as closely as whole groups allow, and as trainings of every class allow: see `repair`.
    """
    targets = split_targets(images["class"].value_counts().sort_index().to_dict(), fractions)
    targets = pd.DataFrame({REST: targets["train"] + targets["validation"], TEST: targets[TEST]})
    places = assign_groups(images, targets, seed)
    places = images["group"].map(repair(images, places))
    rest = places == REST
    numbers = {group: str(number) for number, group in enumerate(sorted(images.loc[rest, "group"].unique()))}
    return places.where(~rest, images["group"].map(numbers))


def repair(images: pd.DataFrame, places: pd.Series) -> pd.Series:
    """The place of each group, `rest` or `test`, with every class in the test and in two groups of the rest.

    What is left without one of them would be missing from the test, or from the training that leaves the other one out.
    The smallest groups are moved whose own classes can spare them; where none can, the places stay as they are.
    """
    counts = pd.crosstab(images["group"], images["class"]) > 0
    place = places.groupby(images["group"]).first().reindex(counts.index)
    sizes = images["group"].value_counts().reindex(counts.index)
    needed = {REST: 2, TEST: 1}
    for name in counts:
        for side, other in ((REST, TEST), (TEST, REST)):
            for group in sizes[counts[name] & (place == other)].sort_values(kind="stable").index:
                if (counts[name] & (place == side)).sum() >= needed[side]:
                    break
                own = counts.columns[counts.loc[group]]
                if (counts.loc[place == other, own].sum() > needed[other]).all():
                    place[group] = side
    return place


def find_lacking(images: pd.DataFrame, places: pd.Series) -> str | None:
    """A class without an image for the test, or with those for training in one group alone; None if there is none."""
    for name, own in places.groupby(images["class"]):
        groups = own.unique()
        if TEST not in groups or len(groups) < 3:
            return str(name)
    return None
