"""Making RGB of what an image file may hold, each kind in one defined way."""

import numpy as np
from PIL import Image

# Names of Pillow: https://pillow.readthedocs.io/en/stable/handbook/concepts.html#modes
GRAY_16_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
CONVERTIBLE = ("1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "HSV", *WITH_ALPHA, *GRAY_16_BIT)


def find_unusable_mode(mode: str) -> str | None:
    """Why pixels of this mode cannot be shown as RGB; None where they can."""
    if mode in ("I", "F"):
        kind = "32-bit numbers" if mode == "I" else "floating-point numbers"
        return f"its pixels are {kind}, which have no defined range"
    return None if mode in CONVERTIBLE else f"its color mode {mode} is not supported"


def make_rgb(image: Image.Image, factor: int = 1) -> tuple[Image.Image, bool]:
    """A loaded image of a usable mode as RGB, and whether transparent pixels were laid on white for that.

    Gray is repeated, 16-bit gray scaled so that 65535 becomes 255 (Pillow's own conversion would clip at 255), and
    alpha that is opaque throughout dropped. factor: what the values are multiplied by, up to the end of their range.
    """
    if image.mode in GRAY_16_BIT:
        return scale_gray(image, factor)
    if factor != 1:
        table = [min(value * factor, 255) for value in range(256)]
        upright, transparent = make_rgb(image)
        return upright.point(3 * table), transparent
    if image.mode not in WITH_ALPHA and "transparency" not in image.info:
        return image.convert("RGB"), False
    image = image.convert("RGBA")
    lowest, _ = image.getchannel("A").getextrema()
    if lowest < 255:
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"), True
    return image.convert("RGB"), False


def scale_gray(image: Image.Image, factor: int = 1) -> tuple[Image.Image, bool]:
    """`make_rgb` of 16-bit gray: a 257th, to the nearest; the value that a PNG declares transparent becomes white."""
    values = np.asarray(image).astype(np.uint32)
    gray = ((np.minimum(values * factor, 65535) + 128) // 257).astype(np.uint8)
    transparent = values == image.info.get("transparency", -1)
    gray[transparent] = 255
    return Image.fromarray(gray).convert("RGB"), bool(transparent.any())
