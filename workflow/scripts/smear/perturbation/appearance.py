"""Images that show the same under other light, with less color or detail, or a little to the side.

Each function takes uint8 images, (n, height, width, 3), and a strength, of which 0 changes nothing, and gives as many.
"""

import io

import numpy as np
from PIL import Image, ImageFilter

from smear.images.color import to_gray


def fade(images: np.ndarray, strength: float) -> np.ndarray:
    """So large a share of the way to gray; with 1 nothing but luma is left."""
    gray = np.stack([to_gray(image) for image in images])
    return to_pixels((1 - strength) * images + strength * gray)


def brighten(images: np.ndarray, strength: float) -> np.ndarray:
    """Brighter by so large a share of each value, darker if it is negative."""
    return to_pixels((1 + strength) * images)


def blur(images: np.ndarray, strength: float) -> np.ndarray:
    """Smoothed by a Gaussian whose standard deviation is so large a share of the shorter side."""
    if not strength:
        return images
    gaussian = ImageFilter.GaussianBlur(strength * min(images.shape[1:3]))
    return np.stack([np.asarray(Image.fromarray(image).filter(gaussian)) for image in images])


def recompress(images: np.ndarray, strength: float) -> np.ndarray:
    """Stored as JPEG of the quality 100 less so many hundredths."""
    return np.stack([store(image, round(100 * (1 - strength))) for image in images]) if strength else images


def store(image: np.ndarray, quality: int) -> np.ndarray:
    """One image, (height, width, 3), after a JPEG of this quality, with Pillow's usual subsampling of colors."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def shift(images: np.ndarray, strength: float) -> np.ndarray:
    """Moved to the right and down by so large a share of the shorter side, with a mirror image in the gap."""
    pixels = round(strength * min(images.shape[1:3]))
    down, right = (np.pad(np.arange(side), (pixels, 0), "symmetric")[:side] for side in images.shape[1:3])
    return images[:, down][:, :, right]


def to_pixels(values: np.ndarray) -> np.ndarray:
    """Values as pixels of 0 to 255."""
    return np.rint(values).clip(0, 255).astype(np.uint8)
