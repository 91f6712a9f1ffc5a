"""The house style of every figure: readable type, colors safe for the color-blind, the same bytes twice."""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import wrap

import matplotlib as mpl

mpl.use("Agg")  # before pyplot is imported

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from smear.figures.fonts import complete_fonts
from smear.files import atomic_write
from smear.formats import format_value
from smear.grid import AXES

INK, QUIET, RULE = "#1b1f24", "#5b6470", "#d9dde2"
CHOSEN = "#d55e00"
"""The color of the chosen cell, in every figure and for nothing else."""

HUES = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#000000"]
"""Colors without an order, told apart by color-blind readers: Okabe and Ito 2008."""

MOST_SEEDS = 8
"""Seeds up to which each is drawn by itself; of more, how they spread."""

TIED = "#eef1f4"
"""Behind the accuracies that cannot be told apart from that of the chosen cell."""

LETTER = 0.56
"""Width of a letter in ems, in the mean of a title and with some room."""

LINE = 0.17
"""Height in inches of one more line of a title."""

HOUSE = {
    **sns.axes_style("whitegrid"),
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.fontsize": 9.5,
    "legend.title_fontsize": 9.5,
    "legend.frameon": False,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "savefig.dpi": 160,
    "font.family": ["sans-serif"],
    # DejaVu comes with matplotlib, so that the layout does not depend on the machine; the rest serve the SVG's reader.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Helvetica", "Arial"],
    "svg.fonttype": "none",  # text stays text: found by a search, read aloud, copied
    "svg.hashsalt": "blastgrid",
    "text.parse_math": False,  # a class named `$x$` is no formula
}


def house_style():
    """Return a context, usable as a decorator, in which figures are drawn and saved in the house style."""
    return mpl.rc_context(HOUSE)


def save(figure: Figure, *paths: str | Path) -> None:
    """Write `figure` to every path (`.svg`, `.png`), whole or not at all and without dates, and close it."""
    # Metadata would carry the time and the library's version into the bytes.
    metadata = {".svg": {"Date": None, "Creator": "blastgrid"}, ".png": {"Software": "blastgrid"}}
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # `complete_fonts` names them once
        complete_fonts(figure)
        settle_layout(figure)
        for path in map(Path, paths):
            with atomic_write(path) as temporary:
                figure.savefig(temporary, format=path.suffix[1:], metadata=metadata[path.suffix])
    plt.close(figure)


def settle_layout(figure: Figure) -> None:
    """Lay the panels out and round their places.

    The layout's solver leaves noise in the thirteenth digit that differs from run to run, and identifiers in an SVG are
    digests of such numbers.
    """
    if figure.axes:
        figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(edge, 6) for edge in axes.get_position(original=True).bounds])


def wrap_parts(parts: Iterable[str], inches: float, size: float = HOUSE["axes.titlesize"]) -> str:
    """Join the parts of a title with commas, in lines that fit into a width; size: of the type, in points.

    A line breaks behind a comma and nowhere else.
    """
    whole = ", ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)
    letters = max(1, int(inches / (size * LETTER / 72)))
    lines = wrap(whole, letters, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def longest(parts: Iterable[str], size: float = HOUSE["axes.titlesize"]) -> float:
    """The width in inches of the longest of these texts."""
    return max((len(part) for part in parts), default=0) * size * LETTER / 72


def assign_colors(values: Sequence, ordered: bool) -> dict:
    """Give each value a color: steps of one light-to-dark scale where the values have an order, else unlike hues."""
    if ordered:
        # The palest quarter of the scale would vanish on white.
        palette = [mpl.colormaps["viridis"](x) for x in np.linspace(0.05, 0.78, max(len(values), 2))]
    elif len(values) <= len(HUES):
        palette = HUES
    else:
        palette = sns.color_palette("husl", len(values))
    return {value: mpl.colors.to_hex(color) for value, color in zip(values, palette, strict=False)}


def write_percent(axis: Axis) -> None:
    """Label an axis of shares in percent."""
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.6g}\N{NO-BREAK SPACE}%"))


def percent_axis(axes: Axes, ticks: int = 6) -> None:
    """Label the y axis of shares in percent."""
    axes.yaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]))
    write_percent(axes.yaxis)


def category_axis(axes: Axes, axis: str | None, values: list) -> None:
    """Put the values of a grid axis at equal distances along x, with the axis' name where one is asked for."""
    axes.set_xlim(-0.6, len(values) - 0.4)
    axes.set_xticks(range(len(values)), [format_value(axis, value) for value in values] if axis else [""] * len(values))
    axes.grid(visible=False, axis="x")
    if axis:
        axes.set_xlabel(AXES[axis].label)


def mark_diverged(axes: Axes, place: float, count: int, label: bool) -> None:
    """Put a cross at the foot of a column whose cells diverged."""
    if count == 0:
        return
    foot = axes.get_xaxis_transform()
    axes.plot(
        [place], [0.045], marker="X", markersize=7, color=QUIET, markeredgecolor="white", transform=foot, zorder=4
    )
    if label:
        text = "diverged" if count == 1 else f"{count} diverged"
        axes.text(place, 0.085, text, ha="center", va="bottom", size=9, color=QUIET, transform=foot)


def shade_ties(axes: Axes, chosen: dict) -> None:
    """Shade the accuracies that cannot be told apart from the selected cell's, in a panel whose limits are set."""
    if chosen["finished"] < 2:
        return
    limits = axes.get_ylim()
    # The edge lies between two numbers of predictions.
    low = chosen["lowest_tied"] - 0.5 / (chosen["validation_images"] * chosen["replicates"])
    axes.axhspan(low, chosen["validation_accuracy"], color=TIED, linewidth=0, zorder=0)
    axes.set_ylim(limits)


def explain_shade(chosen: dict) -> str:
    """Say what is shaded; nothing where nothing is."""
    return "Shaded: what cannot be told apart from the selected grid cell." if chosen["finished"] > 1 else ""


def header(figure: Figure, title: str, text: str) -> None:
    """Put a title and a wrapped explanation at the top left, and keep the panels below them."""
    width, height = figure.get_size_inches()
    margin, title_size, text_size = 0.12, 13, 9.5
    lines = wrap(text, int((width - 2 * margin) / (text_size * 0.54 / 72)))
    line_height = text_size * 1.4 / 72
    top = height - margin
    figure.text(margin / width, top / height, title, size=title_size, weight="bold", va="top")
    top -= title_size * 1.55 / 72
    for line in lines:
        figure.text(margin / width, top / height, line, size=text_size, color=QUIET, va="top")
        top -= line_height
    side = 0.1
    figure.get_layout_engine().set(
        rect=(side / width, side / height, 1 - 2 * side / width, (top - 0.1 - side) / height)
    )
