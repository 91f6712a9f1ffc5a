"""What the report says about the outer folds: their test of every image, their spread and their choices."""

import pandas as pd

from smear.formats import percent
from smear.report.tested import describe_tested, tabulate_tested


def describe_outer_folds(summary: dict, choices: pd.DataFrame, comparison: pd.DataFrame) -> dict:
    """The variables of the templates, from `metrics.json`, `choices.csv` and `comparison.csv` in `outer/`."""
    return {
        "sentences": [describe_test(summary), describe_spread(summary["spread"]), describe_choice(summary["spread"])],
        "compared": describe_tested(comparison),
        "summary": summary,
        "rows": choices.to_dict("records"),
        "tested": tabulate_tested(comparison),
    }


def describe_test(summary: dict) -> str:
    """How many images are correct, and what their models had not seen."""
    unit, proof = summary["unit"], summary["proof"]
    apart = "" if unit == "image" else f", with no image of its {unit} among those that it learned or was selected from"
    if proof["fields_on_two_sides"] is None:
        apart += "; repeat captures were not searched for"
    elif proof["fields_on_two_sides"]:
        apart = f"; {proof['fields_on_two_sides']:,} of the images have a repeat capture of their field among those"
    return (
        f"Each of {proof['images']:,} images was tested once, by a model whose training and selection never saw it"
        f"{apart}: {summary['correct']:,} are correct, {percent(summary['accuracy'])} (95 % interval "
        f"{percent(summary['accuracy_low'])} to {percent(summary['accuracy_high'])})."
    )


def describe_spread(spread: dict) -> str:
    """How far apart the tests of the outer folds are, and how far below their validation."""
    gap = 100 * spread["validation_gap"]
    side = "lower" if gap > 0 else "higher"
    apart = "as high as" if abs(gap) < 0.005 else f"{abs(gap):.2f} points {side} than"
    return (
        f"The test accuracies of the {spread['folds']} outer folds lie between {percent(spread['accuracy_lowest'])} "
        f"and {percent(spread['accuracy_highest'])}, with a standard deviation of "
        f"{100 * spread['accuracy_sd']:.2f} points. On average they are {apart} the "
        "validation accuracies that the grid cells were selected by."
    )


def describe_choice(spread: dict) -> str:
    """Which grid cells the outer folds have selected."""
    cells = spread["cells"]
    if len(cells) == 1:
        return f"Every outer fold selected the same grid cell, {next(iter(cells))}."
    named = ", ".join(f"{cell} ({count})" for cell, count in cells.items())
    return f"The outer folds selected {len(cells)} different grid cells: {named}."
