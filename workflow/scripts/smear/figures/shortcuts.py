"""The selected network among the shortcut baselines and the linear probe."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from smear.evaluation.shortcuts import PROBED, find_best_of_features, name_classifier, name_features, take_model
from smear.figures.style import CHOSEN, HUES, INK, QUIET, header, house_style, write_percent
from smear.formats import format_value, percent

CLOSE = 0.55
"""Distance of two colors of one kind of features, where the kinds are 1 apart."""


@house_style()
def draw_shortcuts(shortcuts: pd.DataFrame, chosen: dict) -> Figure:
    """Draw the best classifier on each kind of features and, above them, the embeddings and the chosen network.

    `shortcuts` is `shortcuts.csv`, `chosen` the selection. Points with 95 % intervals, one for each color of the
    grid; a dashed line where the class prior lies, if it is near.
    """
    prior = shortcuts.loc[shortcuts["classifier"] == "prior", "validation_accuracy"].iloc[0]
    best = find_best_of_features(shortcuts)
    colors = list(shortcuts["color"].unique())
    kinds = list(dict.fromkeys(best["features"]))
    # The colors of one kind stand close together, the kinds apart.
    extent = CLOSE * (len(colors) - 1)
    places = 1 + extent / 2 + np.arange(len(kinds)) * (1 + extent)
    height = 1.9 + 0.4 * (1 + len(kinds) * (1 + extent)) + (0.3 if len(colors) > 1 else 0)
    figure, axes = plt.subplots(figsize=(7.6, height), layout="constrained")
    network, seed = take_model(chosen), f", seed {chosen['seed']}" if chosen["replicates"] > 1 else ""
    draw_row(axes, 0, network, CHOSEN, f"the selected network{seed}")
    for row in best.itertuples():
        nth = colors.index(row.color)
        place = places[kinds.index(row.features)] - extent / 2 + CLOSE * nth
        draw_row(axes, place, row, HUES[nth], name_classifier(row.classifier))
    names = [name_features(kind) for kind in kinds]
    axes.set_yticks([0, *places], ["Network", *(name[0].upper() + name[1:] for name in names)])
    axes.set_ylim(places[-1] + extent / 2 + 0.6, -0.6)
    axes.grid(visible=False, axis="y")
    lowest = min(best["validation_low"].min(), network["validation_low"])
    # Far away it would press all else together.
    shows_prior = prior > lowest - (1 - lowest) / 2
    if shows_prior:
        axes.axvline(prior, color=QUIET, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
        lowest = min(lowest, prior)
    axes.set_xlim(lowest - 0.06 * (1 - lowest), 1 + 0.01 * (1 - lowest))
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    write_percent(axes.xaxis)
    axes.set_xlabel("Validation accuracy")
    if len(colors) > 1:
        handles = [
            Line2D([], [], color=HUES[place], marker="o", linewidth=1.8, label=f"{format_value('color', color)} images")
            for place, color in enumerate(colors)
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    counts = int(shortcuts["validation_images"].iloc[0]), int(chosen["validation_images"])
    title = "Shortcut baselines" + (" and frozen pretrained features" if PROBED in kinds else "")
    header(figure, title, explanation(prior, shows_prior, *counts))
    return figure


def draw_row(axes: Axes, place: float, row, color: str, classifier: str) -> None:
    """Draw one accuracy with its interval, and write it with its classifier to the right of the panel."""
    x, low, high = row.validation_accuracy, row.validation_low, row.validation_high
    style = {"marker": "o", "markersize": 7.5, "capsize": 4, "linewidth": 1.8, "markeredgecolor": "white"}
    axes.errorbar(x, place, xerr=[[x - low], [high - x]], color=color, **style)
    text = f"{percent(x)}  {classifier}"
    ink = CHOSEN if color == CHOSEN else INK
    axes.text(1.02, place, text, transform=axes.get_yaxis_transform(), va="center", size=9.5, color=ink)


def explanation(prior: float, shows_prior: bool, images: int, images_of_network: int) -> str:
    """Say what a point, a bar and the dashed line are, and where the prior lies."""
    over = f"{images:,} validation images"
    if images != images_of_network:
        over += f" (the network: {images_of_network:,})"
    where = "Dashed: always" if shows_prior else "Left of the axis: always"
    return (
        f"The best classifier on each kind of numbers, on the same split; bars are 95\N{NO-BREAK SPACE}% "
        f"intervals over {over}. {where} the majority class ({percent(prior)})."
    )
