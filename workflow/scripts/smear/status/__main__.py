"""Print how far the experiments named as arguments are, or all in `results/`; nothing where there is none."""

import os
import sys
from pathlib import Path

from smear.split.variants import list_folders
from smear.status.cells import read_experiment
from smear.status.grid_file import NAME
from smear.status.table import render


def find_experiments(results: Path) -> list[Path]:
    """The folders of `results` that a run has recorded its cells in, or trained some."""
    return sorted(
        path
        for experiment in results.glob("*/")
        for path in list_folders(experiment)
        if any((path / name).exists() for name in (NAME, "cells", "running"))
    )


def main(arguments: list[str]) -> None:
    experiments = [Path(argument) for argument in arguments] or find_experiments(Path("results"))
    for path in experiments:
        if not path.is_dir():
            sys.exit(f"blastgrid: {path} is no folder of results.")
    if experiments:
        print("\n\n".join(render(path, *read_experiment(path)) for path in experiments))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads has seen enough, as `head` has. Python would complain again when it closes the output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
