"""Images of which nothing but the background is left: the blood cells found by Otsu's threshold and filled.

For bright-field images, where whatever stands in the light is darker than the empty slide.
"""

import math

import numpy as np

from smear.images.color import to_gray
from smear.perturbation.filters import dilate, smooth

MARGIN = 0.02  # of the shorter side: how far from blood cells the background is measured, off their halos
COARSE = 1 / 8  # of the shorter side: standard deviation of the Gaussian that leaves of the background its slow change
SCARCE = 0.01  # share of a Gaussian's weight up to which the median of all background counts more than what is near


def fill_foreground(images: np.ndarray, strength: float) -> np.ndarray:
    """Images without their blood cells: the foreground, dilated, in the background's color around it.

    images: uint8, (n, height, width, 3). strength: how far the foreground is dilated, as a share of the shorter side;
    0 leaves the images as they are, with 1 the whole frame is filled. The color is that of the background's slow change
    over the frame, so that no edge and no texture of a blood cell is left.
    """
    if not strength:
        return images
    foreground = find_foreground(images)
    filled = dilate(foreground, math.ceil(strength * min(images.shape[1:3])))
    return np.where(filled[..., None], estimate_background(images, foreground), images)


def find_foreground(images: np.ndarray) -> np.ndarray:
    """Where each image is darker than its own threshold: bool, (n, height, width), for uint8 (n, height, width, 3)."""
    darkness = np.stack([measure_darkness(image) for image in images])
    thresholds = np.array([find_threshold(values) for values in darkness])
    return darkness > thresholds[:, None, None]


def measure_darkness(image: np.ndarray) -> np.ndarray:
    """The root of what an image lacks to white, in 256 steps: uint8, (height, width), for uint8 (height, width, 3).

    Luma, so that gray images have one as well. Without the root the threshold of images with many dark nuclei lies
    between these and all else, red cells included.
    """
    return np.rint(np.sqrt(255.0 * (255 - to_gray(image)[..., 0]))).astype(np.uint8)


def find_threshold(values: np.ndarray) -> int:
    """Otsu's threshold of uint8 values: the largest that counts to the lower class.

    It is the one with the largest variance between the classes, the least of several; of equal values that value, so
    that none lies above. Source: Otsu 1979, doi:10.1109/TSMC.1979.4310076.
    """
    counts = np.bincount(values.ravel(), minlength=256)
    lower, sums = counts.cumsum(), (counts * np.arange(256)).cumsum()
    upper = lower[-1] - lower
    divided = (lower > 0) & (upper > 0)
    if not divided.any():
        return int(values.flat[0])
    means = sums[divided] / lower[divided], (sums[-1] - sums[divided]) / upper[divided]
    between = 1.0 * lower[divided] * upper[divided] * (means[0] - means[1]) ** 2
    return int(np.flatnonzero(divided)[between.argmax()])


def estimate_background(images: np.ndarray, foreground: np.ndarray) -> np.ndarray:
    """The color that each image's background has or would have at each pixel: uint8, (n, height, width, 3).

    A Gaussian mean of the background's pixels; where none is near, their median.
    """
    side = min(images.shape[1:3])
    away = ~dilate(foreground, math.ceil(MARGIN * side))
    # Where blood cells leave no room, what lies between them has to do.
    crowded = away.mean(axis=(1, 2)) < SCARCE
    away[crowded] = ~foreground[crowded]
    medians = np.stack([np.median(image[seen], axis=0) for image, seen in zip(images, away, strict=True)])
    weights = away[..., None].astype(np.float32)
    sums = smooth(weights * images, COARSE * side) + SCARCE * medians[:, None, None]
    return np.rint(sums / (smooth(weights, COARSE * side) + SCARCE)).astype(np.uint8)
