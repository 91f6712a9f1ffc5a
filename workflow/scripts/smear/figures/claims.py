"""The claims of the paper as a forest plot: each difference with its interval, and the verdict beside it."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from smear.figures.style import HUES, INK, QUIET, RULE, header, house_style
from smear.report.claims import SPLITS, TOLD
from smear.reproduction.verdicts import NOT_TESTED

COLORS = {"image": HUES[0], "field": HUES[2]}
"""Of a split; both together have the color of the text."""

TITLE, ROW, GAP = 0.82, 0.62, 0.29  # heights of a claim's name, of a row and above a name, in units of the axis
TITLE_AT = -0.19  # left of the panel, in its widths


@house_style()
def draw_claims(claims: pd.DataFrame, margin: float) -> Figure:
    """Draw `claims.csv`: a point and a 95 % interval for each claim and split, those of a claim below its name.

    margin: how much less than the published figure counts as reproduced, a share; the line of that claim's verdict.
    """
    drawn = claims[claims["difference"].notna()].reset_index(drop=True)
    places, titles, height = place_rows(drawn)
    figure, axes = plt.subplots(figsize=(9.2, 1.5 + 0.36 * height), layout="constrained")
    axes.set_ylim(height - 0.1, -0.3)
    axes.axvline(0, color=QUIET, linewidth=1.1, zorder=1)
    for place, row in zip(places, drawn.itertuples(), strict=True):
        draw_row(axes, place, row)
    for name, place in titles.items():
        title = {"weight": "bold", "size": 10, "va": "center", "bbox": {"color": "white", "pad": 1.5}}
        axes.text(TITLE_AT, place, name, transform=axes.get_yaxis_transform(), **title)
    for place in places[drawn["claim"] == "test_accuracy"]:
        axes.plot([-margin] * 2, [place - 0.3, place + 0.3], color=QUIET, linewidth=1.4, linestyle=(0, (2, 1.5)))
    axes.set_yticks(places, [SPLITS.get(split, f"by {split}") for split in drawn["split"]])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: write_signed(share)))
    axes.set_xlabel("Difference in percentage points")
    header(figure, "The claims and what was found", explain(drawn, margin))
    return figure


def write_signed(share: float) -> str:
    """Write a difference in percentage points with its sign, without digits that it does not have."""
    return f"{100 * share:+.6g}".replace("-", "\N{MINUS SIGN}") if share else "0"


def place_rows(drawn: pd.DataFrame) -> tuple[np.ndarray, dict[str, float], float]:
    """The place of each row and of each claim's name, from the top down, and the height of all."""
    places, titles, at = [], {}, 0.0
    for row in drawn.itertuples():
        if row.name not in titles:
            at += GAP * bool(titles)
            titles[row.name] = at
            at += TITLE
        places.append(at)
        at += ROW
    return np.array(places), titles, at


def draw_row(axes: Axes, place: float, row) -> None:
    """Draw one difference with its interval, and write its verdict to the right of the panel."""
    tested = row.verdict != NOT_TESTED
    color = COLORS.get(row.split, INK) if tested else QUIET
    x, low, high = row.difference, row.difference_low, row.difference_high
    axes.errorbar(
        x,
        place,
        xerr=[[x - low], [high - x]],
        color=color,
        marker="o",
        markersize=6.5,
        capsize=3,
        linewidth=1.6,
        markeredgecolor="white" if tested else color,
        markerfacecolor=color if tested else "white",
    )
    axes.axhline(place, color=RULE, linewidth=0.5, zorder=0)
    told = row.verdict in TOLD
    axes.text(
        1.02,
        place,
        row.verdict,
        transform=axes.get_yaxis_transform(),
        va="center",
        size=9.5,
        color=INK if told else QUIET,
        weight="bold" if told else "normal",
    )


def explain(drawn: pd.DataFrame, margin: float) -> str:
    """Say what a point and a bar are, and by what the verdicts go."""
    text = (
        "Differences in the direction that the claim says, of several the decisive one; bars are 95\N{NO-BREAK SPACE}% "
        "intervals. A claim holds where all of its intervals lie to the right of 0"
    )
    if (drawn["claim"] == "test_accuracy").any():
        text += f", that of the test accuracy right of the dashed line, {100 * margin:g} point below the paper"
    text += ". Hollow: no verdict, since the grid does not test the claim."
    return text if (drawn["verdict"] == NOT_TESTED).any() else text.rpartition(" Hollow")[0]
