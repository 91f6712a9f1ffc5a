"""The lines that a finished run ends with."""

import csv
from pathlib import Path

from smear.files import read_json
from smear.records import check_files
from smear.shortcuts import PROBED

SELECTION, TEST = "comparison/selection.json", "report/test_metrics.json"
BASELINES, DIFFERENCES = "audit/shortcuts.csv", "comparison/shortcut_differences.csv"
RECORDS = {
    SELECTION: "comparison/selection.digests.json",
    TEST: "report/digests.json",
    BASELINES: "audit/shortcuts.digests.json",
    DIFFERENCES: "comparison/shortcut_differences.digests.json",
}


def summarise_results(experiment: Path) -> str:
    """Where the report of `results/<experiment>` lies, and the lines that matter; a UserError for damage."""
    check_files(experiment / path for pair in RECORDS.items() for path in pair)
    selection, test = (read_json(experiment / path) for path in (SELECTION, TEST))
    lines = [
        f"Report:               {experiment / 'report/index.html'}",
        f"Selected grid cell:   {selection['cell']} (of {selection['cells']})",
        f"Validation accuracy:  {describe(selection, 'validation_accuracy', 'validation_')}",
        f"Test accuracy:        {describe(test, 'accuracy', 'accuracy_')}",
    ]
    if probe := find_probe(experiment, selection["color"]):
        lines.insert(3, f"Linear probe:         {probe}")
    return "\n".join(lines)


def find_probe(experiment: Path, color: str) -> str | None:
    """The validation accuracy of the linear probe, and the network's difference to it; None without embeddings."""
    wanted = {"color": color, "features": PROBED, "classifier": "linear_probe"}
    rows = [
        row
        for path in (BASELINES, DIFFERENCES)
        for row in read_rows(experiment / path)
        if wanted.items() <= row.items()
    ]
    if not rows:
        return None
    accuracy, difference = rows
    points, low, high = (100 * float(difference[name]) for name in ("difference", "difference_low", "difference_high"))
    return (
        f"{100 * float(accuracy['validation_accuracy']):.2f} % of the validation images (the network's difference "
        f"{points:+.2f} points, 95 % interval {low:+.2f} to {high:+.2f})"
    )


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table. No pandas, which the environment of Snakemake need not have."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def describe(figures: dict, accuracy: str, interval: str) -> str:
    """An accuracy with its 95 % interval, in percent, from the keys `accuracy` and `interval` + low and high."""
    share, low, high = (100 * figures[key] for key in (accuracy, f"{interval}low", f"{interval}high"))
    return f"{share:.2f} % (95 % interval {low:.2f} to {high:.2f} %)"
