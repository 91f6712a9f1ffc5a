"""Reading one image file: its identity, and its pixels."""

import hashlib
import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from smear.images.mask import paint_over

# What Pillow raises for content that is no image, or a broken or hostile one.
UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


class ImageFile(NamedTuple):
    """One good image: size in pixels as it is shown, length in bytes, SHA-256 of the bytes."""

    width: int
    height: int
    bytes: int
    sha256: str


def decode(data: bytes) -> Image.Image:
    """Decode the whole image, upright and as RGB; raises one of UNREADABLE where that fails."""
    with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as image:
        warnings.simplefilter("ignore")
        return ImageOps.exif_transpose(image).convert("RGB")


def inspect_image(path: Path) -> ImageFile | str:
    """Decode a file wholly; the reason, in a few words, where it is no readable image."""
    try:
        data = path.read_bytes()
        if not data:
            return "empty file"
        width, height = decode(data).size
    except UNREADABLE as error:
        return "not an image" if "cannot identify" in str(error) else str(error)
    return ImageFile(width, height, len(data), hashlib.sha256(data).hexdigest())


def read_pixels(path: Path, size: int, sha256: str, mask: Sequence = ()) -> np.ndarray:
    """Pixels of an image resized to a square: uint8, (size, size, 3), RGB; `mask`'s rectangles are painted over before.

    An image of another shape is stretched, as the paper's resizing does. Shrinking averages over the pixels that fall
    together (Pillow's bilinear filter), so that small sizes do not alias. ValueError if the bytes are not those that
    `sha256` was taken from.
    """
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{path} has changed since it was catalogued")
    image = decode(data)
    if mask:
        image = Image.fromarray(paint_over(np.asarray(image), mask))
    if image.size != (size, size):
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image)
