"""Colors that a network is to see: as they are, gray, or with the stain made alike."""

import numpy as np
from PIL import Image

from smear.images.value_range import QUANTILE

BACKGROUND = 98
"""Percentile of a channel that counts as its light without a cell."""

FAINT = 0.15
"""Optical density (natural logarithm, length over the channels) below which a pixel says nothing about the stain."""

STAINS = np.array([[0.78, 0.55], [0.48, 0.83], [0.40, 0.00]])
STRENGTHS = np.array([0.49, 0.84])
"""The target: optical densities of R, G, B for red cells and for nuclei (columns), and the 99th percentiles of how much
there is of each. Medians over the training images of the leukemia data set, rounded."""


def convert_color(pixels: np.ndarray, color: str) -> np.ndarray:
    """Return `pixels`, uint8 (height, width, 3) RGB, as `rgb`, `gray` or `stain_normalised`, in the same shape."""
    match color:
        case "rgb":
            return pixels
        case "gray":
            return to_gray(pixels)
        case "stain_normalised":
            return normalize_stain(pixels)
    raise ValueError(f"no such color: {color}")


def to_gray(pixels: np.ndarray) -> np.ndarray:
    """Luma (ITU-R 601) in all three channels, so that networks for RGB images and their weights fit."""
    gray = np.asarray(Image.fromarray(pixels).convert("L"))
    return np.repeat(gray[:, :, None], 3, axis=2)


def normalize_stain(pixels: np.ndarray) -> np.ndarray:
    """Take an image apart into its two stains and put it together again from those of the target, on white.

    Source: Macenko et al. 2009, "A method for normalizing histology slides for quantitative analysis",
    doi 10.1109/ISBI.2009.5193250. Unlike there the background is the image's own, so that its tint goes as well. The
    target is fixed, so that an image's colors depend on no other image.
    """
    flat = pixels.reshape(-1, 3).astype(np.float64)
    background = np.percentile(flat, BACKGROUND, axis=0)
    density = np.maximum(np.log((background + 1) / (flat + 1)), 0)
    stains = find_stains(density)
    amounts = np.maximum(density @ np.linalg.pinv(stains).T, 0)
    amounts *= STRENGTHS / np.maximum(np.percentile(amounts, 99, axis=0), 1e-3)
    return np.round(255 * np.exp(-amounts @ STAINS.T)).astype(np.uint8).reshape(pixels.shape)


def find_stains(density: np.ndarray) -> np.ndarray:
    """The two extreme directions, (3, 2), of optical densities, (pixels, 3); first the one with more red in it.

    They are the 1st and 99th percentile of the angle in the plane of the two largest eigenvectors, over the denser half
    of the pixels.
    """
    strength = np.linalg.norm(density, axis=1)
    seen = density[strength >= max(FAINT, np.median(strength))]
    seen = seen if len(seen) else density
    plane = np.linalg.eigh(seen.T @ seen)[1][:, 1:]
    plane = plane * np.where(plane.sum(axis=0) < 0, -1, 1)
    angles = np.arctan2(*(seen @ plane).T)
    extremes = np.percentile(angles, [1, 99])
    stains = np.maximum(plane @ [np.sin(extremes), np.cos(extremes)], 0)
    stains = stains / np.maximum(np.linalg.norm(stains, axis=0), 1e-6)
    return stains if stains[0, 0] > stains[0, 1] else stains[:, ::-1]


def measure_high(image: Image.Image, upright: Image.Image) -> float:
    """The 99.9 % quantile of an image's values, 0 to 255, of 16-bit images with its fraction.

    image: as it is stored. upright: the same as RGB.
    """
    if image.mode.startswith("I;16"):
        return round(float(np.quantile(np.asarray(image), QUANTILE, method="inverted_cdf")) / 257, 3)
    counts = np.array(upright.histogram()).reshape(3, 256).sum(axis=0).cumsum()
    return float(np.searchsorted(counts, QUANTILE * counts[-1]))


def measure_colors(image: Image.Image) -> list[float]:
    """Means of R, G and B of an RGB image, then their standard deviations, to a thousandth."""
    counts = np.reshape(image.histogram(), (3, 256))
    values, pixels = np.arange(256), counts.sum(axis=1)
    means = counts @ values / pixels
    return np.concatenate([means, np.sqrt(counts @ values**2 / pixels - means**2)]).round(3).tolist()
