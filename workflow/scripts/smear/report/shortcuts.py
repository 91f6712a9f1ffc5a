"""What the shortcut baselines and the linear probe say about the selected network."""

from pathlib import PurePath

import pandas as pd

from smear.evaluation.shortcuts import PROBED, find_best_of_features, name_classifier, name_features, take_model
from smear.formats import format_value, write_accuracy


def join_differences(shortcuts: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    """`shortcuts.csv` with the columns of `shortcut_differences.csv`: the network's accuracy less that of each row."""
    keys = ["color", "features", "classifier"]
    return shortcuts.merge(differences.drop(columns="images"), on=keys, validate="one_to_one")


def judge_network(shortcuts: pd.DataFrame, chosen: dict) -> str:
    """Set the chosen network beside the best shortcut and the embeddings of images of the same color, in words.

    shortcuts: as `join_differences` returns it.
    """
    best = find_best_of_features(shortcuts[shortcuts["color"] == chosen["color"]])
    shortcut = best[best["features"] != PROBED].iloc[0]
    text = (
        f"The best shortcut, {name_classifier(shortcut['classifier'])} on the {name_features(shortcut['features'])}, "
        f"classifies {describe(shortcut)} of the validation images correctly, the selected network "
        f"{describe(take_model(chosen))}; the difference is {describe_difference(shortcut)}. {compare(shortcut)}"
    )
    probes = best[best["features"] == PROBED]
    return text if probes.empty else f"{text} {judge_training(probes.iloc[0])}"


def describe_difference(row: pd.Series) -> str:
    """The network's accuracy less that of a row, on the same images, in words."""
    points, low, high = (100 * row[name] for name in ("difference", "difference_low", "difference_high"))
    alone = f"{row['network_alone']:.0f} images only the network has right, {row['baseline_alone']:.0f} only the other"
    return f"{points:+.2f} points on the same images (95 % interval {low:+.2f} to {high:+.2f}; {alone})"


def judge_training(probe: pd.Series) -> str:
    """Say what the network's training was worth beyond frozen features, as far as the paired interval allows."""
    if probe["difference_low"] > 0:
        verdict = "The trained network is better than a classifier on frozen features."
    elif probe["difference_high"] < 0:
        verdict = "A classifier on frozen features, which is fitted within a minute, is better."
    else:
        verdict = "These images do not show that the trained network is better than a classifier on frozen features."
    classifier = name_classifier(probe["classifier"])
    return (
        f"On {name_features(PROBED)}, {classifier} classifies {describe(probe)} correctly; the network's difference is "
        f"{describe_difference(probe)}. {verdict}"
    )


def describe_embeddings(embeddings: dict | str) -> str | None:
    """What the frozen features are, from the configuration; None where they are turned off."""
    if embeddings == "none":
        return None
    if embeddings["file"]:
        return f"come from the file {PurePath(embeddings['file']).name}, which the user has given"
    return (
        f"are those of {embeddings['backbone']} with ImageNet weights, which no training on these images has changed, "
        f"at {embeddings['size']} × {embeddings['size']} pixels"
    )


def describe(row: pd.Series) -> str:
    """The validation accuracy of a row."""
    return write_accuracy(row, "validation_")


def compare(best: pd.Series) -> str:
    """Say what the paired interval allows to be said."""
    if best["difference_low"] > 0:
        return "The network is better: it reads something in these images that such a classifier does not."
    if best["difference_high"] < 0:
        return "The network is worse: it does not reach what is possible without seeing a blood cell."
    return (
        "The interval contains 0: nothing in these figures shows that the network looks at blood cells, and an "
        "accuracy like its own is possible without seeing them."
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
