"""Filters of a stack of images, in plain numpy: dilation, and smoothing by wide Gaussians.

Without products of large matrices, for which each of several jobs would start a thread on every core.
"""

from functools import cache

import numpy as np

REACH = 4  # standard deviations after which a Gaussian is cut, as in SciPy
TILES = 32  # at most, in each direction


def dilate(masks: np.ndarray, reach: int) -> np.ndarray:
    """Masks, bool (n, height, width), with all pixels in a square of `reach` pixels to each side of one that is set."""
    for axis in (1, 2):
        side = masks.shape[axis]
        ends = np.arange(side)
        counts = np.insert(np.cumsum(masks, axis=axis, dtype=np.int32), 0, 0, axis=axis)
        upper = counts.take(np.minimum(ends + reach + 1, side), axis=axis)
        masks = upper > counts.take(np.maximum(ends - reach, 0), axis=axis)
    return masks


def smooth(images: np.ndarray, sigma: float) -> np.ndarray:
    """Images, float (n, height, width, channels), smoothed by a Gaussian of `sigma` pixels, mirrored at the frame.

    For a `sigma` of an eighth of the frame or more: the means of tiles are smoothed, and interpolated.
    """
    for axis in (1, 2):
        side = images.shape[axis]
        tiles = side // -(-side // TILES)
        edges = np.linspace(0, side, tiles + 1).round().astype(int)
        sizes = np.diff(edges).astype(images.dtype).reshape([-1 if place == axis else 1 for place in range(4)])
        means = np.add.reduceat(images, edges[:-1], axis=axis) / sizes
        smoothed = np.moveaxis(np.moveaxis(means, axis, -1) @ gaussian_matrix(tiles, sigma * tiles / side), -1, axis)
        images = interpolate(smoothed, (edges[:-1] + edges[1:] - 1) / 2, side, axis)
    return images


@cache
def gaussian_matrix(side: int, sigma: float) -> np.ndarray:
    """The symmetric matrix, (side, side), that smooths a row by a Gaussian of `sigma` pixels, mirrored at its ends."""
    reach = int(REACH * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    sources = np.lib.stride_tricks.sliding_window_view(np.pad(np.arange(side), reach, "symmetric"), 2 * reach + 1)
    matrix = np.zeros((side, side))
    np.add.at(matrix, (np.arange(side)[:, None], sources), weights / weights.sum())
    return matrix.astype(np.float32)


def interpolate(values: np.ndarray, places: np.ndarray, side: int, axis: int) -> np.ndarray:
    """Values at some places along an axis, at each of `side` pixels: linear between them, constant beyond the ends."""
    upper = np.clip(np.searchsorted(places, np.arange(side)), 1, max(len(places) - 1, 1))
    upper = np.minimum(upper, len(places) - 1)
    lower = np.maximum(upper - 1, 0)
    gaps = np.maximum(places[upper] - places[lower], 1)
    share = np.clip((np.arange(side) - places[lower]) / gaps, 0, 1).astype(values.dtype)
    share = share.reshape([-1 if place == axis else 1 for place in range(values.ndim)])
    return values.take(lower, axis=axis) * (1 - share) + values.take(upper, axis=axis) * share
