"""Compute the features of one split's images with a frozen pretrained network, a batch at a time."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import smear.environment
import numpy as np
from smear.files import atomic_write
from smear.images.pixels import decode_images
from smear.images.value_range import find_factor
from smear.job import check_space, log, logged_to
from smear.records import recorded
from smear.tables import read_csv
from smear.training.keras_start import start_keras

BATCH = 32  # images


def embed(backbone, pixels: Iterator[np.ndarray], path: Path, images: int) -> None:
    """Write the features of so many images as float32, (images, features), in their order.

    backbone: a model from pixels, (n, size, size, 3), to features. pixels: uint8, (size, size, 3) each. The last batch
    is filled up with zeros, so that no program is compiled for it.
    """
    size, features = backbone.input_shape[1], backbone.output_shape[1]
    with atomic_write(path) as temporary:
        # A mapped file on a full disk would end the process by a signal.
        check_space(temporary.parent, 4 * images * features, "A table of the images' features")
        table = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.float32, shape=(images, features))
        batch = np.zeros((BATCH, size, size, 3), np.uint8)
        for start in range(0, images, BATCH):
            taken = list(islice(pixels, BATCH))
            batch[: len(taken)], batch[len(taken) :] = taken, 0
            table[start : start + len(taken)] = backbone.predict_on_batch(batch)[: len(taken)]
        table.flush()


def main(snakemake) -> None:
    params, threads = snakemake.params, snakemake.threads
    # Where published weights lie: `models` in this folder.
    os.environ["KERAS_HOME"] = str(Path(snakemake.input.weights).absolute().parents[1])
    # Imported here, so that the backend is chosen before and what it says when it starts goes to the log.
    start_keras(params.backend)
    from smear.training.architectures.backbone import build_backbone
    from smear.training.device import adapt, prepare_device

    memory = 1_000_000 * snakemake.resources.mem_mb
    # float32 on every device: one pass over the images gains little by less, and the features are kept.
    device = prepare_device(threads, memory, params.deterministic, "float32", Path(params.cache))
    manifest = read_csv(snakemake.input.manifest)
    images = manifest[manifest["split"] == snakemake.wildcards.split]
    factor = 1
    if catalog := snakemake.input.get("catalog"):
        factor = find_factor(read_csv(catalog)["high"])
    backbone = build_backbone(params.backbone, params.size, "imagenet")
    adapt(backbone)
    log.info("%s at %d px on %s with %d threads", params.backbone, params.size, device.name, threads)
    pixels = decode_images(images, params.size, threads, params.mask, params.color, factor)
    embed(backbone, pixels, Path(snakemake.output.embeddings), len(images))
    log.info(
        "%s, %s: %d features of %d images",
        snakemake.wildcards.split,
        params.color,
        backbone.output_shape[1],
        len(images),
    )


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake, "manifest"):
        main(snakemake)
