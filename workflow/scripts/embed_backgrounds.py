"""Compute the features of images without their blood cells with a frozen pretrained network, a batch at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import smear.environment
import numpy as np
import pandas as pd
from smear.embeddings.frozen import embed
from smear.images.pixels import decode_images
from smear.images.value_range import find_factor
from smear.job import log, logged_to
from smear.perturbation.foreground import fill_foreground
from smear.perturbation.kinds import CLEARED
from smear.perturbation.rows import choose_rows
from smear.records import recorded
from smear.tables import read_csv, write_csv
from smear.training.keras_start import start_keras
from smear.training.tensors import TRAINING_SPLITS


def tabulate_images(tables: list[pd.DataFrame], fold: int | None) -> pd.DataFrame:
    """The images that are embedded: `image_id,label,split,row`, those for training first.

    tables: rows of the training and of the validation tensor. row: number in both together. split: what an image is for
    in the fold.
    """
    everything = pd.concat(tables, ignore_index=True)[["image_id", "label"]]
    chosen = choose_rows(tables, fold)
    return pd.concat([everything.loc[rows].assign(split=split, row=rows) for split, rows in chosen.items()])


def clear(pixels: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The same images, uint8 (size, size, 3) each, without blood cells."""
    for image in pixels:
        yield fill_foreground(image[None], CLEARED)[0]


def main(snakemake) -> None:
    params, threads, files = snakemake.params, snakemake.threads, snakemake.input
    # Imported here, so that the backend is chosen before and what it says when it starts goes to the log.
    start_keras(params.backend, files.weights)
    from smear.training.architectures.backbone import build_backbone
    from smear.training.device import adapt, prepare_device

    memory = 1_000_000 * snakemake.resources.mem_mb
    # As for the images as they are, see `embed_images.py`.
    device = prepare_device(threads, memory, params.deterministic, "float32", Path(params.cache))
    table = tabulate_images([read_csv(files[f"{split}_rows"]) for split in TRAINING_SPLITS], params.fold)
    images = read_csv(files.manifest).set_index("image_id").loc[table["image_id"]]
    factor = 1
    if catalog := files.get("catalog"):
        factor = find_factor(read_csv(catalog)["high"])
    backbone = build_backbone(params.backbone, params.size, "imagenet")
    adapt(backbone)
    log.info("%s at %d px on %s with %d threads", params.backbone, params.size, device.name, threads)
    pixels = decode_images(images, params.size, threads, params.mask, params.color, factor)
    embed(backbone, clear(pixels), Path(snakemake.output.features), len(images))
    write_csv(table, snakemake.output.rows)
    log.info("features of %d images without blood cells, %s", len(images), params.color)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
