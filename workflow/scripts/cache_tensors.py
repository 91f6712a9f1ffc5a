"""Decode the images of one split into one tensor, so that no training decodes them again."""

from collections.abc import Sequence
from pathlib import Path

import smear.environment
import numpy as np
import pandas as pd
from smear.arrays import new_array
from smear.images.pixels import decode_images
from smear.images.value_range import find_factor
from smear.job import log, logged_to
from smear.records import recorded
from smear.tables import read_csv, write_csv


def cache_pixels(
    images: pd.DataFrame,
    size: int,
    path: Path,
    threads: int,
    mask: Sequence = (),
    color: str = "rgb",
    factor: int = 1,
) -> None:
    """Write uint8 pixels, (images, size, size, 3), in the order of `images` (`path,sha256`), a few at a time."""
    with new_array(path, (len(images), size, size, 3), np.uint8, "A tensor of the images") as tensor:
        for row, pixels in enumerate(decode_images(images, size, threads, mask, color, factor)):
            tensor[row] = pixels


def main(snakemake) -> None:
    manifest = read_csv(snakemake.input.manifest)
    images = manifest[manifest["split"] == snakemake.wildcards.split]
    params = snakemake.params
    factor = 1
    if catalog := snakemake.input.get("catalog"):
        factor = find_factor(read_csv(catalog)["high"])
        log.info("values are multiplied by %d (image.scale: range)", factor)
    path = Path(snakemake.output.tensor)
    cache_pixels(images, params.size, path, snakemake.threads, params.mask, params.color, factor)
    write_csv(images[["image_id", "label", "class", "fold", "sha256"]], snakemake.output.rows)
    log.info("%s: %d images of %d x %d, %s", snakemake.wildcards.split, len(images), *[params.size] * 2, params.color)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake, "manifest"):
        main(snakemake)
