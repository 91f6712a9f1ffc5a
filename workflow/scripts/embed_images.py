"""Compute the features of one split's images with a frozen pretrained network, a batch at a time."""

from pathlib import Path

import smear.environment
from smear.embeddings.frozen import embed
from smear.images.pixels import decode_images
from smear.images.value_range import find_factor
from smear.job import log, logged_to
from smear.records import recorded
from smear.tables import read_csv
from smear.training.keras_start import start_keras


def main(snakemake) -> None:
    params, threads = snakemake.params, snakemake.threads
    # Imported here, so that the backend is chosen before and what it says when it starts goes to the log.
    start_keras(params.backend, snakemake.input.weights)
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
