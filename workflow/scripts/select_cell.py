"""Choose the cell that will be tested."""

import smear.environment
from smear.evaluation.selection import TESTED, select_cell
from smear.files import read_json, write_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.tables import read_csv


def main(snakemake) -> None:
    tables = [read_csv(path) for path in (snakemake.input.leaderboard, snakemake.input.replicates)]
    selection = select_cell(*tables, read_json(snakemake.input.ties))
    log.info("selected %s, validation accuracy %.4f", selection["cell"], selection["validation_accuracy"])
    write_json(selection, snakemake.output.selection)
    write_json({key: selection[key] for key in TESTED}, snakemake.output.selected)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
