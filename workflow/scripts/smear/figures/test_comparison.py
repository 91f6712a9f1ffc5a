"""The tested network among the baselines on the same test images and, apart from them, published results."""

from textwrap import wrap

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from smear.evaluation.shortcuts import TESTED, describe_details, signed_points
from smear.figures.style import CHOSEN, HUES, INK, QUIET, TIED, header, house_style, write_percent
from smear.formats import percent

ROW, HEAD = 0.46, 0.3
"""Height in inches of a row, and of the title of a panel."""

CAVEAT = 42
"""Letters of a line of the text behind a row."""


@house_style()
def draw_test_comparison(table: pd.DataFrame, published: list[dict]) -> Figure:
    """Draw accuracies on the test images with their 95 % intervals and, in a panel of its own, published ones.

    `table` is `test_comparison.csv`, `published` what `list_published` returns; nothing of it where it does not apply.
    """
    counts = [len(table), len(published)] if published else [len(table)]
    height = 1.55 + sum(ROW * count + HEAD for count in counts)
    figure, panels = plt.subplots(
        len(counts),
        figsize=(9.4, height),
        height_ratios=counts,
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    low = find_left_edge(table, published)
    tested, *others = panels[:, 0]
    for place, row in enumerate(table.to_dict("records")):
        color = CHOSEN if place == 0 else HUES[0]
        draw_row(tested, place, (row["accuracy"], row["accuracy_low"], row["accuracy_high"]), low, color)
        text = describe_details(row) if place == 0 else f"{describe_details(row)}\nnetwork {signed_points(row)}"
        write_row(tested, place, row["accuracy"], text, color if place == 0 else INK)
    arrange(tested, [TESTED[what] for what in table["what"]], f"On the same {table['images'].iloc[0]:,} test images")
    for axes in others:
        axes.set_facecolor(TIED)
        for place, row in enumerate(published):
            draw_row(axes, place, (row["accuracy"], row["low"], row["high"]), low, QUIET, hollow=True)
            write_row(axes, place, row["accuracy"], "\n".join(wrap(row["caveat"], CAVEAT)), QUIET)
        names = ["\n".join(wrap(row["system"], 27)) for row in published]
        arrange(axes, names, "Published, on other test images: for orientation, not for comparison")
    bottom = panels[-1, 0]
    bottom.set_xlim(low, 1 + 0.02 * (1 - low))
    bottom.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    write_percent(bottom.xaxis)
    bottom.set_xlabel("Test accuracy")
    figure.get_layout_engine().set(hspace=0.06)
    header(figure, "Compared with what?", explain(table, published, low))
    return figure


def find_left_edge(table: pd.DataFrame, published: list[dict]) -> float:
    """Where the axis begins: left of all that is near; the class prior and results on other data may lie beyond."""
    lows = table.loc[table["what"] != "class_prior", "accuracy_low"].tolist()
    lows += [row["low"] or row["accuracy"] for row in published if row["same_data"]]
    lowest = min(lows)
    near = [x for x in table["accuracy_low"] if x > lowest - (1 - lowest) / 2]
    lowest = min([lowest, *near])
    return max(lowest - 0.08 * (1 - lowest), -0.02)


def draw_row(
    axes: Axes, place: int, figures: tuple[float, float | None, float | None], edge: float, color: str, hollow=False
) -> None:
    """Draw an accuracy with its interval, if it has one; an arrow at the edge for one that lies beyond."""
    accuracy, low, high = figures
    if accuracy < edge:
        axes.plot(
            [0.012],
            [place],
            marker="<",
            markersize=8,
            color=color,
            markerfacecolor="white" if hollow else color,
            transform=axes.get_yaxis_transform(),
            clip_on=False,
        )
        return
    style = {"marker": "o", "markersize": 7.5, "capsize": 4, "linewidth": 1.8, "color": color, "clip_on": False}
    style |= {"markerfacecolor": "white"} if hollow else {"markeredgecolor": "white"}
    errors = None if low is None else [[accuracy - max(low, edge)], [high - accuracy]]
    axes.errorbar(accuracy, place, xerr=errors, zorder=3, **style)


def write_row(axes: Axes, place: int, accuracy: float, text: str, color: str) -> None:
    """Write an accuracy and what it is of to the right of the panel."""
    where = {"xycoords": axes.get_yaxis_transform(), "textcoords": "offset points", "va": "center", "color": color}
    axes.annotate(percent(accuracy), (1, place), (10, 0), size=9.5, **where)
    axes.annotate(text, (1, place), (70, 0), size=8.5, **where)


def arrange(axes: Axes, names: list[str], title: str) -> None:
    """Name the rows of a panel, the first one above."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_title(title, color=INK)


def explain(table: pd.DataFrame, published: list[dict], edge: float) -> str:
    """Say what points, bars and arrows are."""
    text = (
        "What was chosen on the validation images, and the class prior, in one look. Bars are 95\N{NO-BREAK SPACE}% "
        "intervals; beside each row, the network's accuracy less its own, in points."
    )
    if published:
        text += " Hollow: published, with a Wilson interval where the number of images is known."
    if min([*table["accuracy"], *(row["accuracy"] for row in published)]) < edge:
        text += " Arrows: left of the axis."
    return text
