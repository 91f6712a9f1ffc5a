"""The detail of an image: what tells a field from others, whatever the light it was photographed in."""

from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from smear.images.decoding import read_pixels

SIDE = 96
MEDIUM, COARSE = 48, 25
GREEN = 1  # nuclei absorb green most
WIDTH = 0.06  # of the Gaussian that is taken off, as a share of the frame: about a red cell's radius


def valid_area(ignore: list[list[float]]) -> np.ndarray:
    """Which pixels are compared: float32, (SIDE, SIDE), 0 inside the rectangles (left, top, right, bottom)."""
    valid = np.ones((SIDE, SIDE), np.float32)
    for left, top, right, bottom in ignore:
        valid[int(top * SIDE) : int(np.ceil(bottom * SIDE)), int(left * SIDE) : int(np.ceil(right * SIDE))] = 0
    return valid


def read_detail(path: Path, sha256: str, valid: np.ndarray) -> np.ndarray:
    """The detail of an image file: float32, (SIDE, SIDE), between -1 and 1, 0 where it is not valid."""
    return extract_detail(read_pixels(path, SIDE, sha256)[..., GREEN].astype(np.float32), valid)


def extract_detail(brightness: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """High-pass `brightness`, (SIDE, SIDE), scale it to unit variance and compress it.

    Without the compression a few dark nuclei outweigh everything else, and two nearly empty frames correlate as soon as
    their nuclei are laid over each other.
    """
    weight = gaussian_filter(valid, WIDTH * SIDE)
    local = gaussian_filter(brightness * valid, WIDTH * SIDE) / np.maximum(weight, 1e-6)
    detail = (brightness - local) * valid
    spread = np.sqrt((detail**2).sum() / valid.sum())
    return np.tanh(detail / max(spread, 1e-6)) * valid


def shrink(detail: np.ndarray, side: int) -> np.ndarray:
    """Average a detail or a valid area, (…, SIDE, SIDE), to (…, side, side), each pixel the mean of its area."""
    edges = np.arange(side + 1) * SIDE / side
    # How much of each pixel lies within each larger one.
    shares = np.clip(
        np.minimum(edges[1:, None], np.arange(1, SIDE + 1)) - np.maximum(edges[:-1, None], np.arange(SIDE)), 0, 1
    )
    shares = (shares * side / SIDE).astype(np.float32)
    return shares @ detail @ shares.T


def shrink_area(valid: np.ndarray, side: int) -> np.ndarray:
    """The pixels of a shrunk frame that are valid all over."""
    return (shrink(valid, side) > 0.999).astype(np.float32)
