"""What the report says about grid cells that were trained with several seeds, and whose model of theirs is tested."""

from collections.abc import Iterable

import pandas as pd

from smear.formats import percent, points, write_seeds
from smear.grid import AXES

MOST_NAMED = 8
"""Seeds up to which each is named; of more, their number."""


def list_axes(cells: pd.DataFrame) -> list[str]:
    """The axes by which rows of the leaderboard are described: without the seed, where one has several."""
    return [axis for axis in AXES if axis != "seed" or cells["replicates"].max() == 1]


def describe_seeds(cells: pd.DataFrame) -> str:
    """How many seeds the grid cells have, in words; nothing where each has one."""
    return write_seeds(cells["replicates"]) if cells["replicates"].max() > 1 else ""


def list_seeds(seeds: Iterable[int]) -> str:
    """Some seeds in words: seed 0; seeds 0, 1 and 2; 20 seeds."""
    *others, last = map(str, seeds)
    if len(others) >= MOST_NAMED:
        return f"{len(others) + 1} seeds"
    return f"seeds {', '.join(others)} and {last}" if others else f"seed {last}"


def describe_spread(row: dict) -> str:
    """The standard deviation over seeds of a row's accuracy, or of the selection's; nothing where there is one seed."""
    if not row["replicates"] > 1:
        return ""
    deviation = points(row["replicate_sd"])
    return f"mean of {row['replicates']:.0f} seeds, standard deviation {deviation}"


def describe_model(chosen: dict) -> str:
    """Which of the replicates' models is tested, and its own accuracy; nothing where there is one seed."""
    if not chosen["replicates"] > 1:
        return ""
    return (
        f"The model that is tested is that of seed {chosen['seed']}, the lowest of {list_seeds(chosen['seeds'])}: "
        f"fixed beforehand, and not the luckiest. By itself it classified {percent(chosen['model_accuracy'])} of the "
        f"validation images correctly ({chosen['model_correct']:.0f} of {chosen['validation_images']:.0f}). What is "
        "said of single predictions, such as thresholds, calibration and differences to baselines, is of this model. "
        "Intervals of means over seeds cover the chance in drawing the images; how much seeds differ is the standard "
        "deviation."
    )
