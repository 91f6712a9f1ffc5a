"""Filters of a stack of images as a product with one matrix for each direction: exact, and plain numpy."""

import numpy as np

REACH = 4  # standard deviations after which a Gaussian is cut, as in SciPy


def gaussian_matrix(side: int, sigma: float) -> np.ndarray:
    """The matrix, (side, side), that smooths a column by a Gaussian of `sigma` pixels, mirrored at its ends."""
    reach = int(REACH * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    sources = np.lib.stride_tricks.sliding_window_view(np.pad(np.arange(side), reach, "symmetric"), 2 * reach + 1)
    matrix = np.zeros((side, side))
    np.add.at(matrix, (np.arange(side)[:, None], sources), weights / weights.sum())
    return matrix


def box_matrix(side: int, reach: int) -> np.ndarray:
    """The matrix, (side, side), that sums a column's pixels up to `reach` pixels away."""
    distance = np.abs(np.subtract.outer(np.arange(side), np.arange(side)))
    return (distance <= reach).astype(np.float64)


def filter_both(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Images, (n, height, width, …), filtered along the height by `rows` and along the width by `columns`."""
    return np.einsum("ab,cd,nbd...->nac...", rows, columns, images, optimize=True)


def smooth(images: np.ndarray, sigma: float) -> np.ndarray:
    """Images, (n, height, width, …), smoothed by a Gaussian of `sigma` pixels; float64."""
    height, width = images.shape[1:3]
    return filter_both(images, gaussian_matrix(height, sigma), gaussian_matrix(width, sigma))


def dilate(masks: np.ndarray, reach: int) -> np.ndarray:
    """Masks, bool (n, height, width), with all pixels in a square of `reach` pixels to each side of one that is set."""
    height, width = masks.shape[1:]
    return filter_both(masks.astype(np.float64), box_matrix(height, reach), box_matrix(width, reach)) > 0.5
