"""The ways in which images are changed to learn what a network reads, and how strongly."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from smear.images.shortcut_features import CORNER
from smear.perturbation.appearance import blur, brighten, fade, recompress, shift
from smear.perturbation.foreground import fill_foreground
from smear.perturbation.windows import keep_border, keep_corner

CLEARED = 0.03
"""The dilation with which blood cells count as gone: it closes the pale middle of red cells, and takes their halos."""


class Kind(NamedTuple):
    """change: from images, uint8 (n, height, width, 3), and a strength to as many. strengths: in order; 0 is none.

    shown: the one that a sheet of examples has.
    """

    change: Callable[[np.ndarray, float], np.ndarray]
    strengths: tuple[float, ...]
    shown: float


def list_kinds(rectangles: Sequence[Sequence[float]], color: np.ndarray) -> dict[str, Kind]:
    """The kinds by their names in `network.csv`.

    rectangles: where a scale bar stands, as `keep_corner` takes them; those of the shortcut baselines' corner if there
    are none. color: uint8, (3,), of what is masked.
    """
    height, width = CORNER
    corner = partial(keep_corner, rectangles=rectangles or [[1 - width, 1 - height, 1, 1]], color=color)
    border = partial(keep_border, color=color)
    return {
        "foreground": Kind(fill_foreground, (0, 0.01, CLEARED, 0.06, 1), CLEARED),
        "corner": Kind(corner, (0, 0.5, 0.8, 0.9, 1), 1),
        "border": Kind(border, (0, 0.5, 0.7, 0.8, 0.9), 0.8),
        "gray": Kind(fade, (0, 0.5, 1), 1),
        "brightness": Kind(brighten, (-0.4, -0.2, -0.1, 0, 0.1, 0.2, 0.4), 0.2),
        "blur": Kind(blur, (0, 0.005, 0.01, 0.02, 0.04), 0.02),
        "jpeg": Kind(recompress, (0, 0.1, 0.3, 0.5, 0.7, 0.9), 0.9),
        "shift": Kind(shift, (0, 0.05, 0.1, 0.2), 0.1),
    }
