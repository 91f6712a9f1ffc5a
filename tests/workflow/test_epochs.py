"""Cells that share their epochs, and trainings that are stopped: in the end all is as if nothing had happened."""

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

NAME = "SmallCNN_{}_lr0.001_b32_s0_e{}"
AUGMENTATION = "augmentation={crop: 0.1, rotation: 20, flip: both, shift: 0.1}"


def grid(*epochs: int, optimizer: str = "adam, rmsprop") -> str:
    numbers = ", ".join(map(str, epochs))
    return f"grid={{architecture: [SmallCNN], optimizer: [{optimizer}], learning_rate: [0.001], epochs: [{numbers}]}}"


def settings(experiment: str, *epochs: int, **options: str) -> list[str]:
    training = ", ".join(f"{key}: {value}" for key, value in options.items())
    return ["--config", f"experiment={experiment}", grid(*epochs), AUGMENTATION, f"training={{threads: 1, {training}}}"]


def outcome(project, experiment: str, cell: str) -> dict:
    """All that must be the same: figures, predictions, weights."""
    folder = project.folder / f"results/{experiment}/cells/{cell}"
    with (folder / "history.csv").open(newline="") as file:
        history = [{key: row[key] for key in row if "second" not in key} for row in csv.DictReader(file)]
    with zipfile.ZipFile(folder / "model.keras") as file:
        weights = file.read("model.weights.h5")
    predictions = (folder / "validation_predictions.csv").read_bytes()
    return {"history": history, "predictions": predictions, "weights": hashlib.sha256(weights).hexdigest()}


def provenance(project, experiment: str, cell: str) -> dict:
    return json.loads((project.folder / f"results/{experiment}/cells/{cell}/provenance.json").read_text())


@pytest.fixture(scope="module")
def whole(project):
    """Cells of 4 epochs, each trained in one go."""
    result = project.snakemake(*targets("whole", 4), *settings("whole", 2, 4, share_epochs="false"))
    assert result.returncode == 0, result.output
    return project


def targets(experiment: str, *epochs: int) -> list[str]:
    cells = [NAME.format(optimizer, count) for optimizer in ("adam", "rmsprop") for count in epochs]
    return [f"results/{experiment}/cells/{cell}/metrics.json" for cell in cells]


def test_cells_go_on_from_their_shorter_siblings_to_the_same_end(whole):
    result = whole.snakemake(*targets("shared", 2, 4), *settings("shared", 2, 4))
    assert result.returncode == 0, result.output
    for optimizer in ("adam", "rmsprop"):
        cell = NAME.format(optimizer, 4)
        assert outcome(whole, "shared", cell) == outcome(whole, "whole", cell)
        assert provenance(whole, "shared", cell)["continued_from"] == NAME.format(optimizer, 2)
        assert provenance(whole, "shared", cell)["epochs_trained"] == 2
        assert provenance(whole, "whole", cell)["continued_from"] is None
        shorter = outcome(whole, "shared", NAME.format(optimizer, 2))["history"]
        assert shorter == outcome(whole, "whole", cell)["history"][:2]


def test_a_number_of_epochs_in_between_trains_its_own_cells_only(whole):
    jobs = whole.jobs(*settings("shared", 2, 3, 4))
    assert jobs["train_cell"] == 2, jobs


def test_a_cell_that_is_trained_again_keeps_its_sibling(whole):
    cell = NAME.format("adam", 4)
    before = outcome(whole, "shared", cell)
    result = whole.snakemake("-f", f"results/shared/cells/{cell}/metrics.json", *settings("shared", 2, 3, 4))
    assert result.returncode == 0, result.output
    assert provenance(whole, "shared", cell)["continued_from"] == NAME.format("adam", 2)
    assert outcome(whole, "shared", cell) == before


def start(project, *arguments: str) -> subprocess.Popen:
    """Snakemake in the background, in a process group of its own."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--cores", "1", "--configfile", "config/tiny.yaml"]
    return subprocess.Popen(
        command, cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def wait_for_epochs(log: Path, count: int, process: subprocess.Popen) -> None:
    """Return as soon as a training's log tells of so many epochs."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if log.exists() and len(re.findall(r"epoch +\d+/", log.read_text())) >= count:
            return
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)
    raise TimeoutError(log)


def find_trainer(folder: Path) -> int:
    """The process that trains in a folder."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            here = (process / "cwd").resolve() == folder
        except OSError:
            continue
        if here and any(word.endswith(b".train_cell.py") for word in words) and b"python" in words[0]:
            return int(process.name)
    raise ProcessLookupError(folder)


LONG = 20


@pytest.fixture(scope="module")
def long_cell(whole):
    """A cell of many epochs in one go, and its name."""
    cell = NAME.format("adam", LONG)
    result = whole.snakemake(f"results/long/cells/{cell}/metrics.json", *settings("long", LONG))
    assert result.returncode == 0, result.output
    return cell


def interrupt(project, epochs: int, log: Path, stop: Callable[[subprocess.Popen], object], *arguments: str) -> str:
    """Start the workflow, end it by `stop`, which is given its process, after some epochs; returns what it printed."""
    log.unlink(missing_ok=True)
    process = start(project, *arguments)
    wait_for_epochs(log, epochs, process)
    stop(process)
    output = process.communicate(timeout=120)[0]
    assert process.returncode != 0
    return output


def test_a_training_stopped_again_and_again_goes_on_to_the_same_end(whole, long_cell):
    folder = whole.folder / "results/stopped"
    arguments = [f"results/stopped/cells/{long_cell}/metrics.json", *settings("stopped", LONG)]
    log = folder / f"logs/train_cell/{long_cell}.log"
    checkpoint = folder / f"running/{long_cell}/checkpoint.npz"

    def tell_trainer(number):
        return lambda process: os.kill(find_trainer(whole.folder), number)

    other = "model={weights: none, dropout: 0.3}"
    interrupt(whole, 2, log, tell_trainer(signal.SIGKILL), *arguments, other)
    assert checkpoint.exists()

    interrupt(whole, 3, log, tell_trainer(signal.SIGKILL), *arguments)
    assert "made with other settings, data or code: the training begins anew" in log.read_text()
    assert "epoch  1/" in log.read_text()

    output = interrupt(whole, 2, log, tell_trainer(signal.SIGTERM), *arguments)
    assert f"blastgrid: {long_cell} was told to stop (SIGTERM) after epoch" in output
    assert "Traceback" not in output

    # The whole workflow, as when a machine is switched off: its lock stays.
    interrupt(whole, 2, log, lambda process: os.killpg(process.pid, signal.SIGKILL), *arguments)
    locked = whole.snakemake("--unlock", *arguments)
    assert locked.returncode == 0, locked.output

    result = whole.snakemake(*arguments)
    assert result.returncode == 0, result.output
    assert "going on after epoch" in log.read_text()
    assert not re.search("epoch +[1-7]/", log.read_text())
    assert outcome(whole, "stopped", long_cell) == outcome(whole, "long", long_cell)
    assert not checkpoint.parent.exists()
