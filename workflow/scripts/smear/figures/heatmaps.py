"""Tables drawn in color: the grid's accuracies, and which class was taken for which."""

from math import ceil
from typing import NamedTuple

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from smear.figures.style import CHOSEN, INK, LINE, QUIET, header, house_style, longest, wrap_parts
from smear.formats import describe_value, format_value, percent, percentage, write_seeds
from smear.grid import AXES

FACETS = [axis for axis in AXES if axis not in ("learning_rate", "epochs", "seed")]
"""The axes that tell panels apart: all but those of a panel, and the seed, since a grid cell has all of its seeds."""

MOST_COLUMNS = 4
GAP = 0.25  # inches of a panel's width that its title leaves free
WIDEST = 0.2
COLORS = sns.light_palette("#0b4f7d", as_cmap=True)
"""One hue from pale to deep: its order survives color blindness and gray printing."""


@house_style()
def draw_grid(cells: pd.DataFrame, chosen: dict) -> Figure:
    """Draw validation accuracy by learning rate and epochs, a panel for each combination of FACETS.

    `cells` is the leaderboard. Below a mean over several seeds stands their standard deviation; combinations that are
    not in the grid stay blank, diverged ones are hatched, the chosen one is outlined, those tied with it have a ring.
    """
    rates, epochs = sorted(cells["learning_rate"].unique()), sorted(cells["epochs"].unique())
    facets = [dict(zip(FACETS, key, strict=True)) for key, _ in cells.groupby(FACETS)]
    columns = min(len(facets), MOST_COLUMNS)
    rows = ceil(len(facets) / columns)
    varying = [name for name in FACETS if cells[name].nunique() > 1] or ["architecture", "optimizer"]
    parts = [[describe_value(name, facet[name]) for name in varying] for facet in facets]
    width = max(0.35 + 1.0 * len(epochs), GAP + max(map(longest, parts)))
    titles = [wrap_parts(names, width - GAP) for names in parts]
    height = 0.75 + 0.62 * len(rates) + LINE * max(title.count("\n") for title in titles)
    size = (max(1.9 + columns * width, 5.4), 1.6 + rows * height)
    figure, grid = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    accuracy = cells["validation_accuracy"]
    scale = color_scale(accuracy)
    for k, axes in enumerate(grid.flat):
        if k >= len(facets):
            axes.set_visible(False)
            continue
        here = cells[(cells[FACETS] == pd.Series(facets[k])).all(axis=1)]
        draw_facet(axes, here, rates, epochs, scale, chosen)
        axes.set_title(titles[k])
        lowest = k + columns >= len(facets)
        axes.set_xlabel(AXES["epochs"].label if lowest else "")
        axes.set_ylabel(AXES["learning_rate"].label if k % columns == 0 else "")
        axes.tick_params(labelleft=k % columns == 0, labelbottom=lowest)
    if accuracy.nunique() > 1:
        draw_scale(figure, grid, scale, clipped=accuracy.min() < scale.vmin)
    header(figure, "The whole grid", explanation(cells))
    return figure


def draw_scale(figure: Figure, grid: np.ndarray, scale: mpl.colors.Normalize, clipped: bool) -> None:
    """Draw the color bar beside all panels, with an arrow where lower accuracies share its palest color."""
    extend = "min" if clipped else "neither"
    mappable = mpl.cm.ScalarMappable(scale, COLORS)
    bar = figure.colorbar(mappable, ax=grid, label="Validation accuracy", fraction=0.06, extend=extend)
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.4g}\N{NO-BREAK SPACE}%"))


def color_scale(accuracy: pd.Series) -> mpl.colors.Normalize:
    """Span the accuracies, but no more than WIDEST: one failed cell must not make all others look alike."""
    if accuracy.notna().sum() == 0:
        return mpl.colors.Normalize(0, 1)
    high = accuracy.max()
    low = max(accuracy.min(), high - WIDEST)
    return mpl.colors.Normalize(low - 0.005, high + 0.005) if low == high else mpl.colors.Normalize(low, high)


def explanation(cells: pd.DataFrame) -> str:
    """Say what a number, an outline and a gap mean in this grid."""
    count = "1 grid cell" if len(cells) == 1 else f"{len(cells)} grid cells"
    parts = [f"Validation accuracy in percent, {count}."]
    if cells["replicates"].max() > 1:
        parts.append(f"Means over {write_seeds(cells['replicates'])}, below them their standard deviation.")
    parts.append("Outlined: the selected one.")
    if cells["tied"].sum() > 1:
        parts.append("Ring: cannot be told apart from it.")
    if (cells["status"] == "diverged").any():
        parts.append("Hatched: diverged.")
    possible = len(cells[FACETS].drop_duplicates()) * cells["learning_rate"].nunique() * cells["epochs"].nunique()
    if len(cells) < possible:
        parts.append("Blank: not in the grid.")
    return " ".join(parts)


def draw_facet(
    axes: Axes, cells: pd.DataFrame, rates: list, epochs: list, scale: mpl.colors.Normalize, chosen: dict
) -> None:
    """Draw one panel: rows are learning rates, columns epochs."""
    accuracy = cells.pivot(index="learning_rate", columns="epochs", values="validation_accuracy")
    values = accuracy.reindex(index=rates, columns=epochs).to_numpy(float)
    # seaborn.heatmap lays out and draws the whole figure for each of its panels, to see whether labels overlap.
    sns.despine(ax=axes, left=True, bottom=True)
    axes.pcolormesh(np.ma.masked_invalid(values), cmap=COLORS, norm=scale, linewidths=1.5, edgecolor="white")
    axes.set(xlim=(0, len(epochs)), ylim=(len(rates), 0))
    axes.set_xticks(np.arange(len(epochs)) + 0.5, [format_value("epochs", value) for value in epochs])
    axes.set_yticks(np.arange(len(rates)) + 0.5, [format_value("learning_rate", value) for value in rates], va="center")
    axes.tick_params(labelrotation=0, length=0)
    axes.grid(visible=False)
    for cell in cells.sort_values(["learning_rate", "epochs"]).itertuples():
        x, y = epochs.index(cell.epochs), rates.index(cell.learning_rate)
        annotate(axes, x, y, cell, scale)
        if cell.cell == chosen["cell"]:
            axes.add_patch(
                Rectangle((x, y), 1, 1, fill=False, edgecolor=CHOSEN, linewidth=2.8, zorder=3, clip_on=False)
            )
        elif cell.tied:
            color = ink_on(COLORS(scale(cell.validation_accuracy)))
            axes.plot(x + 0.9, y + 0.14, marker="o", markersize=5, color="none", markeredgecolor=color)


def annotate(axes: Axes, x: int, y: int, cell: NamedTuple, scale: mpl.colors.Normalize) -> None:
    """Write the figures of one row of the leaderboard into its field."""
    if cell.status == "diverged":
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor="#f2f3f5", edgecolor="#c3c8cf", hatch="////", linewidth=0))
        box = {"facecolor": "#f2f3f5", "edgecolor": "none", "pad": 1.5}
        axes.text(x + 0.5, y + 0.5, "diverged", ha="center", va="center", size=9, color=QUIET, bbox=box)
        return
    color = ink_on(COLORS(scale(cell.validation_accuracy)))
    several = cell.replicates > 1
    at = {"ha": "center", "va": "center", "color": color}
    axes.text(x + 0.5, y + (0.36 if several else 0.5), percentage(cell.validation_accuracy), size=11, **at)
    if several:
        axes.text(x + 0.5, y + 0.7, f"± {100 * cell.replicate_sd:.2f}", size=8.5, **at)


def ink_on(background: tuple) -> str:
    """Return the text color that reads better on `background` (RGBA, 0 to 1), by its relative luminance."""
    channels = np.array(background[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return INK if linear @ [0.2126, 0.7152, 0.0722] > 0.25 else "white"


@house_style()
def draw_confusion(matrix: np.ndarray, classes: list[str], split: str = "test") -> Figure:
    """Draw a confusion matrix, rows true and columns predicted: counts, and each count's share of its row."""
    matrix = np.asarray(matrix)
    of_class = matrix.sum(axis=1, keepdims=True)
    share = np.divide(matrix, of_class, out=np.zeros(matrix.shape), where=of_class > 0)
    side = max(0.95 * len(classes), 2.4)
    longest = max(len(name) for name in classes)
    size = (max(side + 1.2 + 0.08 * longest, 5.2), side + 1.9 + 0.04 * longest)
    figure, axes = plt.subplots(figsize=size, layout="constrained")
    sns.heatmap(share, ax=axes, vmin=0, vmax=1, cmap=COLORS, cbar=False, square=True, linewidths=1.5, linecolor="white")
    for (row, column), count in np.ndenumerate(matrix):
        color = ink_on(COLORS(share[row, column])) if count else "#9aa2ad"
        axes.text(
            column + 0.5, row + (0.42 if count else 0.5), str(count), ha="center", va="center", size=13, color=color
        )
        if count:
            axes.text(
                column + 0.5, row + 0.72, percent(share[row, column], 1), ha="center", va="center", size=8, color=color
            )
    slanted = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if longest > 10 else {"rotation": 0}
    axes.set_xticks(np.arange(len(classes)) + 0.5, classes, **slanted)
    axes.set_yticks(np.arange(len(classes)) + 0.5, classes, rotation=0)
    axes.tick_params(length=0)
    axes.set_xlabel("Predicted class")
    axes.set_ylabel("True class")
    header(
        figure,
        "Confusion matrix",
        f"{matrix.sum()} {split} images; below each count its share of the true class. Off the diagonal: errors.",
    )
    return figure
