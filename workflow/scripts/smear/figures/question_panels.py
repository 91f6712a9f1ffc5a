"""The small panels of a question's figure: every cell of the grid, a line for each way of holding the rest fixed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from smear.figures.style import (
    CHOSEN,
    INK,
    LINE,
    QUIET,
    TIED,
    assign_colors,
    category_axis,
    longest,
    mark_diverged,
    percent_axis,
    shade_ties,
    wrap_parts,
)
from smear.formats import describe_value, format_value
from smear.grid import AXES

PANELS = {"optimizer": "learning_rate", "learning_rate": "epochs", "epochs": "learning_rate"}
"""Which axis of the grid tells the panels of a question apart."""

HUE_AXES = {"optimizer": "epochs", "learning_rate": "optimizer", "epochs": "optimizer"}
"""Which axis of the grid tells the lines of a panel apart."""

ROW = [axis for axis in AXES if axis not in (*PANELS, "seed")]
"""The axes that tell the rows of panels apart: all but the questions and the seed, since a grid cell has all of its."""

MOST_COLUMNS = 5
ROW_SIZE = 10
"""Of a row's name: plain type of this size takes as much room as bold of 9 points."""

BESIDE = 0.35
"""Inches of a row's width that the labels of its axis take."""

RING = {"marker": "o", "markersize": 10, "markerfacecolor": "none", "markeredgecolor": CHOSEN, "markeredgewidth": 1.8}


def panel_grid(cells: pd.DataFrame, axis: str) -> list[list[dict]]:
    """Lay out the right side: a row for each value of ROW, a column per value of the panels' axis."""
    across = PANELS[axis]
    values = sorted(cells[across].unique())
    return [
        [dict(zip(ROW, row, strict=True)) | {across: value} for value in values[k : k + MOST_COLUMNS]]
        for row in sorted(cells.groupby(ROW).groups)
        for k in range(0, len(values), MOST_COLUMNS)
    ]


def measure_panel(panels: list, values: list, cells: pd.DataFrame) -> tuple[float, float]:
    """Width and height in inches of a panel that holds these values, and whose row's name has room above it."""
    columns = max((len(row) for row in panels), default=1)
    names = [part for row in panels for part in list_parts(row[0], cells)]
    width = max(1.35, 0.55 + 0.32 * len(values), (BESIDE + 0.1 + longest(names, ROW_SIZE)) / columns)
    lines = max((name_row(row[0], cells, width * columns).count("\n") for row in panels), default=0)
    return width, 1.95 + LINE * lines


def list_parts(panel: dict, cells: pd.DataFrame) -> list[str]:
    """What a row of panels is named after: its values of those axes of ROW that differ."""
    return [describe_value(name, panel[name]) for name in ROW if cells[name].nunique() > 1]


def name_row(panel: dict, cells: pd.DataFrame, width: float) -> str:
    """The name of a panel's row, in lines that fit above its panels; width: of all of them, in inches."""
    return wrap_parts(list_parts(panel, cells), width - BESIDE, ROW_SIZE)


def draw_panels(
    figure: Figure,
    grid: GridSpec,
    panels: list,
    axis: str,
    values: list,
    cells: pd.DataFrame,
    chosen: dict,
    width: float,
) -> None:
    """Draw every cell in panels that share both axes, right of the first column of `grid`; empty ones stay away.

    width: of a panel, in inches.
    """
    hue = HUE_AXES[axis]
    palette = assign_colors(sorted(cells[hue].unique()), ordered=AXES[hue].ordered)
    accuracy, spread = cells["validation_accuracy"], cells["replicate_sd"].fillna(0)
    low, high = (accuracy - spread).min(), (accuracy + spread).max()
    room = max(high - low, 0.01)
    drawn = {}
    for r, row in enumerate(panels):
        for c, panel in enumerate(row):
            here = cells[(cells[list(panel)] == pd.Series(panel)).all(axis=1)]
            if here.empty:
                continue
            first = not any(under == r for under, _ in drawn)
            axes = drawn[r, c] = figure.add_subplot(grid[r, 1 + c])
            draw_panel(axes, axis, values, here, hue, palette, chosen)
            axes.set_ylim(low - 0.16 * room, high + 0.12 * room)
            shade_ties(axes, chosen)
            percent_axis(axes, ticks=5)
            category_axis(axes, None, values)
            axes.tick_params(labelleft=first, labelsize=8.5)
            row_name = name_row(panel, cells, width * max(map(len, panels)))
            name_panel(axes, panel, cells, across=PANELS[axis], row=row_name, first=first)
    for axes in {c: axes for (_, c), axes in drawn.items()}.values():  # the lowest panel of each column
        category_axis(axes, axis, values)
        if len(values) > 2 and max(len(format_value(axis, value)) for value in values) > 3:
            axes.tick_params(axis="x", labelrotation=45)
    handles = [
        Line2D([], [], color=color, marker="o", markersize=5.5, linewidth=1.4, label=describe_value(hue, value))
        for value, color in palette.items()
    ]
    handles.append(Line2D([], [], **RING, linewidth=0, label="selected grid cell"))
    if chosen["finished"] > 1:
        handles.append(Patch(color=TIED, label="cannot be told apart from it"))
    if (cells["status"] == "diverged").any():
        handles.append(Line2D([], [], color=QUIET, marker="X", markersize=6, linewidth=0, label="diverged"))
    figure.legend(handles=handles, loc="outside lower right", ncols=min(len(handles), 6), columnspacing=1.4)


def name_panel(axes: Axes, panel: dict, cells: pd.DataFrame, across: str, row: str, first: bool) -> None:
    """Title a panel; the name of its row, if it has one, stands once above the first panel."""
    # A learning rate takes two lines: beside its neighbors there is no room for one.
    title = describe_value(across, panel[across]).replace("learning rate ", "learning rate\n")
    if cells[across].nunique() == 1:
        title = ""
    # Blank lines keep the room that the row's name takes; the name itself may run over the neighbors' blank lines.
    blank = [" "] * (row.count("\n") + 1) if row else []
    axes.set_title("\n".join(filter(None, [*blank, title])), size=9, color=QUIET)
    if row and first:
        lines = title.count("\n") + 1 if title else 0
        offset = (0, 6 + 11.5 * lines)
        style = {"size": 9, "weight": "bold", "color": INK, "annotation_clip": False}
        axes.annotate(
            row, (0, 1), xycoords="axes fraction", xytext=offset, textcoords="offset points", **style
        ).set_in_layout(False)


def draw_panel(axes: Axes, axis: str, values: list, cells: pd.DataFrame, hue: str, palette: dict, chosen: dict) -> None:
    """Draw the cells of one panel: points, joined where only `axis` differs, the chosen one ringed.

    A bar behind the mean over several seeds is their standard deviation.
    """
    place_of = {value: place for place, value in enumerate(values)}
    spread = np.linspace(-0.09, 0.09, len(palette)) if len(palette) > 1 else [0.0]
    for (value, color), shift in zip(palette.items(), spread, strict=True):
        line = cells[(cells[hue] == value) & (cells["status"] == "finished")]
        means = line.groupby(axis)["validation_accuracy"].mean()
        axes.plot([place_of[x] + shift for x in means.index], means, color=color, linewidth=1.3, alpha=0.8)
        x, y = line[axis].map(place_of) + shift, line["validation_accuracy"]
        if (line["replicates"] > 1).any():
            axes.vlines(x, y - line["replicate_sd"], y + line["replicate_sd"], color=color, linewidth=3, alpha=0.35)
        style = {"markersize": 6, "markeredgecolor": "white", "markeredgewidth": 0.6}
        axes.plot(x, y, color=color, marker="o", linewidth=0, **style)
        ringed = line[line["cell"] == chosen["cell"]]
        axes.plot(ringed[axis].map(place_of) + shift, ringed["validation_accuracy"], linewidth=0, **RING)
    for value, place in place_of.items():
        mark_diverged(axes, place, int(((cells[axis] == value) & (cells["status"] == "diverged")).sum()), label=False)
