"""A grid by successive halving on a GPU: wall time and validation accuracies, through the real `train_cell.py`.

    python benchmarks/gpu_grid.py TENSORS [--architecture EfficientNetB0] [--weights none] [--backend jax]
                                  [--optimizers adam rmsprop] [--rates 0.0001 0.0003 0.001 0.003] [--epochs 20 30 50]
                                  [--side-by-side 4] [--limit 240] [--results results/gpu_grid]

TENSORS holds the tensors of train and validation with their tables and digests: `results/<experiment>/tensors` of a
run, or what `tensor_archive.py` unpacked. All combinations are trained for the first number of epochs, the better half
of them goes on to the second, and half of these to the third; each continues from its own shorter run. The default is
the paper's grid of 24 combinations, of which halving trains 14.

After the limit the trainings are stopped as SLURM would stop them, and the same command resumes them. Every cell is
added to `figures.jsonl` in the folder of results when it ends; the seconds of all calls add up. Prints a table in
Markdown. It needs Keras with its backend, numpy and pandas, and neither a network nor Snakemake.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import builders
import rounds
from figures import Figures, describe_device
from gpu_tables import tabulate_grid
from smear.files import read_json
from smear.grid import Cell, link_shorter

OUTPUTS = {
    "state": "state.npz",
    "times": "state.times.json",
    "model": "model.keras",
    "history": "history.csv",
    "predictions": "validation_predictions.csv",
    "metrics": "metrics.json",
    "provenance": "provenance.json",
    "digests": "digests.json",
}
TENSORS = {"": "npy", "_rows": "csv", "_digests": "digests.json"}


class Named(list):
    """Files by their names and in their order, as Snakemake hands inputs and outputs to a script."""

    def __init__(self, files: dict[str, str]):
        super().__init__(path for path in files.values() if path)
        self.files = files

    def __getattr__(self, name: str) -> str:
        return self.files[name]

    def __getitem__(self, name: str) -> str:
        return self.files[name]

    def items(self):
        return self.files.items()


def describe_job(cell: Cell, shorter: Cell | None, arguments) -> SimpleNamespace:
    """What `train_cell.py` is told of one cell: the object that Snakemake would make."""
    folder = arguments.results / "cells"
    inputs = {
        f"{split}{part}": str(arguments.tensors / f"{split}.{ending}")
        for split in ("train", "validation")
        for part, ending in TENSORS.items()
    }
    inputs |= {"weights": "", "shorter": str(folder / shorter.name / "state.npz") if shorter else ""}
    settings = builders.SETTINGS._replace(
        weights=arguments.weights, augmentation=builders.STRONG, reestimate_batch_norm="on"
    )
    return SimpleNamespace(
        rule="train_cell",
        input=Named(inputs),
        output=Named({name: str(folder / cell.name / file) for name, file in OUTPUTS.items()}),
        log=[str(arguments.results / f"logs/{cell.name}.log")],
        threads=arguments.threads,
        resources=SimpleNamespace(
            mem_mb=8000,
            cells_per_gpu=arguments.side_by_side,
            feed="auto",
            shorter=shorter.name if shorter else "",
            made_from=None,
        ),
        params=SimpleNamespace(
            backend=arguments.backend,
            precision="auto",
            deterministic=arguments.deterministic,
            cell=cell._asdict(),
            settings=settings._asdict(),
            running=str(arguments.results / f"running/{cell.name}"),
            cache=str(arguments.results / "compiled"),
            code=None,
            architecture=None,
        ),
    )


def train(cell: Cell, shorter: Cell | None, arguments) -> None:
    """Train one cell in this process, on a leased GPU where there is one."""
    import train_cell
    from smear.file_lock import occupied
    from smear.job import logged_to
    from smear.records import recorded
    from smear.scheduling.gpu_lease import lease_gpu

    job = describe_job(cell, shorter, arguments)
    Path(job.output.model).parent.mkdir(parents=True, exist_ok=True)
    with (
        logged_to(job.log[0]),
        occupied(Path(job.params.running)),
        recorded(job) as digests,
        lease_gpu(job.resources.cells_per_gpu) as gpu,
    ):
        os.environ.update({"CUDA_VISIBLE_DEVICES": gpu} if gpu else {})
        train_cell.main(job, digests)


def read_metrics(cell: Cell, arguments) -> dict | None:
    """What a finished cell's `metrics.json` holds; None before."""
    path = arguments.results / "cells" / cell.name / "metrics.json"
    return read_json(path) if path.exists() else None


def run_cells(cells: list[Cell], shorter: dict[Cell, Cell], arguments, figures: Figures, deadline: float) -> bool:
    """Train the cells that are not finished, some side by side; whether all are before the deadline."""
    waiting = [cell for cell in cells if read_metrics(cell, arguments) is None]
    running = {}
    while waiting or running:
        late = time.monotonic() > deadline
        while waiting and len(running) < arguments.side_by_side and not late:
            cell = waiting.pop(0)
            task = json.dumps([cell, shorter.get(cell)])
            command = [sys.executable, __file__, *sys.argv[1:], "--cell", task]
            running[cell] = subprocess.Popen(command), time.monotonic()
        if late:
            for process, _ in running.values():
                process.terminate()
            waiting.clear()
        for cell, (process, started) in list(running.items()):
            if process.poll() is not None or late:
                del running[cell]
                status, metrics = process.wait(), read_metrics(cell, arguments)
                figures.add(
                    kind="cell", name=cell.name, status=status, seconds=time.monotonic() - started, metrics=metrics
                )
        time.sleep(0.1)
    return all(read_metrics(cell, arguments) for cell in cells)


def choose(cells: list[Cell], arguments, number: int) -> list[Cell]:
    """The cells of the highest validation accuracy, ties by the lower loss; a diverged one comes last."""

    def place(cell: Cell) -> tuple[float, float]:
        metrics = read_metrics(cell, arguments)
        return -metrics.get("validation_accuracy", -1), metrics.get("validation_loss", float("inf"))

    return sorted(cells, key=place)[:number]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tensors", type=Path)
    parser.add_argument("--architecture", default="EfficientNetB0")
    parser.add_argument("--weights", default="none")
    parser.add_argument("--backend", default="jax", choices=["tensorflow", "jax", "torch"])
    parser.add_argument("--optimizers", nargs="+", default=["adam", "rmsprop"])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.0001, 0.0003, 0.001, 0.003])
    parser.add_argument("--epochs", type=int, nargs="+", default=[20, 30, 50])
    parser.add_argument("--batch-size", type=int, default=builders.BATCH)
    parser.add_argument("--side-by-side", type=int, default=4)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--deterministic", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--limit", type=float, default=240, help="seconds after which trainings are stopped")
    parser.add_argument("--results", type=Path, default=rounds.ROOT / "results/gpu_grid")
    parser.add_argument("--cell", type=json.loads, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.cell:
        cell, shorter = (values and Cell(*values) for values in arguments.cell)
        return train(cell, shorter, arguments)
    started = time.monotonic()
    figures = Figures(arguments.results / "figures.jsonl", **describe_device())
    before = max((figure["seconds"] for figure in figures.select("rung")), default=0)
    rungs = [
        [Cell(arguments.architecture, optimizer, rate, arguments.batch_size, 0, epochs)
         for optimizer, rate in product(arguments.optimizers, arguments.rates)]
        for epochs in sorted(arguments.epochs)
    ]  # fmt: skip
    shorter = link_shorter(cell for rung in rungs for cell in rung)
    chosen, trained = rungs[0], []
    for number, rung in enumerate(rungs):
        cells = [cell for cell in rung if number == 0 or shorter[cell] in chosen]
        trained += cells
        finished = run_cells(cells, shorter, arguments, figures, started + arguments.limit)
        seconds = before + time.monotonic() - started
        figures.add(kind="rung", epochs=rung[0].epochs, cells=len(cells), finished=finished, seconds=seconds)
        if not finished:
            break
        chosen = choose(cells, arguments, -(-len(cells) // 2))
    words = " ".join(["python benchmarks/gpu_grid.py", *sys.argv[1:]])
    print(tabulate_grid(words, figures, {cell.name: read_metrics(cell, arguments) for cell in trained}))


if __name__ == "__main__":
    main()
