"""What the final test says about the network beside the baselines: tables and sentences."""

from collections.abc import Iterable

import pandas as pd

from smear.evaluation.shortcuts import TESTED, describe_details
from smear.formats import format_p

MEANINGS = {
    "linear_probe": (
        "the trained network is better than a classifier on frozen features",
        "a classifier on frozen features, which is fitted within a minute, is better",
        "these images do not show that the trained network is better than a classifier on frozen features",
    ),
    "shortcut_baseline": (
        "the network reads something in these images that the shortcut does not",
        "the network does not reach what is possible without seeing a blood cell",
        "an accuracy like the network's is possible without seeing a blood cell",
    ),
}
"""Of a difference above 0, below 0, and one whose interval holds 0."""


def tabulate_tested(table: pd.DataFrame) -> list[dict]:
    """The rows of `test_comparison.csv` with their names in words."""
    return [
        row | {"name": TESTED[row["what"]], "details": describe_details(row), "chosen": row["what"] == "network"}
        for row in table.to_dict("records")
    ]


def describe_tested(table: pd.DataFrame) -> list[str]:
    """A sentence for each row but the network's: on how many more images the network is right, and what that means."""
    return [describe_row(row) for row in table.iloc[1:].to_dict("records")]


def describe_row(row: dict) -> str:
    """On how many more of the same images the network is right than one baseline, with the paired interval."""
    more = round(row["network_alone"] - row["baseline_alone"])
    points, low, high = (100 * row[name] for name in ("difference", "difference_low", "difference_high"))
    name, p = TESTED[row["what"]].lower(), format_p(row["p_value"])
    p = f"p {p}" if p.startswith("<") else f"p = {p}"
    counted = f"correct for {abs(more):,} {'more' if more > 0 else 'fewer'} than" if more else "correct for as many as"
    text = (
        f"On the same {row['images']:,} test images the network is {counted} the {name} ({describe_details(row)}; "
        f"{row['network_alone']:,.0f} only the network has right, {row['baseline_alone']:,.0f} only the other): "
        f"difference {points:+.2f} points, 95 % interval {low:+.2f} to {high:+.2f}, {p}"
    )
    if row["what"] not in MEANINGS:
        return f"{text}."
    better, worse, tied = MEANINGS[row["what"]]
    meaning = better if row["difference_low"] > 0 else worse if row["difference_high"] < 0 else tied
    return f"{text}. {meaning[0].upper()}{meaning[1:]}."


def list_tested(table: pd.DataFrame) -> str:
    """What one look predicted, in words: the network, the linear probe, the best shortcut and the class prior."""
    *names, last = map(name_tested, table["what"])
    return f"{', '.join(names)} and {last}"


def name_tested(what: str) -> str:
    """A row of `test_comparison.csv` as it stands in a sentence."""
    return "the selected network" if what == "network" else f"the {TESTED[what].lower()}"


def list_systems(published: Iterable[dict]) -> list[dict]:
    """Published results as a table shows them, with what is not known about their sources said."""
    return [row | {"source": row["source"] or "source not recorded"} for row in published]
