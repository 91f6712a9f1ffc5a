"""Time and memory of Snakemake and of the comparison as the grid grows.

    python benchmarks/cells.py [--seeds 1 10 100]

The paper's 24 combinations with so many seeds. One cell is trained; the others get copies of its files with figures of
their own, and `--touch` makes Snakemake believe in them. Prints a table in Markdown.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

import rounds
from smear.files import read_json, write_json
from smear.grid import Cell, expand_grid
from smear.records import is_record, write_record
from smear.tables import read_csv, write_csv
from workflows import call, copy_workflow, read_benchmark

GRID = {
    "architecture": ["SmallCNN"],
    "optimizer": ["adam", "rmsprop"],
    "learning_rate": [0.0001, 0.0003, 0.001, 0.003],
    "epochs": [1, 2, 3],
}
OPTIONS = {"experiment": "cells", "dataset": "{synthetic: {images: 80, size: 48}}", "image": "{size: 32}"}
STAGES = ("compare_cells", "select_cell", "plot_comparison", "render_report")


def choose(**values: list) -> dict[str, str]:
    """Options of a call for these values of the grid."""
    return OPTIONS | {"grid": str(GRID | values).replace("'", "")}


def list_cells(seeds: list[int]) -> list[Cell]:
    return expand_grid(GRID | {"seed": seeds, "batch_size": [32], "color": ["rgb"]})


def fill(results: Path, cells: list[Cell]) -> None:
    """Give every cell the files of the first one, with a validation of its own."""
    first, *others = cells
    source = results / "cells" / first.name
    metrics = read_json(source / "metrics.json")
    predictions = read_csv(source / "validation_predictions.csv")
    for number, cell in enumerate(others):
        folder = results / "cells" / cell.name
        shutil.copytree(source, folder, copy_function=os.link, dirs_exist_ok=True)
        for name in ("metrics.json", "shorter.json", "validation_predictions.csv"):
            (folder / name).unlink(missing_ok=True)
        images = metrics["validation_images"]
        right = number % (images + 1)
        own = {"validation_correct": right, "validation_accuracy": right / images}
        write_json(metrics | cell._asdict() | {"cell": cell.name} | own, folder / "metrics.json")
        wrong = predictions.assign(predicted=predictions["label"].where(predictions.index < right, -1))
        write_csv(wrong, folder / "validation_predictions.csv")
        written = [path for path in folder.iterdir() if not is_record(path)]
        write_record(folder / "digests.json", written, "train_cell")
        for kind in ("log", "tsv"):
            log = results / f"logs/train_cell/{cell.name}.{kind}"
            log.unlink(missing_ok=True)
            os.link(results / f"logs/train_cell/{first.name}.{kind}", log)


def measure(folder: Path, seeds: int) -> list[float]:
    """Seconds and MB of planning everything, seconds and MB of finding nothing to do, seconds of the last stages."""
    options, results = choose(seed=list(range(seeds))), folder / "results/cells"
    shutil.rmtree(results / "cells")
    shutil.copytree(folder / "one", results / "cells")
    planned = call(folder, options, "--dry-run")
    fill(results, list_cells(list(range(seeds))))
    call(folder, options, "--touch")
    idle = call(folder, options)
    if "Nothing to be done" not in idle.output:
        raise RuntimeError(idle.output)
    call(folder, options, "--forcerun", "compare_cells")
    stages = [float(read_benchmark(results / f"logs/{rule}.tsv")["s"]) for rule in STAGES]
    return [planned.seconds, planned.megabytes, idle.seconds, idle.megabytes, *stages]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 10, 100])
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_workflow(folder)
        first = list_cells([0])[0]
        values = {field: [value] for field, value in first._asdict().items() if field in GRID}
        call(folder, choose(**values, seed=[0]))
        shutil.copytree(folder / "results/cells/cells", folder / "one")
        for seeds in arguments.seeds:
            rows.append((len(list_cells(list(range(seeds)))), measure(folder, seeds)))
    print(f"# Many cells\n\n{rounds.describe_machine()}. Seconds, and MB of Snakemake at its peak.\n")
    print(f"| cells | plan all | MB | nothing to do | MB | {' | '.join(STAGES)} |\n|---:|{'---:|' * 8}")
    for cells, figures in rows:
        print(f"| {cells:,} | {' | '.join(f'{figure:.{0 if figure > 99 else 1}f}' for figure in figures)} |")


if __name__ == "__main__":
    main()
