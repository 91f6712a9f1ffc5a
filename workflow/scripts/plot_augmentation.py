"""Draw training images beside random draws of each set of augmentations."""

import smear.environment
import numpy as np
from smear.figures.augmentation import draw_augmentation
from smear.figures.style import save
from smear.job import logged_to
from smear.records import recorded
from smear.tables import read_csv


def main(snakemake) -> None:
    images, rows = np.load(snakemake.input.images), read_csv(snakemake.input.rows)
    figure = draw_augmentation(images, list(rows["class"]), snakemake.params.sets, snakemake.params.size)
    save(figure, snakemake.output.svg, snakemake.output.png)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
