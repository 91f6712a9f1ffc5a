"""Made-up scenes that are wider than a frame, for the tests of the search for repeat captures."""

import numpy as np
from scipy.ndimage import gaussian_filter
from smear.fields.detail import SIDE

CORNER = [[0.84, 0.82, 1, 1]]


WIDE = 3 * SIDE


def scene(seed: int) -> np.ndarray:
    """Brightness of a scene three times as wide as a frame: blobs as large as cells."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal((WIDE, WIDE)), 3)
    return (128 + 900 * noise).astype(np.float32)


def frame(seed: int, x: int, y: int) -> np.ndarray:
    return scene(seed)[y : y + SIDE, x : x + SIDE]
