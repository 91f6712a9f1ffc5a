"""A grid with shared epochs and without: epochs trained, wall time, and what a cell costs beside its epochs.

    python benchmarks/grid.py [--architecture SmallCNN] [--epochs 20 30 50] [--rates 0.0001 0.0003 0.001 0.003]
                              [--images 240] [--size 48] [--cores 2] [--backend tensorflow]

Two runs of the workflow on synthetic smears, up to the leaderboard, with both optimizers. Prints a table in Markdown.
"""

import argparse
import csv
import os
import statistics
import tempfile
from pathlib import Path

import rounds
from smear.files import read_json
from workflows import call, copy_workflow, read_benchmark


def read_jobs(results: Path) -> list[dict[str, float]]:
    """Of every cell in the order of their ends: epochs trained, seconds of these, of compiling, of the job."""
    jobs = []
    for path in sorted(results.glob("logs/train_cell/*.tsv"), key=lambda path: path.stat().st_mtime):
        job = float(read_benchmark(path)["s"])
        with (results / f"cells/{path.stem}/history.csv").open(newline="") as file:
            seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
        provenance = read_json(results / f"cells/{path.stem}/provenance.json")
        own = seconds[-provenance["epochs_trained"] :]
        compiling = own[0] - statistics.median(own[1:]) if len(own) > 1 else None
        jobs.append({"epochs": len(own), "training": sum(own), "compiling": compiling, "job": job})
    return jobs


def describe(words: str, wall: float, jobs: list[dict[str, float]]) -> str:
    """A line of the table."""
    epochs, training = (sum(job[key] for job in jobs) for key in ("epochs", "training"))
    beside = [job["job"] - job["training"] for job in jobs]
    compiling = [job["compiling"] for job in jobs if job["compiling"] is not None]
    share = 1 - training / sum(job["job"] for job in jobs)
    figures = [f"{epochs:.0f}", f"{wall:.0f}", f"{100 * share:.0f} %"]
    for values in (beside, compiling):
        figures += [f"{statistics.median(part):.1f}" if part else "" for part in (values[:1], values[1:])]
    return f"| {words} | {' | '.join(figures)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="SmallCNN")
    parser.add_argument("--epochs", type=int, nargs="+", default=[20, 30, 50])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.0001, 0.0003, 0.001, 0.003])
    parser.add_argument("--images", type=int, default=240)
    parser.add_argument("--size", type=int, default=48)
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--backend", default="tensorflow")
    arguments = parser.parse_args()
    grid = {"architecture": [arguments.architecture], "optimizer": ["adam", "rmsprop"]}
    grid |= {"learning_rate": arguments.rates, "epochs": arguments.epochs}
    print(f"# A grid of {2 * len(arguments.rates) * len(arguments.epochs)} cells\n\n{rounds.describe_machine()}.")
    print(
        f"{arguments.architecture}, {arguments.size} px, {arguments.images} images, {arguments.backend}; "
        f"{arguments.cores} cells side by side, a thread each. Beside its epochs\na cell starts Python, imports, "
        "reads, builds and saves; tracing and compiling is what its first epoch takes beyond the others.\n"
    )
    print("| | epochs | wall, s | beside the epochs | first cell, s | others, s | compiling: first, s | others, s |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_workflow(folder)
        for experiment, shared in (("shared", True), ("single", False)):
            options = {
                "experiment": experiment,
                "grid": str(grid).replace("'", ""),
                "dataset": f"{{synthetic: {{images: {arguments.images}, size: {arguments.size}}}}}",
                "image": f"{{size: {arguments.size}}}",
                "training": f"{{threads: 1, share_epochs: {str(shared).lower()}, backend: {arguments.backend}}}",
            }
            tensors = [f"results/{experiment}/tensors/{split}.npy" for split in ("train", "validation")]
            call(folder, options, *tensors, cores=arguments.cores)
            leaderboard = f"results/{experiment}/comparison/leaderboard.csv"
            wall = call(folder, options, leaderboard, cores=arguments.cores).seconds
            words = "epochs shared" if shared else "each cell from its start"
            print(describe(words, wall, read_jobs(folder / "results" / experiment)), flush=True)


if __name__ == "__main__":
    main()
