"""Remove the states and models of grid cells that were not selected, once the report is there."""

from pathlib import Path

import smear.environment
from smear.files import read_json, write_json
from smear.job import MIB, log, logged_to
from smear.records import recorded

LARGE = ("state.npz", "model.keras")


def find_others(replicates: dict[str, str], tested: str) -> list[str]:
    """Names of the trainings that do not belong to the replicate whose model was tested.

    replicates: of each training the name of its replicate, which all folds of a cross-validation have in common, and
    other seeds of the grid cell have not. tested: the training whose model it is.
    """
    return sorted(name for name, replicate in replicates.items() if replicate != replicates[tested])


def prune(folder: Path) -> int:
    """Remove the large files in a grid cell's folder, those that are there; returns their bytes."""
    paths = [path for path in (folder / name for name in LARGE) if path.exists()]
    removed = sum(path.stat().st_size for path in paths)
    for path in paths:
        path.unlink()
    return removed


def main(snakemake) -> None:
    selected = read_json(snakemake.input.selected)
    others = find_others(snakemake.params.cells, selected["model_cell"])
    removed = sum(prune(Path(snakemake.params.folder) / name) for name in others)
    log.info("%s of %d grid cells removed, %.1f MiB", " and ".join(LARGE), len(others), removed / MIB)
    write_json({"selected": selected["cell"], "pruned": others, "files": list(LARGE)}, snakemake.output.pruned)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
