"""The lines that a finished run ends with."""

import sys
from pathlib import Path

from smear.files import read_json


def summarise_results(experiment: Path) -> str:
    """Where the report of `results/<experiment>` lies, and the three lines that matter."""
    selection = read_json(experiment / "comparison/selection.json")
    test = read_json(experiment / "report/test_metrics.json")
    return "\n".join(
        [
            f"Report:               {experiment / 'report/index.html'}",
            f"Best cell:            {selection['cell']} (of {selection['cells']})",
            f"Validation accuracy:  {describe_accuracy(selection, 'validation_')}",
            f"Test accuracy:        {describe_accuracy(test, '')}",
        ]
    )


def describe_accuracy(figures: dict, prefix: str) -> str:
    """An accuracy with its images and its 95 % interval."""
    share, low, high = (100 * figures[f"{prefix}{name}"] for name in ("accuracy", "low", "high"))
    return f"{share:.2f} % ({figures[f'{prefix}correct']}/{figures[f'{prefix}images']}; 95 % interval {low:.2f} to {high:.2f} %)"


if __name__ == "__main__":
    print(summarise_results(Path(sys.argv[1])))
