"""Change a few training images at random as the networks are given them, for a figure."""

import math
import os
from pathlib import Path

import smear.environment
import numpy as np
from smear.arrays import new_array
from smear.images.examples import LARGEST, MOST_ROWS, choose_images, reduce
from smear.job import log, logged_to
from smear.records import recorded
from smear.tables import read_csv, write_csv
from smear.training.keras_start import start_keras
from smear.training.tensors import TensorFile

SEED = 0  # of the changes
DRAWS = 6
MOST_PIXELS = MOST_ROWS * (1 + DRAWS) * LARGEST**2


def choose_side(size: int, images: int) -> int:
    """The side in pixels that so many images of `size` pixels are reduced to, so that a page can hold them."""
    return min(size, LARGEST, math.isqrt(MOST_PIXELS // images))


def draw(images: np.ndarray, strengths: dict) -> np.ndarray:
    """Images, (n, h, w, 3), as they are and in so many random draws: uint8, (n, 1 + draws, h, w, 3)."""
    import keras
    from smear.training.augmentation import augmentation_layers
    from smear.training.randomness import reseed

    model = keras.Sequential([keras.Input(images.shape[1:], dtype="uint8"), *augmentation_layers(**strengths)])
    shown = [images]
    for epoch in range(1, 1 + DRAWS):
        reseed(model, SEED, epoch)
        changed = keras.ops.convert_to_numpy(model(images, training=True))
        shown.append(np.rint(changed).clip(0, 255).astype(np.uint8))
    return np.stack(shown, axis=1)


def main(snakemake) -> None:
    params, sets = snakemake.params, snakemake.params.sets
    # A few images need no GPU, which trainings may have beside this.
    os.environ.update(CUDA_VISIBLE_DEVICES="-1", JAX_PLATFORMS="cpu")
    start_keras(params.backend)
    from smear.training.device import prepare_device

    memory = 1_000_000 * snakemake.resources.mem_mb
    prepare_device(snakemake.threads, memory, True, "float32", Path(params.cache))
    tensors = {color: TensorFile(path) for color, path in zip(params.colors, snakemake.input.train, strict=True)}
    rows = read_csv(snakemake.input.train_rows[0])
    chosen = choose_images(rows, len(sets))
    size = tensors[params.colors[0]].shape[1]
    side = choose_side(size, len(sets) * len(chosen) * (1 + DRAWS))
    shape = len(sets), len(chosen), 1 + DRAWS, side, side, 3
    with new_array(Path(snakemake.output.images), shape, np.uint8, "A figure of augmented images") as array:
        for place, one in enumerate(sets.values()):
            shown = draw(tensors[one["color"]][chosen], one["strengths"])
            array[place] = [[reduce(image, side) for image in images] for images in shown]
    write_csv(rows.loc[chosen, ["image_id", "class"]], snakemake.output.rows)
    log.info("%d training images in %d draws of %s, at %d px", len(chosen), DRAWS, ", ".join(sets), side)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
