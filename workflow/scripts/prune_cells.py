"""Remove the states and models of grid cells that were not selected, once the report is there."""

from pathlib import Path

import smear.environment
from smear.files import read_json, write_json
from smear.job import MIB, log, logged_to
from smear.records import recorded

LARGE = ("state.npz", "model.keras")


def find_others(cells: dict[str, str], selected: str) -> list[str]:
    """Names of the trainings that do not belong to the selected grid cell.

    cells: of each training the name of its grid cell, which all folds of a cross-validation have in common.
    """
    return sorted(name for name, cell in cells.items() if cell != selected)


def prune(folder: Path) -> int:
    """Remove the large files in a grid cell's folder, those that are there; returns their bytes."""
    paths = [path for path in (folder / name for name in LARGE) if path.exists()]
    removed = sum(path.stat().st_size for path in paths)
    for path in paths:
        path.unlink()
    return removed


def main(snakemake) -> None:
    selected = read_json(snakemake.input.selected)["cell"]
    others = find_others(snakemake.params.cells, selected)
    removed = sum(prune(Path(snakemake.params.folder) / name) for name in others)
    log.info("%s of %d grid cells removed, %.1f MiB", " and ".join(LARGE), len(others), removed / MIB)
    write_json({"selected": selected, "pruned": others, "files": list(LARGE)}, snakemake.output.pruned)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
