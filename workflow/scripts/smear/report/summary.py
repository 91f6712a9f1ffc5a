"""The lines that a finished run ends with."""

from pathlib import Path

from smear.files import read_json
from smear.records import check_files


def summarise_results(experiment: Path) -> str:
    """Where the report of `results/<experiment>` lies, and the three lines that matter; a UserError for damage."""
    figures = {"comparison/selection.json": "comparison/selection.digests.json"}
    figures |= {"report/test_metrics.json": "report/digests.json"}
    check_files(experiment / path for pair in figures.items() for path in pair)
    selection, test = (read_json(experiment / path) for path in figures)
    return "\n".join(
        [
            f"Report:               {experiment / 'report/index.html'}",
            f"Selected grid cell:   {selection['cell']} (of {selection['cells']})",
            f"Validation accuracy:  {describe(selection, 'validation_accuracy', 'validation_')}",
            f"Test accuracy:        {describe(test, 'accuracy', 'accuracy_')}",
        ]
    )


def describe(figures: dict, accuracy: str, interval: str) -> str:
    """An accuracy with its 95 % interval, in percent, from the keys `accuracy` and `interval` + low and high."""
    share, low, high = (100 * figures[key] for key in (accuracy, f"{interval}low", f"{interval}high"))
    return f"{share:.2f} % (95 % interval {low:.2f} to {high:.2f} %)"
