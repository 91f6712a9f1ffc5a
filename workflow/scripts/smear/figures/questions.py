"""One question of the grid in one figure: which optimizer, which learning rate, how many epochs?"""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import offset_copy

from smear.figures.question_panels import draw_panels, measure_panel, panel_grid
from smear.figures.style import (
    CHOSEN,
    HUES,
    INK,
    category_axis,
    explain_shade,
    header,
    house_style,
    mark_diverged,
    percent_axis,
    shade_ties,
)
from smear.formats import describe_values, format_value, percent, write_seeds
from smear.grid import AXES

TITLES = {"optimizer": "Which optimizer?", "learning_rate": "Which learning rate?", "epochs": "How many epochs?"}

BESIDE = 15
"""How far from their mean single seeds are drawn, in points."""


@house_style()
def draw_question(axis: str, cells: pd.DataFrame, replicates: pd.DataFrame, chosen: dict) -> Figure:
    """Draw how validation accuracy depends on one axis of the grid.

    `cells` is the leaderboard, `replicates` what `replicates.csv` holds, `chosen` the selection. To the left the cells
    that are like the chosen one in all but `axis`, with their intervals, and each seed where there are several: the
    comparison that the paper makes in its stages. To the right every cell of the grid, so that nobody need believe that
    the rest of it agrees.
    """
    values = sorted(cells[axis].unique())
    compared = cells[alike(cells, chosen, axis)]
    panels = panel_grid(cells, axis) if len(compared) < len(cells) else []
    rows, columns = max(len(panels), 1), max((len(row) for row in panels), default=0)

    left_width = max(3.4, 0.9 + 0.95 * len(values))
    panel_width, panel_height = measure_panel(panels, values, cells)
    width = max(left_width + columns * panel_width + (0.6 if columns else 0), 6.4)
    figure = plt.figure(figsize=(width, 1.35 + max(3.1, panel_height * rows)), layout="constrained")
    grid = figure.add_gridspec(
        rows, 1 + columns, width_ratios=[left_width] + [panel_width] * columns, wspace=0.03, hspace=0.06
    )
    left = figure.add_subplot(grid[:, 0])
    if rows > 2:
        left.set_box_aspect(0.9)
        left.set_anchor("NW")
    draw_compared(left, axis, values, compared, replicates, chosen)
    shade_ties(left, chosen)
    if panels:
        draw_panels(figure, grid, panels, axis, values, cells, chosen, panel_width)
    header(figure, TITLES[axis], explanation(axis, values, cells, compared, chosen))
    return figure


def alike(cells: pd.DataFrame, chosen: dict, axis: str) -> pd.Series:
    """Tell which cells are like the chosen one in everything but `axis`; each has all of its seeds."""
    held = [name for name in AXES if name not in (axis, "seed")]
    return (cells[held] == pd.Series({name: chosen[name] for name in held})).all(axis=1)


def explanation(axis: str, values: list, cells: pd.DataFrame, compared: pd.DataFrame, chosen: dict) -> str:
    """Say what is held fixed, what a bar is and what the panels show."""
    held = describe_values(chosen, [name for name in AXES if name not in (axis, "seed")])
    images = f"{chosen['validation_images']:.0f} validation images"
    seeds = cells["replicates"]
    several = seeds.max() > 1
    parts = []
    if len(values) == 1:
        parts.append(f"The grid holds one value ({format_value(axis, values[0])}), so there is nothing to compare.")
    if len(cells) == 1:
        text = f"{parts[0]} Its only cell: {held}. The bar is the 95 % interval over {images}."
        return f"{text} Small points are its {write_seeds(seeds)}, the large one is their mean." if several else text
    where = "Left: all" if len(compared) < len(cells) else "All"
    parts.append(f"{where} else as in the selected grid cell ({held}); bars are 95 % intervals over {images}.")
    if several:
        parts.append(f"Large points are means over {write_seeds(seeds)}, small ones single seeds.")
    if len(compared) == len(cells):
        parts.append(f"These are all {len(cells)} grid cells.")
    else:
        parts.append(f"Right: all {len(cells)} grid cells")
        if len(values) > 1:
            parts[-1] += "; a line joins those alike in all else"
        parts[-1] += ", pale bars are standard deviations of seeds." if several else "."
    if shade := explain_shade(chosen):
        parts.append(shade)
    return " ".join(parts)


def draw_compared(
    axes: Axes, axis: str, values: list, compared: pd.DataFrame, replicates: pd.DataFrame, chosen: dict
) -> None:
    """Draw the selected cell and those compared with it, with intervals and figures, and single seeds beside them."""
    own = replicates[replicates["cell"].isin(compared.loc[compared["replicates"] > 1, "cell"])]
    accuracy = pd.concat([compared["validation_low"], compared["validation_high"], own["validation_accuracy"]])
    for cell in compared.sort_values(axis).to_dict("records"):
        place, is_chosen = values.index(cell[axis]), cell["cell"] == chosen["cell"]
        if cell["status"] == "diverged":
            mark_diverged(axes, place, 1, label=True)
            continue
        draw_interval(axes, place, cell, CHOSEN if is_chosen else HUES[0])
        seeds = own.loc[own["cell"] == cell["cell"], "validation_accuracy"]
        if len(seeds):
            style = {"color": CHOSEN if is_chosen else HUES[0], "markersize": 4, "markeredgewidth": 0, "alpha": 0.6}
            beside = offset_copy(axes.transData, axes.figure, x=BESIDE, units="points")
            axes.plot([place] * len(seeds), seeds, marker="o", linewidth=0, transform=beside, **style)
        axes.annotate(
            label_of(cell),
            (place, max([cell["validation_high"], *seeds])),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            size=9.5,
            color=CHOSEN if is_chosen else INK,
        )
    low, high = accuracy.min(), accuracy.max()
    room = max(high - low, 0.01)
    axes.set_ylim(low - 0.12 * room, high + 0.26 * room)
    category_axis(axes, axis, values)
    percent_axis(axes)
    axes.set_ylabel("Validation accuracy")


def draw_interval(axes: Axes, x: float, cell: dict, color: str) -> None:
    """Draw one cell: a point with its interval."""
    y = cell["validation_accuracy"]
    reach = [[y - cell["validation_low"]], [cell["validation_high"] - y]]
    axes.errorbar(
        x, y, yerr=reach, color=color, marker="o", markersize=7.5, capsize=4, linewidth=1.8, markeredgecolor="white"
    )


def label_of(cell: dict) -> str:
    """Write the accuracy above an interval: with the images of one training, as a mean of several."""
    accuracy = percent(cell["validation_accuracy"])
    if cell["replicates"] > 1:
        return f"{accuracy}\nmean of {cell['replicates']}"
    return f"{accuracy}\n{cell['validation_correct']:.0f}/{cell['validation_images']:.0f}"
