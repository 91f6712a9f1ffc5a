"""What the selected network still classifies correctly when images are changed, and a sheet of such images."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from smear.figures.augmentation import GAP, LONGEST, WIDE_GAP, arrange
from smear.figures.style import CHOSEN, HOUSE, INK, LINE, QUIET, header, house_style, longest, percent_axis
from smear.formats import percent
from smear.job import show_name
from smear.perturbation.names import find_unchanged, name_kind, name_strength, write_strength

COLUMNS = 4
SIDE = 0.92  # inches of an image
CHANCE = "#d9dde2"


@house_style()
def draw_perturbations(network: pd.DataFrame, facts: dict) -> Figure:
    """Draw a panel for each kind of change: accuracy against strength, with 95 % intervals.

    network, facts: `network.csv` and `network.json`. Lines: the images as they are, and always the majority class;
    shaded: accuracies that labels permuted over groups give.
    """
    kinds = list(network["perturbation"].unique())
    rows = -(-len(kinds) // COLUMNS)
    figure, grid = plt.subplots(
        rows, COLUMNS, figsize=(10.2, 1.5 + 2.35 * rows), sharey=True, squeeze=False, layout="constrained"
    )
    plain = find_unchanged(network)
    for axes, kind in zip(grid.flat, kinds, strict=False):
        draw_kind(axes, kind, network[network["perturbation"] == kind], plain["accuracy"], facts["majority"])
    for axes in grid.flat[len(kinds) :]:
        axes.remove()
    for axes in grid[:, 0]:
        axes.set_ylabel("Validation accuracy")
    handles = [
        Line2D([], [], color=CHOSEN, marker="o", label="the selected network"),
        Line2D([], [], color=CHOSEN, linestyle=(0, (1, 2)), label="images as they are"),
        Line2D([], [], color=QUIET, linestyle=(0, (4, 3)), label="always the majority class"),
        Patch(color=CHANCE, label="by chance, up to the 95 % quantile".replace(" %", "\N{NO-BREAK SPACE}%")),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    header(
        figure,
        "The selected network on changed validation images",
        f"The same {plain['images']:,} validation images, changed more and more; as they are, "
        f"{percent(plain['accuracy'])} are classified correctly. Bands are 95\N{NO-BREAK SPACE}% intervals. By chance: "
        f"labels permuted over {'images' if facts['unit'] == 'image' else 'groups'}, {facts['permutations']:,} times.",
    )
    return figure


def draw_kind(axes: Axes, kind: str, rows: pd.DataFrame, plain: float, majority: float) -> None:
    """Draw one panel, with the strengths at equal distances."""
    places = np.arange(len(rows))
    axes.fill_between(places, 0, rows["null_high"], color=CHANCE, linewidth=0, zorder=0)
    axes.axhline(majority, color=QUIET, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    axes.axhline(plain, color=CHOSEN, linewidth=1.1, linestyle=(0, (1, 2)), zorder=1)
    axes.fill_between(places, rows["accuracy_low"], rows["accuracy_high"], color=CHOSEN, alpha=0.18, linewidth=0)
    axes.plot(places, rows["accuracy"], color=CHOSEN, marker="o", markersize=5, markeredgecolor="white", linewidth=1.8)
    axes.set_title(name_kind(kind))
    axes.set_xticks(places, [write_strength(one) for one in rows["strength"]])
    axes.set_xlim(-0.3, len(rows) - 0.7)
    axes.set_xlabel(name_strength(kind), size=8.5, color=QUIET)
    axes.set_ylim(0, 1.03)
    axes.grid(visible=False, axis="x")
    percent_axis(axes)


@house_style()
def draw_sheet(images: np.ndarray, classes: list[str], shown: dict[str, float]) -> Figure:
    """Draw a row for each image, as it is and in each kind of change.

    images: uint8, (images, 1 + kinds, h, w, 3). classes: those of the images. shown: the strength of each kind.
    """
    rows, columns = images.shape[:2]
    names = [show_name(name, LONGEST) for name in classes]
    width, height = (columns * (1 + GAP) + WIDE_GAP) * SIDE, rows * (1 + GAP) * SIDE
    figure, axes = plt.subplots(
        figsize=(width + 0.4 + longest(names, HOUSE["ytick.labelsize"]), 0.9 + height + 3 * LINE), layout="constrained"
    )
    picture, across, down = arrange(images)
    axes.imshow(picture, interpolation="none")
    titles = [f"{name_kind(kind)}\n{write_strength(strength)}" for kind, strength in shown.items()]
    axes.set_xticks(across, ["As it is", *(title.replace(" ", "\n", 1) for title in titles)], size=8.5)
    axes.set_yticks(down, names, color=INK)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    header(
        figure,
        "Changed validation images",
        "A validation image of each class as the network is given it, and in each kind of change at one strength: the "
        "number below its name, in the unit of the curves.",
    )
    return figure
