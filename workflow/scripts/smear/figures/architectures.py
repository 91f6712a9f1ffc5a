"""Accuracy against cost: the best grid cell of each architecture."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from smear.evaluation.selection import find_best_of_architectures, measure_cost
from smear.figures.style import (
    CHOSEN,
    HUES,
    INK,
    QUIET,
    explain_shade,
    header,
    house_style,
    longest,
    percent_axis,
    shade_ties,
)
from smear.formats import percent

TITLE = "Which architecture?"
LINE = 0.24
"""Height in inches of a line of the list."""


@house_style()
def draw_architectures(cells: pd.DataFrame, chosen: dict) -> Figure:
    """Draw each architecture's best validation accuracy against the seconds of training on 1,000 images.

    `cells` is the leaderboard, `chosen` the selection. Bars are 95 % intervals, small points all grid cells; numbers
    are ranks, by which a list beside the panel names the architectures.
    """
    finished = cells[cells["status"] == "finished"]
    best = find_best_of_architectures(finished)
    best = best.assign(cost=measure_cost(best), number=range(1, len(best) + 1))
    lines = [describe(row) for row in best.itertuples()]
    width = 5.4 + longest(lines, 9.5)
    figure, axes = plt.subplots(figsize=(width, max(4.6, 1.6 + LINE * len(best))), layout="constrained")
    axes.plot(
        measure_cost(finished), finished["validation_accuracy"], "o", color=QUIET, markersize=3.5, alpha=0.45, zorder=1
    )
    for row, line in zip(best.itertuples(), lines, strict=True):
        selected = row.architecture == chosen["architecture"]
        draw_best(axes, row, CHOSEN if selected else HUES[0])
        axes.annotate(
            line,
            (1, 1),
            xycoords="axes fraction",
            xytext=(16, -72 * LINE * (row.number - 0.5)),
            textcoords="offset points",
            va="center",
            size=9.5,
            color=CHOSEN if selected else INK,
        )
    axes.set_xscale("log")
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    shade_ties(axes, chosen)
    percent_axis(axes)
    axes.set_xlabel("Seconds of training for 1,000 images")
    axes.set_ylabel("Validation accuracy")
    header(figure, TITLE, explain(cells, best, chosen))
    return figure


def describe(row) -> str:
    """One architecture's line in the list."""
    return (
        f"{row.number}  {row.architecture}  {percent(row.validation_accuracy)}, {row.parameters / 1e6:.3g} M parameters"
    )


def draw_best(axes: Axes, row, color: str) -> None:
    """Draw one architecture: its interval, and its number in the point."""
    y = row.validation_accuracy
    reach = [[y - row.validation_low], [row.validation_high - y]]
    style = {"marker": "o", "markersize": 13, "capsize": 4, "linewidth": 1.8, "markeredgecolor": "white"}
    # The better ones in front.
    axes.errorbar(row.cost, y, yerr=reach, color=color, zorder=100 - row.number, **style)
    at = {"ha": "center", "va": "center_baseline", "size": 8, "weight": "bold", "color": "white"}
    axes.text(row.cost, y, str(row.number), zorder=100.5 - row.number, **at)


def explain(cells: pd.DataFrame, best: pd.DataFrame, chosen: dict) -> str:
    """Say what is drawn, and what the cost was measured on."""
    images = f"{chosen['validation_images']:.0f} validation images"
    text = f"The best grid cell of each architecture; bars are 95 % intervals over {images}."
    if len(cells) > len(best):
        text += " Small points: all grid cells."
    text = f"{text} {explain_shade(chosen)}".rstrip()
    return f"{text} Times are those of these trainings, as they ran; above and to the left is better."
