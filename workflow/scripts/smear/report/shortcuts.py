"""What the shortcut baselines say about the selected network."""

import pandas as pd

from smear.formats import format_value, percent
from smear.shortcuts import find_best_of_features, name_classifier, name_features


def judge_network(shortcuts: pd.DataFrame, chosen: dict) -> str:
    """Set the chosen network beside the best of the shortcuts on images of the same color, in words."""
    best = find_best_of_features(shortcuts[shortcuts["color"] == chosen["color"]]).iloc[0]
    text = (
        f"The best of them, {name_classifier(best['classifier'])} on the {name_features(best['features'])}, classifies "
        f"{describe(best)} of the validation images correctly, the selected network {describe(pd.Series(chosen))}."
    )
    return f"{text} {compare(best, chosen)}"


def describe(row: pd.Series) -> str:
    """An accuracy with its counts and its interval."""
    return (
        f"{percent(row['validation_accuracy'])} ({row['validation_correct']:.0f}/{row['validation_images']:.0f}, "
        f"95 % interval {100 * row['validation_low']:.2f} to {percent(row['validation_high'])})"
    )


def compare(best: pd.Series, chosen: dict) -> str:
    """Say what the two intervals allow to be said."""
    if chosen["validation_low"] > best["validation_high"]:
        return "The network's interval lies above: it reads something in these images that such a classifier does not."
    if chosen["validation_high"] < best["validation_low"]:
        return "The network's interval lies below: it does not reach what can be had without a blood cell in sight."
    return (
        "The intervals overlap: nothing in these figures shows that the network looks at blood cells, and an accuracy "
        "like its own can be had without them."
    )


def shortcut_table(shortcuts: pd.DataFrame) -> list[dict]:
    """Every row of `shortcuts.csv` with its names in words, the best first."""
    table = shortcuts.sort_values("validation_accuracy", ascending=False, kind="stable")
    return [
        row
        | {
            "color": format_value("color", row["color"]),
            "features": name_features(row["features"]),
            "classifier": name_classifier(row["classifier"]),
        }
        for row in table.to_dict("records")
    ]
