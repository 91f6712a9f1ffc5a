"""A look at likenesses: does the rest of the two frames fit at the shift that a landmark speaks for?

Many cells look alike, so that landmarks propose far more pairs than there are. One shift of a small detail is a short
sum, where a registration tries thousands.
"""

import numpy as np

from smear.fields.detail import SIDE
from smear.fields.screening import REACH, overlap_rows
from smear.parallel import map_parallel

MEDIUM = 48  # pixels a side of the details that are compared here
SHARE = 0.5  # of the threshold: a shift that is right by a pixel of the small detail keeps more of the evidence
CHUNK = 1_024  # pairs that are compared at a time


def verify(
    likenesses: np.ndarray, details: np.ndarray, valid: np.ndarray, threshold: float, threads: int
) -> np.ndarray:
    """The pairs, (pairs, 2), that have `SHARE` of a threshold's evidence at one of their shifts.

    likenesses: as `landmarks.find_alike` gives them, the shifts in pixels of a frame of SIDE. details: (images, MEDIUM,
    MEDIUM), in any number format. valid: (MEDIUM, MEDIUM).
    """
    shifts = (likenesses[:, 2:] * MEDIUM / SIDE).round().astype(np.int32)
    within = (np.abs(shifts) <= REACH * MEDIUM).all(axis=1)
    rows = np.unique(np.column_stack([shifts, likenesses[:, :2]])[within], axis=0)
    changes = np.flatnonzero((rows[1:, :2] != rows[:-1, :2]).any(axis=1)) + 1

    def keep(same_shift: np.ndarray) -> np.ndarray:
        pairs = same_shift[:, 2:]
        return pairs[measure(pairs, details, valid, *same_shift[0, :2]) >= SHARE * threshold]

    parts = [part[start : start + CHUNK] for part in np.split(rows, changes) for start in range(0, len(part), CHUNK)]
    kept = map_parallel(keep, parts, threads, "comparing", "shifts")
    return np.unique(np.concatenate([rows[:0, 2:], *kept]), axis=0)


def measure(pairs: np.ndarray, details: np.ndarray, valid: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """The evidence of each pair at one shift (see `screening.screen_block`), (pairs,)."""
    first, second = (details[pairs[:, side]].astype(np.float32) for side in (0, 1))
    ours, theirs = overlap_rows(first, valid, dx, dy), overlap_rows(second, valid, -dx, -dy)
    return np.einsum("ij,ij->i", ours, theirs) * np.sqrt(ours.shape[1] / valid.sum())
