"""Rank the trained cells by their validation figures."""

import smear.environment
import pandas as pd
from smear.files import read_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.selection import rank_cells
from smear.tables import write_csv


def main(snakemake) -> None:
    leaderboard = rank_cells(pd.DataFrame([read_json(path) for path in snakemake.input.metrics]))
    log.info("%d grid cells, %d diverged", len(leaderboard), (leaderboard["status"] == "diverged").sum())
    write_csv(leaderboard, snakemake.output.leaderboard)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
