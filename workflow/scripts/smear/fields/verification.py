"""Verification of candidate matches: do the whole overlaps fit at the shift that two keypoints give?

Many blood cells look alike, so that keypoints propose far more pairs than there are. One shift of a small detail is a
short sum, where a registration tries thousands.
"""

from itertools import product

import numpy as np

from smear.fields.detail import MEDIUM, SIDE
from smear.fields.registration import SHARE, score_match
from smear.parallel import map_parallel

LIKELY = 0.35  # of the threshold: what a shift that is wrong by a pixel of the small detail may leave of the score
CLOSE = 0.5  # of the threshold: what the best of the shifts around it has, at the small size
AROUND = list(product((-1, 0, 1), repeat=2))
LEEWAY = 0.9  # of the smallest overlap: a shift that is rounded may leave a little less
CHUNK = 1_024  # pairs that are compared at a time


def verify(
    candidates: np.ndarray, details: np.ndarray, valid: np.ndarray, spread: float, threshold: float, threads: int
) -> np.ndarray:
    """The pairs, (pairs, 2), that have `CLOSE` of a threshold's match score at one of their shifts, or one beside it.

    candidates: as `keypoints.match_descriptors` gives them, the shifts in pixels of a frame of SIDE. details: (images,
    MEDIUM, MEDIUM), in any number format. valid: (MEDIUM, MEDIUM). spread: see `registration`, at MEDIUM.
    """
    shifts = (candidates[:, 2:] * MEDIUM / SIDE).round().astype(np.int32)
    rows = np.column_stack([shifts, candidates[:, :2]])
    rows = keep_above(LIKELY * threshold, rows, details, valid, spread, threads)
    around = np.concatenate([rows + np.array([dx, dy, 0, 0], np.int32) for dx, dy in AROUND])
    return np.unique(keep_above(CLOSE * threshold, around, details, valid, spread, threads)[:, 2:], axis=0)


def keep_above(
    floor: float, rows: np.ndarray, details: np.ndarray, valid: np.ndarray, spread: float, threads: int
) -> np.ndarray:
    """Those of the rows, (rows, 4) with dx, dy, first and second, whose match score at their shift reaches `floor`."""
    within = np.prod(np.maximum(1 - np.abs(rows[:, :2]) / MEDIUM, 0), axis=1) >= LEEWAY * SHARE
    rows = np.unique(rows[within], axis=0)
    changes = np.flatnonzero((rows[1:, :2] != rows[:-1, :2]).any(axis=1)) + 1

    def keep(same_shift: np.ndarray) -> np.ndarray:
        found = measure(same_shift[:, 2:], details, valid, spread, *same_shift[0, :2])
        return same_shift[found >= floor]

    parts = [part[start : start + CHUNK] for part in np.split(rows, changes) for start in range(0, len(part), CHUNK)]
    return np.concatenate([rows[:0], *map_parallel(keep, parts, threads, "comparing", "shifts")])


def measure(pairs: np.ndarray, details: np.ndarray, valid: np.ndarray, spread: float, dx: int, dy: int) -> np.ndarray:
    """The match score of each pair at one shift, (pairs,)."""
    first, second = (details[pairs[:, side]].astype(np.float32) for side in (0, 1))
    ours, theirs = overlap_rows(first, valid, dx, dy), overlap_rows(second, valid, -dx, -dy)
    pixels = np.float64(ours.shape[1])
    return score_match(np.einsum("ij,ij->i", ours, theirs), pixels, np.float64(spread))


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
