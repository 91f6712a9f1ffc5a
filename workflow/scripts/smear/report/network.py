"""What changed images say about the selected network: whether it needs the blood cells, and what it bears."""

import pandas as pd

from smear.formats import format_p, percent, write_accuracy
from smear.perturbation.names import find_row, find_unchanged, name_kind, name_strength, write_strength
from smear.report.ties import name_units

LEVEL = 0.05  # of p
MASKED = ("foreground", "corner", "border")
"""Kinds of change that take the blood cells, or most of them."""


def judge_background(network: pd.DataFrame, facts: dict) -> str:
    """What the network classifies without blood cells, and whether that is more than chance.

    network, facts: `network.csv` and `network.json`.
    """
    row = find_row(network, "foreground", facts["shown"]["foreground"])
    plain = find_unchanged(network)
    return (
        f"As they are, {write_accuracy(plain)} of the validation images are classified correctly. Without blood cells "
        f"the network classifies {write_accuracy(row)} correctly. Always predicting the majority class, "
        f"{facts['majority_class']}, gives {percent(facts['majority'])}; labels permuted over "
        f"{name_units(facts['unit'])} give {describe_chance(row)}. {conclude(row)}"
    )


def conclude(row: pd.Series) -> str:
    """What follows from an accuracy without blood cells."""
    if row["p"] <= LEVEL:
        return "More than chance: part of the accuracy comes from the background."
    return (
        f"No more than chance: {percent(row['most_predicted_share'])} of them are classified as "
        f"{row['most_predicted']}, and these images do not show that the network uses the background."
    )


def judge_parts(network: pd.DataFrame) -> str:
    """What the network classifies from one part of the frame, and which change of the whole takes most."""
    corner, border = (network[network["perturbation"] == kind].iloc[-1] for kind in ("corner", "border"))
    kept = percent((1 - border["strength"]) / 2, 0)
    text = (
        f"From the corner alone, where a scale bar may stand, it classifies {write_accuracy(corner)} correctly, from "
        f"a border of {kept} of the side {write_accuracy(border)}; against chance, "
        f"p {write_p(corner)} and p {write_p(border)}."
    )
    others = network[~network["perturbation"].isin(MASKED)]
    worst = others.loc[others["accuracy"].idxmin()]
    if worst["accuracy"] >= find_unchanged(network)["accuracy"]:
        return f"{text} No change that leaves the blood cells in place lowers the accuracy."
    return (
        f"{text} Of the changes that leave the blood cells in place, “{name_kind(worst['perturbation'])}” "
        f"({name_strength(worst['perturbation'])}: {write_strength(worst['strength'])}) lowers the accuracy most, to "
        f"{percent(worst['accuracy'])}."
    )


def judge_probe(probe: pd.DataFrame | None, facts: dict, embeddings: dict | str) -> str:
    """What a linear probe of backgrounds reaches, or why there is none. probe: `background_probe.csv`."""
    if probe is None:
        why = "are turned off" if embeddings == "none" else "come from the user's own file, which lacks such images"
        return f"No linear probe was trained on images without blood cells: the embeddings {why}."
    rows = {row["perturbation"]: row for _, row in probe.iterrows()}
    plain, cleared = rows["unchanged"], rows["foreground"]
    if cleared["p"] <= LEVEL:
        verdict = "The background alone says something about the class, whichever network reads it."
    else:
        verdict = "These images do not show that the background says anything about the class."
    return (
        "A linear probe (ridge regression) was trained and validated on the frozen pretrained features of images "
        f"without blood cells: it classifies {write_accuracy(cleared)} correctly, the same probe on the images as they "
        f"are {write_accuracy(plain)}; training labels permuted over {name_units(facts['unit'])} give "
        f"{describe_chance(cleared)}. {verdict}"
    )


def describe_chance(row: pd.Series) -> str:
    """What permuted labels give."""
    return (
        f"{percent(row['null_mean'])} on average and {percent(row['null_high'])} as their 95 % quantile "
        f"(p {write_p(row)})"
    )


def write_p(row: pd.Series) -> str:
    """A p-value behind the letter: `= 0.012`, `< 0.001`."""
    text = format_p(row["p"])
    return text if text.startswith("<") else f"= {text}"


def network_table(network: pd.DataFrame) -> list[dict]:
    """Every row of `network.csv` with its names in words."""
    return [
        row
        | {
            "kind": name_kind(row["perturbation"]),
            "unit": name_strength(row["perturbation"]),
            "strength": write_strength(row["strength"]),
        }
        for row in network.to_dict("records")
    ]
