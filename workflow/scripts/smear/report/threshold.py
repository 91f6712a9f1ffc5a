"""What the report says about the threshold for one class against the rest."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from smear.formats import percent, short_percent
from smear.job import show_name
from smear.statistics.roc import AREAS
from smear.statistics.threshold import SHARES, count_needed

NAMES = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "Positive predictive value",
    "npv": "Negative predictive value",
    "roc_area": "Area under the ROC curve",
    "average_precision": "Area under the precision-recall curve",
}
SPLITS = ("validation", "test")
WORST = 5  # groups that are named


def describe_threshold(results: dict, by_group: str | None) -> dict:
    """The variables of the templates. results: what `report/threshold.json` holds. by_group: a table's path, if any."""
    return {
        "positive": show_name(results["positive"]),
        "sentences": [describe_choice(results), describe_certainty(results), describe_prevalence(results)],
        "worst": describe_worst(by_group, results) if by_group else "",
        "rows": [list_splits(name, results, list_share) for name in SHARES],
        "areas": [list_splits(name, results, list_area) for name in AREAS],
    }


def list_splits(name: str, results: dict, list_one: Callable) -> dict:
    """A row of the table: its name, and by split what `list_one` gives."""
    return {"name": NAMES[name], **{split: list_one(name, results[split]) for split in SPLITS}}


def list_share(name: str, shares: dict) -> dict:
    """A share with its interval and counts, without the name in the keys."""
    return {"value": shares[name]} | {key: shares[f"{name}_{key}"] for key in ("low", "high", "correct", "images")}


def list_area(name: str, areas: dict) -> dict:
    """An area with its interval, without the name in the keys."""
    return {"value": areas[name], "low": areas[f"{name}_low"], "high": areas[f"{name}_high"]}


def describe_choice(results: dict) -> str:
    """The threshold, how it was chosen and where it is kept."""
    name, validation = show_name(results["positive"]), results["validation"]
    return (
        f"An image counts as {name} where its probability of {name} is {results['threshold']} or more. That is the "
        f"largest threshold with a sensitivity of {short_percent(results['target'])} or more on the validation images: "
        f"it finds {validation['sensitivity_correct']:,} of {validation['sensitivity_images']:,}. It was chosen before "
        "the test and is stored in report/model.keras (threshold.json inside the file). Elsewhere in this report the "
        "class with the highest probability is the predicted one."
    )


def describe_certainty(results: dict) -> str:
    """Whether so many validation images can show that the sensitivity is reached."""
    validation, target = results["validation"], short_percent(results["target"])
    images, low = validation["sensitivity_images"], validation["sensitivity_low"]
    if low >= results["target"]:
        return (
            f"The 95 % interval of the sensitivity on the validation images begins at {percent(low)}: they show that "
            f"it is at least {target}, as far as other images are like them."
        )
    needed = count_needed(results["target"])
    if needed is None:
        more = "no number of images could"
    elif images < needed:
        more = f"it takes {needed:,} independent positive images to show it, even if all of them are found"
    else:
        more = "a lower threshold, or more images, could"
    return (
        f"The {images:,} positive validation images do not show that the sensitivity is at least {target}: its 95 % "
        f"interval begins at {percent(low)}; {more}."
    )


def describe_prevalence(results: dict) -> str:
    """The share of positive test images, for which alone the predictive values hold."""
    test = results["test"]
    share = test["sensitivity_images"] / test["images"]
    return (
        f"Predictive values depend on how frequent {show_name(results['positive'])} is: they hold for a share of "
        f"{percent(share)}, that of the test images, and not where it is rarer or more frequent."
    )


def describe_worst(path: str | Path, results: dict) -> str:
    """The groups with the lowest sensitivities below 1, in a sentence; nothing without such."""
    table = pd.read_csv(path, keep_default_na=False, na_values={"sensitivity": [""]}, dtype={"group": str})
    table = table[table["sensitivity"] < 1]
    table = table.sort_values(["sensitivity", "sensitivity_images", "group"], ascending=[True, False, True])
    if table.empty:
        return ""
    worst = "; ".join(
        f"{show_name(row.group)} {percent(row.sensitivity)} ({row.sensitivity_correct:,} of {row.sensitivity_images:,})"
        for row in table.head(WORST).itertuples()
    )
    level = show_name(results["level"])
    return f"The lowest sensitivities by {level} in test: {worst}. All are in threshold_by_group.csv."
