"""Draw the chosen network among the shortcut baselines."""

import smear.environment
from smear.figures.shortcuts import draw_shortcuts
from smear.figures.style import save
from smear.files import read_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.tables import read_csv


def main(snakemake) -> None:
    shortcuts, chosen = read_csv(snakemake.input.shortcuts), read_json(snakemake.input.selection)
    save(draw_shortcuts(shortcuts, chosen), snakemake.output.svg, snakemake.output.png)
    log.info("%s beside %d classifiers", chosen["cell"], len(shortcuts))


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
