"""Shortcut features: numbers that show no blood cell and may still give the class away.

Each function takes one image, uint8 (height, width, 3), and gives a vector of floats.
"""

import numpy as np
from PIL import Image

BINS = 32
CORNER = (28 / 224, 34 / 224)
"""Height and width of the corner, in shares of the image: where the leukemia images carry a scale bar or a caption."""

THUMBNAIL = 8


def color_numbers(image: np.ndarray) -> np.ndarray:
    """Mean and standard deviation of each channel, six numbers from 0 to 255."""
    pixels = image.reshape(-1, 3).astype(np.float32)
    return np.concatenate([pixels.mean(axis=0), pixels.std(axis=0)])


def histogram(image: np.ndarray) -> np.ndarray:
    """Share of the pixels in each of BINS equal steps of brightness, channel after channel."""
    steps = image.reshape(-1, 3) // (256 // BINS)
    counts = [np.bincount(channel, minlength=BINS) for channel in steps.T]
    return np.concatenate(counts) / len(steps)


def corner(image: np.ndarray) -> np.ndarray:
    """The pixels of the bottom right corner, as many as CORNER comes to."""
    rows, columns = (max(1, round(share * side)) for share, side in zip(CORNER, image.shape[:2], strict=True))
    return image[-rows:, -columns:].reshape(-1).astype(np.float32)


def thumbnail(image: np.ndarray) -> np.ndarray:
    """The means of THUMBNAIL x THUMBNAIL equal parts; each is larger than a cell, or as large as one."""
    small = Image.fromarray(image).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32).reshape(-1)


SHORTCUT_FEATURES = {feature.__name__: feature for feature in (color_numbers, histogram, corner, thumbnail)}
