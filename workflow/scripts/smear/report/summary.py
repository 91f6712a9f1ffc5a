"""The lines that a finished run ends with."""

from pathlib import Path

import pandas as pd

from smear.evaluation.shortcuts import PROBED, TESTED
from smear.files import read_json
from smear.formats import percentage
from smear.records import check_files
from smear.report.shortcuts import join_differences
from smear.tables import read_csv

SELECTION, TEST = "comparison/selection.json", "report/test_metrics.json"
COMPARISON = "report/test_comparison.csv"
BASELINES, DIFFERENCES = "audit/shortcuts.csv", "comparison/shortcut_differences.csv"
OUTER = "outer/metrics.json"
RECORDS = {
    SELECTION: "comparison/selection.digests.json",
    TEST: "report/digests.json",
    COMPARISON: "report/test_comparison.digests.json",
    BASELINES: "audit/shortcuts.digests.json",
    DIFFERENCES: "comparison/shortcut_differences.digests.json",
}


def summarize_results(experiment: Path, outer_folds: int = 0) -> str:
    """Where the report of `results/<experiment>` lies, and the lines that matter; a UserError for damage.

    outer_folds: how many the report shows.
    """
    outer = {OUTER: "outer/digests.json"} if outer_folds else {}
    check_files(experiment / path for pair in (RECORDS | outer).items() for path in pair)
    selection, test = (read_json(experiment / path) for path in (SELECTION, TEST))
    lines = [
        f"Report:               {experiment / 'report/index.html'}",
        f"Selected grid cell:   {selection['cell']} (of {selection['cells']})",
        *describe_validation(selection),
        f"Test accuracy:        {describe(test, 'accuracy', 'accuracy_')}",
    ]
    if probe := find_probe(experiment, selection["color"]):
        lines.insert(-1, f"Linear probe:         {probe}")
    lines += describe_baselines(read_csv(experiment / COMPARISON))
    if outer:
        lines.append(f"All images, tested:   {describe(read_json(experiment / OUTER), 'accuracy', 'accuracy_')}")
    return "\n".join(lines)


def describe_validation(selection: dict) -> list[str]:
    """The validation accuracy of the selected grid cell, and where it is a mean that of the model that was tested."""
    text = f"Validation accuracy:  {describe(selection, 'validation_accuracy', 'validation_')}"
    if selection["replicates"] == 1:
        return [text]
    deviation, own = 100 * selection["replicate_sd"], percentage(selection["model_accuracy"])
    return [
        f"{text}, mean of {selection['replicates']} seeds, standard deviation {deviation:.2f} points",
        f"Tested model:         seed {selection['seed']}, {own} % of the validation images",
    ]


def describe_baselines(table: pd.DataFrame) -> list[str]:
    """A line for each baseline of `test_comparison.csv`: its test accuracy, and the network's difference to it."""
    return [
        f"{TESTED[row['what']] + ', test:':22}{percentage(row['accuracy'])} % {describe_difference(row)}"
        for row in table.iloc[1:].to_dict("records")
    ]


def find_probe(experiment: Path, color: str) -> str | None:
    """The validation accuracy of the linear probe, and the network's difference to it; None without embeddings."""
    table = join_differences(*(read_csv(experiment / path) for path in (BASELINES, DIFFERENCES)))
    wanted = {"color": color, "features": PROBED, "classifier": "linear_probe"}
    rows = table[(table[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    if rows.empty:
        return None
    (row,) = rows.to_dict("records")
    return f"{percentage(row['validation_accuracy'])} % of the validation images {describe_difference(row)}"


def describe_difference(row: dict) -> str:
    """The network's accuracy less that of a row, in percentage points with its interval."""
    points, low, high = (100 * row[name] for name in ("difference", "difference_low", "difference_high"))
    return f"(the network's difference {points:+.2f} points, 95 % interval {low:+.2f} to {high:+.2f})"


def describe(figures: dict, accuracy: str, interval: str) -> str:
    """An accuracy with its 95 % interval, in percent, from the keys `accuracy` and `interval` + low and high."""
    share, low, high = (percentage(figures[key]) for key in (accuracy, f"{interval}low", f"{interval}high"))
    return f"{share} % (95 % interval {low} to {high} %)"
