"""Draw a synthetic data set, and write down the truth about it."""

from pathlib import Path

import smear.environment
from smear.job import log, logged_to
from smear.synthetic.smears import make_smears
from smear.tables import write_csv


def main(snakemake) -> None:
    params, output = snakemake.params, snakemake.output
    truth = make_smears(Path(output.images), params.images, params.size, params.seed, snakemake.threads)
    fields, slides = truth["field_id"].nunique(), truth["slide"].nunique()
    log.info("%d images of %d fields on %d slides", len(truth), fields, slides)
    write_csv(truth, output.truth)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
