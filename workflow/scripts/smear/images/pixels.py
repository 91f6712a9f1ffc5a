"""The pixels of cataloged images in one size and one color, decoded a few at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from smear.images.color import convert_color
from smear.images.decoding import UNREADABLE, describe_lost, read_pixels
from smear.job import UserError
from smear.parallel import map_parallel


def decode_images(
    images: pd.DataFrame, size: int, threads: int, mask: Sequence = (), color: str = "rgb", factor: int = 1
) -> Iterator[np.ndarray]:
    """uint8 pixels, (size, size, 3), in the order of `images` (`path,sha256`).

    mask: rectangles that are painted over. factor: by which values are multiplied before they are 8 bits. Errors: a
    UserError for an image that is not as the catalog has it.
    """

    def read(image) -> np.ndarray:
        try:
            pixels = read_pixels(Path(image.path), size, image.sha256, mask, factor)
        except UNREADABLE as error:
            raise UserError(describe_lost(error)) from error
        return convert_color(pixels, color)

    yield from map_parallel(read, images.itertuples(), threads, "decoding")
