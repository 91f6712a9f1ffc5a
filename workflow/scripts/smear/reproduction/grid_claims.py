"""The claims about the grid: its optimizer, its lowest rate and its epochs, over matched pairs of grid cells."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from smear.formats import describe_value, format_value
from smear.grid import AXES
from smear.reproduction.claims import Claim, Comparison
from smear.reproduction.effects import paired_effect
from smear.reproduction.results import SplitResults, count_cells
from smear.reproduction.verdicts import NOT_TESTED, judge

VALIDATION = "validation accuracy"


def match_pairs(replicates: pd.DataFrame, axis: str, first: object, second: object) -> np.ndarray:
    """Rows that differ in one axis alone, and have these values of it: int, (pairs, 2), places in the table."""
    others = [name for name in AXES if name != axis]
    rows = replicates[[*AXES]].assign(place=np.arange(len(replicates)))
    one, other = (rows[rows[axis] == value] for value in (first, second))
    matched = one.merge(other, on=others, suffixes=("_first", "_second"))
    return matched[["place_first", "place_second"]].to_numpy()


def compare_values(results: SplitResults, axis: str, first: object, others: Iterable[object]) -> list[Comparison]:
    """Compare one value of an axis with each other one for which the grid has matched pairs."""
    comparisons = []
    for other in others:
        pairs = match_pairs(results.replicates, axis, first, other)
        if len(pairs):
            effect = paired_effect(results.right[pairs[:, 0]], results.right[pairs[:, 1]], results.groups)
            names = (describe_value(axis, value) for value in (first, other))
            count = count_cells(results.replicates.iloc[pairs[:, 0]])
            comparisons.append(Comparison(*names, VALIDATION, count, effect))
    return comparisons


def judge_optimizer(results: SplitResults) -> Claim:
    """Adam is better than RMSprop."""
    found = compare_values(results, "optimizer", "adam", ["rmsprop"])
    note = "" if found else "The grid does not have both optimizers."
    return Claim("optimizer", results.unit, judge([each.effect for each in found]), found, note)


def judge_learning_rate(results: SplitResults, published: dict) -> Claim:
    """The lowest learning rate of the grid is better than each other one."""
    rates, theirs = sorted(results.replicates["learning_rate"].unique()), sorted(published["grid"]["learning_rate"])
    found = compare_values(results, "learning_rate", rates[0], rates[1:])
    note = "" if found else "The grid has one learning rate."
    if found and rates != theirs:
        note = f"The grid has the rates {write('learning_rate', rates)}, the paper {write('learning_rate', theirs)}."
    return Claim("learning_rate", results.unit, judge([each.effect for each in found]), found, note)


def judge_epochs(results: SplitResults, published: dict) -> Claim:
    """The number of epochs that the paper chose is better than both fewer and more.

    A grid without that number, or without fewer or more, does not test the claim; its most epochs are then compared
    with each fewer, and no verdict is given.
    """
    chosen, values = published["best_cell"]["epochs"], sorted(results.replicates["epochs"].unique())
    if chosen in values[1:-1]:
        found = compare_values(results, "epochs", chosen, [value for value in values if value != chosen])
        return Claim("epochs", results.unit, judge([each.effect for each in found]), found)
    found = compare_values(results, "epochs", values[-1], values[:-1])
    epochs = f"{write('epochs', values)} epoch{'s' * (values != [1])}"
    note = f"The grid has {epochs}, and the claim is about {chosen} beside fewer and more"
    note += ": its most epochs were compared with fewer instead." if found else "."
    return Claim("epochs", results.unit, NOT_TESTED, found, note)


def write(axis: str, values: Iterable[object]) -> str:
    """Values of an axis in a sentence."""
    *first, last = [format_value(axis, value) for value in values]
    return f"{', '.join(first)} and {last}" if first else last
