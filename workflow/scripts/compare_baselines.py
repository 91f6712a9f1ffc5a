"""Compare the selected grid cell with each shortcut baseline and probe, on the very same validation images."""

from pathlib import Path

import smear.environment
import pandas as pd
from smear.evaluation.correctness import find_groups
from smear.evaluation.differences import compare_network
from smear.evaluation.prediction_tables import read_predictions
from smear.files import read_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.tables import read_csv, write_csv


def compare(network: pd.DataFrame, baselines: pd.DataFrame, names: list[str], manifest: str | Path) -> pd.DataFrame:
    """A row for each column of `baselines` that is named: the network's accuracy less the baseline's.

    network: `image_id,label,predicted`. baselines: `image_id,label` and classes predicted; its images are all, or some,
    of the network's. manifest: of the split, which has the groups of images that depend on one another.
    """
    joined = baselines.merge(network[["image_id", "predicted"]], on="image_id", validate="one_to_one")
    labels = joined["label"].to_numpy()
    right = joined[names].eq(labels, axis=0).to_numpy().T
    groups = find_groups(manifest, joined["image_id"].to_numpy()).names
    return compare_network(joined["predicted"].to_numpy() == labels, right, groups)


def main(snakemake) -> None:
    files = snakemake.input
    table = read_csv(files.shortcuts)
    keys = ["color", "features", "classifier"]
    names = ["/".join(key) for key in table[keys].itertuples(index=False)]
    network = read_predictions(files.predictions)
    compared = compare(network, read_csv(files.shortcut_predictions), names, files.manifest)
    log.info("%s beside %d baselines", read_json(files.selection)["cell"], len(names))
    write_csv(pd.concat([table[keys], compared], axis=1), snakemake.output.differences)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
