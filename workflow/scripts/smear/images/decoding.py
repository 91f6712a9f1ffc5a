"""Reading one image file: its identity, and its pixels."""

import hashlib
import io
import stat
import struct
import warnings
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from smear.images.color import measure_colors, measure_high
from smear.images.mask import paint_over
from smear.images.modes import find_unusable_mode, make_rgb
from smear.job import show_path

# No other readers of Pillow: some call other programs.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
# What Pillow raises for content that is no image, or a broken or hostile one.
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)
MEGA = 10**6
BYTES_PER_PIXEL = 10  # no image of FORMATS takes more

Image.MAX_IMAGE_PIXELS = None  # `refuse_unusable` has the bound


class UnusableImage(ValueError):  # noqa: N818
    """An image that is not taken: the message says why, in a few words."""


class ImageFile(NamedTuple):
    """One good image: size in pixels as it is shown, length in bytes, SHA-256 of the bytes.

    `format` and `mode` are what is stored, by Pillow's names; `transparent` tells whether pixels were laid on white.
    `high` is the 99.9 % quantile of the values, 0 to 255. The means and standard deviations of the colors, 0 to 255,
    say how the slide was stained and lit.
    """

    width: int
    height: int
    bytes: int
    sha256: str
    format: str
    mode: str
    transparent: bool
    high: float
    red_mean: float
    green_mean: float
    blue_mean: float
    red_sd: float
    green_sd: float
    blue_sd: float


def refuse_unusable(image: Image.Image, max_megapixels: float) -> None:
    """Raise UnusableImage, before decoding, for an image that is too large, several, or without defined colors."""
    if image.width * image.height > max_megapixels * MEGA:
        raise UnusableImage(f"{image.width} x {image.height} pixels, more than {max_megapixels:g} megapixels")
    # Telephones put a second, smaller picture behind the first of a JPEG, which Pillow then calls MPO.
    if (pictures := getattr(image, "n_frames", 1)) > 1 and image.format != "MPO":
        raise UnusableImage(f"holds {pictures} pictures")
    if problem := find_unusable_mode(image.mode):
        raise UnusableImage(problem)


def inspect_image(path: Path, max_megapixels: float) -> ImageFile | str:
    """Decode a file wholly; the reason, in a few words, where it is no usable image."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return "no plain file"
        if (size := status.st_size) > BYTES_PER_PIXEL * max_megapixels * MEGA:
            return f"{size / MEGA:,.0f} MB, more than an image of {max_megapixels:g} megapixels can take"
        data = path.read_bytes()
    except OSError as error:
        if isinstance(error, FileNotFoundError) and path.is_symlink():
            return f"a link to {show_path(path.readlink())}, which does not exist"
        return f"cannot be read ({error.strerror})"
    if not data:
        return "empty file"
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=FORMATS) as image:
            refuse_unusable(image, max_megapixels)
            kind, mode = image.format, image.mode
            stored = ImageOps.exif_transpose(image)
            upright, transparent = make_rgb(stored)
            high = measure_high(stored, upright)
    except UNREADABLE as error:
        return describe_unreadable(error)
    digest = hashlib.sha256(data).hexdigest()
    return ImageFile(*upright.size, len(data), digest, kind, mode, transparent, high, *measure_colors(upright))


def describe_unreadable(error: Exception) -> str:
    """Say in a few words why a file is no usable image."""
    text = str(error)
    if isinstance(error, UnusableImage):
        return text
    if "cannot identify" in text:
        return "not an image (BMP, GIF, JPEG, PNG, TIFF or WebP)"
    if "truncated" in text.lower():
        return "truncated: the end of the file is missing"
    return f"damaged ({text or type(error).__name__})"


def describe_lost(error: Exception) -> str:
    """The sentence for a catalogued image that cannot be read any more."""
    path = Path(getattr(error, "filename", None) or "")
    if path.is_symlink() and not path.exists():
        return f"{path} links to {path.readlink()}, which is gone; run again with `-R link_folder`."
    return f"{error}; run again with `-R catalog_images` so that the catalog is made anew."


def read_pixels(path: Path, size: int, sha256: str, mask: Sequence = (), factor: int = 1) -> np.ndarray:
    """Pixels of a catalogued image resized to a square: uint8, (size, size, 3), RGB; `mask` is painted over before.

    An image of another shape is stretched, as the paper's resizing does. Shrinking averages over the pixels that fall
    together (Pillow's bilinear filter), so that small sizes do not alias. factor: what the values are multiplied by,
    up to the end of their range, before 16 bits are rounded to 8. ValueError if the bytes are not those that
    `sha256` was taken from.
    """
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{path} has changed since it was catalogued")
    with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        upright, _ = make_rgb(ImageOps.exif_transpose(image), factor)
    if mask:
        upright = Image.fromarray(paint_over(np.asarray(upright), mask))
    if upright.size != (size, size):
        upright = upright.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(upright)
