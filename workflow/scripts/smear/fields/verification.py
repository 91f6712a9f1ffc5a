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
    """The match score of each pair, (pairs, 2), at one shift: (pairs,)."""
    side = valid.shape[0]
    own = slice(max(dy, 0), side + min(dy, 0)), slice(max(dx, 0), side + min(dx, 0))
    other = slice(max(-dy, 0), side + min(-dy, 0)), slice(max(-dx, 0), side + min(-dx, 0))
    shared = ((valid[own] > 0) & (valid[other] > 0)).astype(np.float32).ravel()
    first, second = (
        # The overlap is cut out before its images are taken, so that no more is copied.
        details[:, *part][pairs[:, place]].reshape(len(pairs), -1) * shared
        for place, part in enumerate((own, other))
    )
    pixels, sums = shared.sum(dtype=np.float64), [part.sum(axis=1) for part in (first, second)]
    squares = [
        np.einsum("ij,ij->i", part, part) - total**2 / pixels for part, total in zip((first, second), sums, strict=True)
    ]
    products = np.einsum("ij,ij->i", first, second) - sums[0] * sums[1] / pixels
    return score_match(products / np.sqrt(np.maximum(squares[0] * squares[1], 1e-6)), pixels, np.float64(spread))
