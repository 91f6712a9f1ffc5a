"""The table of changed images as figure and report read it: names in words, the row that a sentence is about.

Which kinds and strengths there are, `kinds.py` says alone. Their names are their names in words;
here stand those that need others.
"""

import pandas as pd

TITLES = {
    "foreground": "Without blood cells",
    "corner": "Corner alone",
    "border": "Border alone",
    "gray": "Less color",
    "brightness": "Brighter or darker",
    "blur": "Blurred",
    "jpeg": "JPEG again",
    "shift": "Shifted",
}
STRENGTHS = {
    "foreground": "filled around them, % of the side",
    "corner": "% of the way from the frame to it",
    "border": "masked, % of the side",
    "gray": "color taken away, %",
    "brightness": "change of the values, %",
    "blur": "standard deviation, % of the side",
    "jpeg": "100 less the quality",
    "shift": "% of the side",
}


def name_kind(name: str) -> str:
    """A kind of change in words, as a title."""
    return TITLES.get(name, name.replace("_", " ").capitalize())


def name_strength(name: str) -> str:
    """What the strength of a kind of change is, in words; all are shares."""
    return STRENGTHS.get(name, "strength, %")


def write_strength(strength: float) -> str:
    """A strength as a reader expects it: 3, 0.5, -20."""
    return f"{100 * strength:.4g}".replace("-", "\N{MINUS SIGN}")


def find_row(network: pd.DataFrame, kind: str, strength: float) -> pd.Series:
    """The row of `network.csv` of a kind of change and a strength."""
    [(_, row)] = network[(network["perturbation"] == kind) & (network["strength"] == strength)].iterrows()
    return row


def find_unchanged(network: pd.DataFrame) -> pd.Series:
    """The row of the images as they are, which every kind has."""
    return network[network["strength"] == 0].iloc[0]
