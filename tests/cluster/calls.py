"""Calls of Snakemake that submit cells to the throw-away SLURM, and what is left of them."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from cluster.mini_slurm import MiniSlurm, find_obstacle
from conftest import Project
from trained_cells import find_trainers, read_outcome

EPOCHS = 25
GRID = (
    f"grid={{architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001, 0.003], epochs: [{EPOCHS}]}}"
)
CELLS = Path("results/tiny/cells")
PATIENCE = 900  # seconds; a machine may be busy with other things


class Run:
    """A call of Snakemake with the profile for SLURM, in the background, and every job that its cells have had."""

    processes: ClassVar[list[subprocess.Popen]] = []
    folders: ClassVar[set[Path]] = set()

    def __init__(self, project: Project, slurm: MiniSlurm, *cells: str, way="--workflow-profile", more=()):
        self.folder, self.slurm = project.folder, slurm
        targets = [str(CELLS / cell / "metrics.json") for cell in cells]
        command = [sys.executable, Path(__file__).with_name("impatient.py"), *targets]
        command += [way, "profiles/slurm", "--latency-wait", "5", *more]
        command += ["--config", GRID, "--configfile", "config/tiny.yaml"]
        self.output = project.folder / f"output-{len(cells)}"
        with self.output.open("w") as file:
            self.process = subprocess.Popen(command, cwd=project.folder, stdout=file, stderr=file)
        self.processes.append(self.process)
        self.folders.add(self.folder)

    def jobs(self, cell: str) -> list[dict[str, str]]:
        return [job for job in self.slurm.jobs() if job["comment"].endswith(cell)]

    def wait_until(self, is_so, alive: bool = True) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert not alive or self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.2)

    def wait_for_epoch(self, cell: str, epoch: int) -> None:
        self.wait_until(lambda: f"epoch {epoch:>2}/" in self.log(cell))

    def log(self, cell: str) -> str:
        path = self.folder / f"results/tiny/logs/train_cell/{cell}.log"
        return path.read_text() if path.exists() else ""


def trainers(folder: Path) -> dict[str, tuple[int, str]]:
    """Process and visible GPUs of each training in a folder, by the number of its job."""
    found = find_trainers(folder).items()
    return {each["SLURM_JOB_ID"]: (number, each.get("CUDA_VISIBLE_DEVICES", "")) for number, each in found}


def outcome(folder: Path, cell: str) -> dict:
    return read_outcome(folder / CELLS / cell)


def read(folder: Path, cell: str, name: str) -> str:
    return (folder / CELLS / cell / name).read_text()


def status(folder: Path, cell: str) -> str:
    """What `make status` says of a cell, and the two lines below."""
    command = [sys.executable, "-m", "smear.status"]
    environment = {**os.environ, "PYTHONPATH": "workflow/scripts"}
    text = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
    return re.search(rf" {re.escape(cell)} .*\n(?:      .*\n)*", text)[0]


@contextmanager
def start_slurm(folder: Path) -> Iterator[MiniSlurm]:
    """A throw-away SLURM; in the end it is stopped, and all that the tests have started with it."""
    if obstacle := find_obstacle():
        pytest.skip(obstacle)
    mini = MiniSlurm(folder)
    try:
        mini.start()
        yield mini
    finally:
        for process in Run.processes:
            process.kill()
            process.wait()
        subprocess.run(["scancel", "--full", "--signal=KILL", "--user=root"], check=False)
        mini.stop()
        # This SLURM tracks processes by their parents, and loses those whose parent ended before them.
        for folder in Run.folders:
            subprocess.run(["pkill", "--signal=KILL", "--full", str(folder)], check=False)


def train_in_one_go(project: Project, cell: str) -> subprocess.Popen:
    """Train a cell on this machine, in the background."""
    command = [sys.executable, "-m", "snakemake", CELLS / cell / "metrics.json", "--cores", "1", "--config", GRID]
    command += ["--configfile", "config/tiny.yaml"]
    return subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
