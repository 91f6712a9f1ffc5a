"""Choose the baselines that the final test predicts beside the network, by the validation images alone."""

import smear.environment
import pandas as pd
from smear.files import read_json, write_json
from smear.images.shortcut_features import SHORTCUT_FEATURES
from smear.job import log, logged_to
from smear.records import recorded
from smear.tables import read_csv


def choose_baselines(shortcuts: pd.DataFrame, color: str) -> dict[str, dict]:
    """What is tested beside the network, by the names in the test's tables: `features` and `classifier` of each.

    Of the shortcuts the one with the highest validation accuracy, of equal ones the first in the table; the linear
    probe, where there is one; the class prior. shortcuts: `shortcuts.csv`. color: of the selected network's images,
    which the baselines are given as well.
    """
    rows = shortcuts[shortcuts["color"] == color]
    shortcut = rows[rows["features"].isin(SHORTCUT_FEATURES)].nlargest(1, "validation_accuracy")
    found = {
        "linear_probe": rows[rows["classifier"] == "linear_probe"],
        "shortcut_baseline": shortcut,
        "class_prior": rows[rows["classifier"] == "prior"],
    }
    return {name: row[["features", "classifier"]].iloc[0].to_dict() for name, row in found.items() if not row.empty}


def main(snakemake) -> None:
    color = read_json(snakemake.input.selected)["color"]
    chosen = choose_baselines(read_csv(snakemake.input.shortcuts), color)
    for name, pair in chosen.items():
        log.info("%s: %s, %s", name, pair["features"], pair["classifier"])
    write_json(chosen, snakemake.output.baselines)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
