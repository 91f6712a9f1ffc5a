"""A coarse look at all pairs: correlation at every shift, as products of matrices.

For one shift, the overlaps of all images are laid out as rows of unit length. The product of two such matrices then is
the correlation of every image with every other one, exactly over the overlap, at the speed of the processor. The
shifts are only some hundred, for the coarse details have few pixels.
"""

from collections.abc import Iterator

import numpy as np

REACH = 0.5  # of the frame: the largest shift in either direction
BLOCK = 1024


def list_shifts(side: int) -> list[tuple[int, int]]:
    """Shifts (dx, dy) in pixels, one of each two opposite ones."""
    reach = round(REACH * side)
    return [(dx, dy) for dy in range(reach + 1) for dx in range(-reach, reach + 1) if dy or dx >= 0]


def overlap_rows(details: np.ndarray, valid: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """What frames share with ones shifted by (dx, dy): (images, pixels), zero mean and unit length.

    details: (images, side, side). valid: (side, side). The rows of one image for a shift and those of another one for
    the opposite shift hold the same places in the same order.
    """
    side = valid.shape[0]
    own = slice(max(dy, 0), side + min(dy, 0)), slice(max(dx, 0), side + min(dx, 0))
    other = slice(max(-dy, 0), side + min(-dy, 0)), slice(max(-dx, 0), side + min(-dx, 0))
    shared = (valid[own] * valid[other]).ravel() > 0
    rows = details[:, *own].reshape(len(details), -1)[:, shared]
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def screen_block(first: np.ndarray, second: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """The best evidence of every pair over all shifts: float32, (images of `first`, images of `second`).

    Evidence is the correlation times the square root of the share of the frame that overlaps: chance correlates small
    overlaps more, and the factor makes up for it.
    """
    best = np.full((len(first), len(second)), -1, np.float32)
    for dx, dy in list_shifts(valid.shape[0]):
        keep_best(best, first, second, valid, dx, dy)
        if first is not second and (dx or dy):
            keep_best(best, first, second, valid, -dx, -dy)
    return np.maximum(best, best.T) if first is second else best


def keep_best(best: np.ndarray, first: np.ndarray, second: np.ndarray, valid: np.ndarray, dx: int, dy: int) -> None:
    """Raise `best` to the evidence at one shift where that is higher."""
    ours, theirs = overlap_rows(first, valid, dx, dy), overlap_rows(second, valid, -dx, -dy)
    ours *= np.sqrt(ours.shape[1] / valid.sum(), dtype=np.float32)
    np.maximum(best, ours @ theirs.T, out=best)


def screen_all(details: np.ndarray, valid: np.ndarray, floor: float) -> Iterator[np.ndarray]:
    """Yield by blocks the pairs whose evidence reaches `floor`: (pairs, 2), rows of `details`, the lower first."""
    blocks = [details[start : start + BLOCK] for start in range(0, len(details), BLOCK)]
    for row, first in enumerate(blocks):
        for column, second in enumerate(blocks[row:], row):
            pairs = np.argwhere(screen_block(first, second, valid) >= floor) + [row * BLOCK, column * BLOCK]
            yield pairs[pairs[:, 0] < pairs[:, 1]]
