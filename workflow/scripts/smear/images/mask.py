"""Painting over what no classifier should read: a scale bar, a caption."""

from collections.abc import Sequence
from math import ceil, floor

import numpy as np

RING = 0.04
"""Width of the ring around a rectangle, as a share of the image's shorter side."""


def paint_over(pixels: np.ndarray, rectangles: Sequence[Sequence[float]]) -> np.ndarray:
    """Return `pixels` (uint8, (height, width, 3)) with every rectangle in the median color of the ring around it.

    A rectangle is [left, top, right, bottom] in shares of the image, and is widened to whole pixels. The ring ends at
    the frame and leaves out the other rectangles. A flat color shows where something is hidden; a median is not
    drawn aside by a cell that lies next to it.
    """
    height, width = pixels.shape[:2]
    boxes = [to_box(rectangle, width, height) for rectangle in rectangles]
    hidden = np.zeros((height, width), bool)
    for left, top, right, bottom in boxes:
        hidden[top:bottom, left:right] = True
    reach = ceil(RING * min(height, width))
    painted = pixels.copy()
    for left, top, right, bottom in boxes:
        around = np.s_[max(top - reach, 0) : bottom + reach, max(left - reach, 0) : right + reach]
        seen = pixels[around][~hidden[around]]
        painted[top:bottom, left:right] = np.median(seen if len(seen) else pixels[~hidden], axis=0)
    return painted


def to_box(rectangle: Sequence[float], width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels, right and bottom not included."""
    left, top, right, bottom = rectangle
    return floor(left * width), floor(top * height), ceil(right * width), ceil(bottom * height)
