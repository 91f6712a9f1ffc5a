"""Training images beside random draws of each set of augmentations."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from smear.figures.style import HOUSE, INK, LINE, header, house_style, longest, wrap_parts
from smear.formats import COLORS, list_strengths
from smear.grid import AXES
from smear.job import show_name

SIDE = 1.02  # inches of an image
LONGEST = 22  # letters of a name
GAP, WIDE_GAP = 1 / 16, 1 / 4  # of an image's side: between draws, and behind the image as it is


@house_style()
def draw_augmentation(images: np.ndarray, classes: list[str], sets: dict[str, dict], size: int) -> Figure:
    """Draw a panel for each set of augmentations: a row for each image, as it is and in every draw.

    images: uint8, (sets, images, 1 + draws, h, w, 3). classes: those of the images. sets: by their names, `color` of
    the images and `strengths`. size: pixels of a side that the network sees.
    """
    _, rows, columns, side, _, _ = images.shape
    names = [show_name(name, LONGEST) for name in classes]
    width = columns * (1 + GAP) * SIDE + WIDE_GAP
    titles = [wrap_parts(list_parts(name, one), width) for name, one in sets.items()]
    heights = [rows * (1 + GAP) * SIDE + LINE * (2 + title.count("\n")) for title in titles]
    figure, grid = plt.subplots(
        len(sets),
        figsize=(width + 0.4 + longest(names, HOUSE["ytick.labelsize"]), 1.2 + sum(heights)),
        height_ratios=heights,
        squeeze=False,
        layout="constrained",
    )
    for axes, panel, title in zip(grid.flat, images, titles, strict=True):
        picture, across, down = arrange(panel)
        # Pixels as the network sees them, whatever the size of the page.
        axes.imshow(picture, interpolation="none")
        axes.set_xticks(across, ["as it is", *(f"draw {number}" for number in range(1, columns))])
        axes.set_yticks(down, names, color=INK)
        axes.tick_params(length=0, labelsize=HOUSE["ytick.labelsize"], labelbottom=axes is grid.flat[-1])
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_title(title)
    reduced = f", reduced to {side} px here" if side < size else ""
    header(
        figure,
        "Augmented training images",
        f"Each row is a training image of {size} px{reduced}: as it is, and as a network sees it in "
        f"{columns - 1} random draws.",
    )
    return figure


def list_parts(name: str, one: dict) -> list[str]:
    """The parts of a set's title: its name, the color of its images where that is not RGB, its strengths in words."""
    colors = [] if one["color"] == AXES["color"].default else [f"{COLORS[one['color']]} images"]
    first, *others = colors + list_strengths(one["strengths"])
    return [f"{show_name(name, LONGEST)}: {first}", *others]


def arrange(panel: np.ndarray) -> tuple[np.ndarray, list[float], list[float]]:
    """One picture of a panel's images, (rows, columns, h, w, 3), on white.

    Returns it with the centers of its columns and of its rows, in pixels.
    """
    rows, columns, side, _, _ = panel.shape
    gap, wide = round(GAP * side), round(WIDE_GAP * side)
    step = side + gap
    left = [column * step + (wide if column else 0) for column in range(columns)]
    picture = np.full((rows * step - gap, left[-1] + side, 3), 255, np.uint8)
    for row in range(rows):
        for column, start in enumerate(left):
            picture[row * step : row * step + side, start : start + side] = panel[row, column]
    middle = (side - 1) / 2
    return picture, [start + middle for start in left], [row * step + middle for row in range(rows)]
