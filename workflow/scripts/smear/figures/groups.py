"""Accuracy of each group of images, such as patients, and predicted against true shares of classes."""

from math import ceil

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from smear.figures.style import HUES, QUIET, assign_colors, header, house_style, write_percent
from smear.formats import percent
from smear.job import show_name
from smear.statistics.intervals import wilson_interval

ROWS = 50  # groups in a column
MOST_COLUMNS = 4
LONGEST = 14  # letters of a group's name


@house_style()
def draw_groups(table: pd.DataFrame, level: str, split: str) -> Figure:
    """Draw a row for each group, the lowest accuracy first: its accuracy and 95 % Wilson interval.

    table: `group,images,correct,accuracy`. split: validation or test. Of many groups there are several columns, and of
    more than ROWS * MOST_COLUMNS those with the lowest accuracies.
    """
    rows = table.sort_values(["accuracy", "images", "group"], ascending=[True, False, True])
    shown = rows.head(ROWS * MOST_COLUMNS)
    columns = ceil(len(shown) / ROWS)
    deep = ceil(len(shown) / columns)
    size = 9.5 if columns == 1 else 7.5
    height = 1.75 + deep * (0.3 if len(shown) <= 12 else 0.2 if columns == 1 else 0.155)
    figure, grid = plt.subplots(
        1, columns, figsize=(7.6 if columns == 1 else 9.6, height), squeeze=False, layout="constrained"
    )
    correct, images = int(table["correct"].sum()), int(table["images"].sum())
    lowest = min(wilson_interval(row.correct, row.images)[0] for row in shown.itertuples())
    for number, axes in enumerate(grid.flat):
        axes.set_xlim(max(lowest - 0.03, -0.02), 1.02)
        draw_column(axes, shown.iloc[number * deep : (number + 1) * deep], deep, size, correct / images)
    figure.supxlabel(f"{split.capitalize()} accuracy", size=10)
    more = "" if len(shown) == len(rows) else f" The {len(shown):,} groups with the lowest accuracies of {len(rows):,}."
    header(
        figure,
        f"Accuracy by {show_name(level)}, {split} images",
        f"{len(rows):,} groups, {images:,} images (their number in parentheses); bars are 95\N{NO-BREAK SPACE}% Wilson "
        f"intervals. Dashed: all images together ({percent(correct / images)}).{more}",
    )
    return figure


def draw_column(axes: Axes, rows: pd.DataFrame, deep: int, size: float, mean: float) -> None:
    """Draw some groups below each other, in a column with room for `deep` of them."""
    places = np.arange(len(rows))
    bounds = np.array([wilson_interval(row.correct, row.images) for row in rows.itertuples()])
    axes.hlines(places, bounds[:, 0], bounds[:, 1], color=HUES[0], linewidth=1.3, alpha=0.55)
    axes.plot(
        rows["accuracy"], places, "o", color=HUES[0], markersize=4.2, markeredgecolor="white", markeredgewidth=0.5
    )
    axes.axvline(mean, color=QUIET, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    names = [f"{show_name(row.group, LONGEST)} ({row.images:,})" for row in rows.itertuples()]
    axes.set_yticks(places, names, size=size)
    axes.set_ylim(deep - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    write_percent(axes.xaxis)
    axes.tick_params(axis="x", labelsize=size)


@house_style()
def draw_shares(shares: dict[str, pd.DataFrame], level: str, shown: list[str]) -> Figure:
    """Draw predicted against true shares, a point for each group, a panel for each split.

    shares: by split, `group,class,images,true_share,predicted_share`. shown: the positive class of two, else all.
    """
    colors = assign_colors(shown, ordered=False)
    figure, grid = plt.subplots(
        1, len(shares), figsize=(8.8, 5.1 + 0.5 * (len(shown) > 1)), sharey=True, layout="constrained", squeeze=False
    )
    for axes, (split, table) in zip(grid.flat, shares.items(), strict=True):
        here = table[table["class"].isin(shown)]
        error = (here["predicted_share"] - here["true_share"]).abs().mean()
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
        for name in shown:
            own = here[here["class"] == name]
            area = 14 + 90 * own["images"] / max(here["images"].max(), 1)
            axes.scatter(own["true_share"], own["predicted_share"], s=area, color=colors[name], alpha=0.6, linewidth=0)
        axes.set_title(
            f"{split.capitalize()}, {here['group'].nunique():,} groups: mean absolute error {100 * error:.1f} points"
        )
        axes.set_xlabel("True share")
        for axis in (axes.xaxis, axes.yaxis):
            write_percent(axis)
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
    grid[0][0].set_ylabel("Predicted share")
    if len(shown) > 1:
        handles = [
            Line2D([], [], color=colors[name], marker="o", linewidth=0, label=show_name(name, 24)) for name in shown
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))
    figure.get_layout_engine().set(w_pad=0.12)
    what = f"the images that are {show_name(shown[0])}" if len(shown) == 1 else "the images of each class"
    header(
        figure,
        f"Shares by {show_name(level)}",
        f"The share of {what}, as predicted and as labeled, of every group; larger points have more images. On the "
        f"dashed line both are equal.",
    )
    return figure
