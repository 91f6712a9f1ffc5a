"""Features of a frozen network, a batch of images at a time."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from smear.arrays import new_array

BATCH = 32  # images


def embed(backbone, pixels: Iterator[np.ndarray], path: Path, images: int) -> None:
    """Write the features of so many images as float32, (images, features), in their order.

    backbone: a model from pixels, (n, size, size, 3), to features. pixels: uint8, (size, size, 3) each. The last batch
    is filled up with zeros, so that no program is compiled for it.
    """
    size, features = backbone.input_shape[1], backbone.output_shape[1]
    batch = np.zeros((BATCH, size, size, 3), np.uint8)
    with new_array(path, (images, features), np.float32, "A table of the images' features") as table:
        for start in range(0, images, BATCH):
            taken = list(islice(pixels, BATCH))
            batch[: len(taken)], batch[len(taken) :] = taken, 0
            table[start : start + len(taken)] = backbone.predict_on_batch(batch)[: len(taken)]
