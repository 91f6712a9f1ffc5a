"""Learning curves of every cell, in small multiples."""

from math import ceil

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from smear.figures.style import LINE, MOST_SEEDS, QUIET, assign_colors, header, house_style, percent_axis, wrap_parts
from smear.formats import describe_value, format_value, write_seeds
from smear.grid import AXES

FACETS = [axis for axis in AXES if axis not in ("learning_rate", "seed", "epochs")]
"""The axes that tell panels apart: all that no color, line or dot stands for."""

WALK = [*FACETS, "learning_rate", "seed"]
"""Cells alike in these walk the same path and differ only in how far."""

MOST_COLUMNS = 4
BAND = 0.1, 0.9
"""The quantiles of many seeds between which their band is drawn."""

DASHES = (0, (4, 2))
MEASURES = {"loss": "Loss", "accuracy": "Accuracy"}


@house_style()
def draw_curves(replicates: pd.DataFrame, histories: dict[str, pd.DataFrame]) -> Figure:
    """Draw loss and accuracy by epoch: dashed for training, solid for validation, colored by learning rate.

    `replicates` is `replicates.csv`, `histories` the `history.csv` of each by its name. Two panels, loss above
    accuracy, for each combination of FACETS.
    """
    rates = sorted(replicates["learning_rate"].unique())
    palette = assign_colors(rates, ordered=True)
    facets = [dict(zip(FACETS, key, strict=True)) for key, _ in replicates.groupby(FACETS)]
    columns = min(len(facets), MOST_COLUMNS)
    bands = ceil(len(facets) / columns)
    width = max(columns * (4.6 if columns <= 2 else 3.1) + 0.6, 6.6)
    varying = [name for name in FACETS if replicates[name].nunique() > 1] or ["architecture", "optimizer"]
    titles = [
        wrap_parts([describe_value(name, facet[name]) for name in varying], (width - 1) / columns - 0.1)
        for facet in facets
    ]
    size = (width, 1.6 + bands * (4.6 + LINE * max(title.count("\n") for title in titles)))
    figure = plt.figure(figsize=size, layout="constrained")
    grid = figure.add_gridspec(2 * bands, columns)
    panels = {measure: [] for measure in MEASURES}
    draw_panel = draw_spread if count_seeds(replicates).max() > MOST_SEEDS else draw_walks
    for k, facet in enumerate(facets):
        here = replicates[(replicates[FACETS] == pd.Series(facet)).all(axis=1)]
        for r, measure in enumerate(MEASURES):
            axes = figure.add_subplot(
                grid[2 * (k // columns) + r, k % columns], sharey=panels[measure][0] if panels[measure] else None
            )
            panels[measure].append(axes)
            draw_panel(axes, measure, here, histories, palette)
            axes.set_ylabel(MEASURES[measure] if k % columns == 0 else "")
            axes.tick_params(labelleft=k % columns == 0, labelbottom=measure == "accuracy")
            if measure == "loss":
                axes.set_title(titles[k])
            else:
                axes.set_xlabel("Epoch")
    scale_axes(panels, pd.concat(histories.values()), int(replicates["epochs"].max()))
    # Accuracies climb to the top left, so that the lower right of their panel is free.
    panels["accuracy"][0].legend(handles=line_kinds(replicates), loc="lower right")
    rates_per_line = max(2, int(size[0] / 1.2))
    figure.legend(
        handles=rate_handles(palette), title="Learning rate", loc="outside lower center", ncols=rates_per_line
    )
    header(figure, "Learning curves", explanation(replicates))
    return figure


def count_seeds(replicates: pd.DataFrame) -> pd.Series:
    """How many seeds each grid cell has."""
    return replicates.groupby("cell").size()


def explanation(replicates: pd.DataFrame) -> str:
    """Say what the lines and marks are."""
    seeds = count_seeds(replicates)
    count = "1 grid cell" if len(seeds) == 1 else f"{len(seeds)} grid cells"
    text = f"{count}. Dashed: training images, as met during the epoch; solid: validation images, after it."
    if seeds.max() > MOST_SEEDS:
        return (
            f"{text} Lines are medians over {write_seeds(seeds)}; between a tenth and nine tenths of them lie the "
            "bands."
        )
    if replicates.groupby(WALK)["epochs"].nunique().max() > 1:
        ends = ", ".join(str(value) for value in sorted(replicates["epochs"].unique()))
        text += f" Grid cells that differ only in epochs share a line; dots mark where one ends ({ends} epochs)."
    else:
        text += " Dots mark where a grid cell ends."
    if replicates["best_epoch"].notna().any():
        text += " Of one that may stop early, they mark the best epoch instead, whose model it keeps."
    return text + (f" One line per seed ({write_seeds(seeds)})." if seeds.max() > 1 else "")


def draw_walks(
    axes: Axes, measure: str, replicates: pd.DataFrame, histories: dict[str, pd.DataFrame], palette: dict
) -> None:
    """Draw one measure of the replicates of one facet; each walk once, with a dot where each of them ends."""
    several = count_seeds(replicates).max() > 1
    for _, walk in replicates.groupby(WALK):
        color = palette[walk["learning_rate"].iloc[0]]
        drawn = []
        for cell in walk.sort_values("epochs", ascending=False).itertuples():
            history = histories[cell.replicate]
            if not any(is_start_of(history, longer) for longer in drawn):
                drawn.append(history)
                style = {"color": color, "alpha": 0.55 if several else 0.95}
                thin, thick = (0.8, 1.1) if several else (1.1, 1.6)
                axes.plot(history["epoch"], history[measure], **style, linewidth=thin, linestyle=DASHES)
                axes.plot(history["epoch"], history[f"val_{measure}"], **style, linewidth=thick)
            kept = history if pd.isna(cell.best_epoch) else history[history["epoch"] <= cell.best_epoch]
            mark_end(axes, kept, measure, color, cell.status)


def draw_spread(
    axes: Axes, measure: str, replicates: pd.DataFrame, histories: dict[str, pd.DataFrame], palette: dict
) -> None:
    """Draw the same of many seeds: for each learning rate their median, a band where most lie, and who diverged.

    Of each seed the one with most epochs counts, of which the others are the beginning.
    """
    for rate, alike in replicates.groupby("learning_rate"):
        longest = alike.sort_values("epochs").groupby("seed").tail(1)
        together = pd.concat(histories[name] for name in longest["replicate"])
        epochs = together.replace([np.inf, -np.inf], np.nan).groupby("epoch")
        for name, linestyle, linewidth in ((measure, DASHES, 1.1), (f"val_{measure}", "-", 1.6)):
            low, high = (epochs[name].quantile(share) for share in BAND)
            axes.fill_between(low.index, low, high, color=palette[rate], alpha=0.2, linewidth=0)
            axes.plot(epochs[name].median(), color=palette[rate], linestyle=linestyle, linewidth=linewidth)
        for cell in longest[longest["status"] == "diverged"].itertuples():
            mark_end(axes, histories[cell.replicate], measure, palette[rate], cell.status)


def is_start_of(history: pd.DataFrame, longer: pd.DataFrame) -> bool:
    """Tell whether `history` says the same as the first epochs of `longer`."""
    names = [f"{kind}{measure}" for kind in ("", "val_") for measure in MEASURES]
    start = longer[names].head(len(history))
    return len(start) == len(history) and np.allclose(start, history[names], rtol=1e-6, equal_nan=True)


def mark_end(axes: Axes, history: pd.DataFrame, measure: str, color: str, status: str) -> None:
    """Put a dot at the last validation figure of a cell, a cross where it diverged."""
    finite = history[np.isfinite(history[[measure, f"val_{measure}"]]).all(axis=1)]
    if finite.empty:
        return
    last = finite.iloc[-1]
    diverged = status == "diverged"
    axes.plot(
        last["epoch"],
        last[f"val_{measure}"],
        color=color,
        marker="X" if diverged else "o",
        markersize=8 if diverged else 5,
        markeredgecolor="white",
        markeredgewidth=0.7,
        zorder=3,
    )


def scale_axes(panels: dict[str, list[Axes]], histories: pd.DataFrame, epochs: int) -> None:
    """Give all panels the same epochs; losses that span more than a decade get a logarithmic scale."""
    losses = histories[["loss", "val_loss"]].to_numpy(float)
    losses = losses[np.isfinite(losses) & (losses > 0)]
    if losses.size and losses.max() > 10 * losses.min():
        for axes in panels["loss"]:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: f"{loss:g}"))
            axes.yaxis.set_minor_formatter("")
    for axes in panels["accuracy"]:
        percent_axis(axes)
    for axes in panels["loss"] + panels["accuracy"]:
        axes.set_xlim(0, epochs * 1.03 + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))


def line_kinds(replicates: pd.DataFrame) -> list[Line2D]:
    """The legend of the two kinds of image, and of the cross where there is one."""
    handles = [
        Line2D([], [], color=QUIET, linewidth=1.1, linestyle=DASHES, label="training"),
        Line2D([], [], color=QUIET, linewidth=1.6, label="validation"),
    ]
    if (replicates["status"] == "diverged").any():
        handles.append(Line2D([], [], color=QUIET, marker="X", markersize=7, linewidth=0, label="diverged"))
    return handles


def rate_handles(palette: dict) -> list[Line2D]:
    """The legend of the learning rates."""
    return [
        Line2D([], [], color=color, linewidth=2.4, label=format_value("learning_rate", rate))
        for rate, color in palette.items()
    ]
