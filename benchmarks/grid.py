"""The paper's grid with shared epochs and without: epochs trained, wall time, and what a cell costs beside its epochs.

    python benchmarks/grid.py [--images 240] [--size 48]

Two calls of Snakemake on synthetic smears with the small network: two optimizers, four rates, 20, 30 and 50 epochs.
Prints a table in Markdown.
"""

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rounds

GRID = (
    "grid={architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.0001, 0.0003, 0.001, 0.003], "
    "epochs: [20, 30, 50]}"
)


def copy_workflow(folder: Path) -> None:
    """What a run needs, in a folder of its own."""
    for name in ("Snakefile", "workflow", "config", "envs", "profiles", "resources"):
        source = rounds.ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, folder / name)


def call(folder: Path, experiment: str, images: int, size: int, *, shared: bool, target: str) -> float:
    """Run the workflow up to `target`; returns its seconds."""
    options = [
        f"experiment={experiment}",
        GRID,
        f"dataset={{synthetic: {{images: {images}, size: {size}}}}}",
        f"image={{size: {size}}}",
        f"training={{threads: 1, share_epochs: {str(shared).lower()}}}",
    ]
    command = [sys.executable, "-m", "snakemake", target, "--cores", str(os.cpu_count()), "--quiet", "all"]
    command += ["--configfile", "config/demo.yaml", "--config", *options]
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - started


def read_cells(folder: Path, experiment: str) -> list[dict]:
    """Of every cell: epochs trained, seconds of these epochs, seconds of its whole job."""
    cells = []
    for cell in sorted((folder / f"results/{experiment}/cells").iterdir()):
        trained = json.loads((cell / "provenance.json").read_text())["epochs_trained"]
        with (cell / "history.csv").open(newline="") as file:
            seconds = [float(row["seconds"]) for row in csv.DictReader(file)][-trained:]
        with (folder / f"results/{experiment}/logs/train_cell/{cell.name}.tsv").open(newline="") as file:
            job = float(next(csv.DictReader(file, delimiter="\t"))["s"])
        cells.append({"trained": trained, "epochs": sum(seconds), "first": seconds[0], "job": job})
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=240)
    parser.add_argument("--size", type=int, default=48)
    arguments = parser.parse_args()
    print(f"# The paper's grid, 24 cells\n\n{rounds.describe_machine()}.")
    print(f"SmallCNN, {arguments.size} px, {arguments.images} images, {os.cpu_count()} cells side by side.\n")
    print("| epochs | trained | wall time, s | of it, in epochs, s | a cell beside its epochs, s (median) |")
    print("|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_workflow(folder)
        size = arguments.images, arguments.size
        call(folder, "data", *size, shared=True, target="results/data/tensors/train.npy")
        for experiment, shared in (("shared", True), ("single", False)):
            tensors = [f"results/{experiment}/tensors/{split}.npy" for split in ("train", "validation")]
            for tensor in tensors:
                call(folder, experiment, *size, shared=shared, target=tensor)
            target = f"results/{experiment}/comparison/leaderboard.csv"
            wall = call(folder, experiment, *size, shared=shared, target=target)
            cells = read_cells(folder, experiment)
            trained, epochs = (sum(cell[key] for cell in cells) for key in ("trained", "epochs"))
            beside = statistics.median(cell["job"] - cell["epochs"] for cell in cells)
            words = "shared" if shared else "each cell from the start"
            print(f"| {words} | {trained} | {wall:.0f} | {epochs:.0f} | {beside:.1f} |", flush=True)


if __name__ == "__main__":
    main()
