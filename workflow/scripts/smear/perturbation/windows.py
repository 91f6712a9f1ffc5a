"""Images of which one part is left and all else is of one color: the corner of a scale bar, the frame's border."""

from collections.abc import Sequence

import numpy as np

from smear.images.mask import to_box


def keep_corner(
    images: np.ndarray, strength: float, rectangles: Sequence[Sequence[float]], color: np.ndarray
) -> np.ndarray:
    """Images with all but some rectangles in one color.

    images: uint8, (n, height, width, 3). strength: 0 keeps the whole frame, 1 the rectangles alone; between them each
    kept rectangle shrinks evenly from the frame. rectangles: [left, top, right, bottom] each, in shares of the frame.
    color: uint8, (3,).
    """
    height, width = images.shape[1:3]
    kept = np.zeros((height, width), bool)
    for rectangle in rectangles:
        shrunk = (1 - strength) * np.array([0, 0, 1, 1]) + strength * np.array(rectangle)
        left, top, right, bottom = to_box(shrunk, width, height)
        kept[top:bottom, left:right] = True
    return np.where(kept[..., None], images, color)


def keep_border(images: np.ndarray, strength: float, color: np.ndarray) -> np.ndarray:
    """Images with their middle, so large a share of either side, in one color; otherwise as `keep_corner`."""
    height, width = images.shape[1:3]
    rows, columns = (round((1 - strength) / 2 * side) for side in (height, width))
    changed = images.copy()
    if strength:
        changed[:, rows : height - rows, columns : width - columns] = color
    return changed
