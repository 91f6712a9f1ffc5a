"""A look at likenesses: does the rest of the two frames fit at the shift that a landmark speaks for?

Many cells look alike, so that landmarks propose far more pairs than there are. One shift of a small detail is a short
sum, where a registration tries thousands.
"""

import numpy as np

from smear.fields.detail import MEDIUM, SIDE
from smear.fields.registration import SHARE, weigh_evidence
from smear.parallel import map_parallel

CLOSE = 0.5  # of the threshold: a shift that is right by a pixel of the small detail keeps more of the evidence
LEEWAY = 0.9  # of the smallest overlap: a shift that is rounded may leave a little less
CHUNK = 1_024  # pairs that are compared at a time


def verify(
    likenesses: np.ndarray, details: np.ndarray, valid: np.ndarray, spread: float, threshold: float, threads: int
) -> np.ndarray:
    """The pairs, (pairs, 2), that have `CLOSE` of a threshold's evidence at one of their shifts.

    likenesses: as `landmarks.find_alike` gives them, the shifts in pixels of a frame of SIDE. details: (images, MEDIUM,
    MEDIUM), in any number format. valid: (MEDIUM, MEDIUM). spread: see `registration`, at MEDIUM.
    """
    shifts = (likenesses[:, 2:] * MEDIUM / SIDE).round().astype(np.int32)
    within = np.prod(np.maximum(1 - np.abs(shifts) / MEDIUM, 0), axis=1) >= LEEWAY * SHARE
    rows = np.unique(np.column_stack([shifts, likenesses[:, :2]])[within], axis=0)
    changes = np.flatnonzero((rows[1:, :2] != rows[:-1, :2]).any(axis=1)) + 1

    def keep(same_shift: np.ndarray) -> np.ndarray:
        pairs = same_shift[:, 2:]
        return pairs[measure(pairs, details, valid, spread, *same_shift[0, :2]) >= CLOSE * threshold]

    parts = [part[start : start + CHUNK] for part in np.split(rows, changes) for start in range(0, len(part), CHUNK)]
    kept = map_parallel(keep, parts, threads, "comparing", "shifts")
    return np.unique(np.concatenate([rows[:0, 2:], *kept]), axis=0)


def measure(pairs: np.ndarray, details: np.ndarray, valid: np.ndarray, spread: float, dx: int, dy: int) -> np.ndarray:
    """The evidence of each pair at one shift, (pairs,)."""
    first, second = (details[pairs[:, side]].astype(np.float32) for side in (0, 1))
    ours, theirs = overlap_rows(first, valid, dx, dy), overlap_rows(second, valid, -dx, -dy)
    pixels = np.float64(ours.shape[1])
    return weigh_evidence(np.einsum("ij,ij->i", ours, theirs), pixels, np.float64(spread))


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
