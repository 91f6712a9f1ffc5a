"""The state of each cell of an experiment, from its files."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from smear.formats import percentage
from smear.progress import is_number, read_object, read_progress
from smear.status.grid_file import read_cells, read_hyperparameters, read_shorter
from smear.status.log_end import find_error

SILENCE = 600  # seconds without a word after which a training on another machine counts as gone …
START_SILENCE = 3600  # … and before its first epoch has ended
SILENT_EPOCHS = 3  # … or this many of its epochs, if that is longer


class CellStatus(NamedTuple):
    """One cell. state: done, running, interrupted, failed, waiting or unclear. details: lines for below it.

    architecture, epochs: of the grid, as far as any file says; else empty and 0. accuracy: on the validation images.
    """

    name: str
    state: str
    epoch: int | None = None  # the last finished one
    images_per_second: float | None = None
    seconds_left: float | None = None
    epoch_seconds: float | None = None
    note: str = ""
    details: tuple[str, ...] = ()
    shorter: str | None = None  # the shorter run that it continues
    architecture: str = ""
    epochs: int = 0
    accuracy: float | None = None


class Experiment(NamedTuple):
    """The grid cells of an experiment, and sentences about what could not be read."""

    cells: list[CellStatus]
    remarks: list[str]


def read_experiment(experiment: Path) -> Experiment:
    """What the folder `results/<experiment>` holds."""
    try:
        names, shorter, remarks = read_cells(experiment), read_shorter(experiment), []
        hyperparameters = read_hyperparameters(experiment)
    except ValueError as error:
        names, shorter, hyperparameters = None, {}, {}
        remarks = [f"{error}; these are the grid cells that have begun"]
    if names is None:
        names = sorted({path.name for kind in ("cells", "running") for path in experiment.glob(f"{kind}/*/")})
    now = datetime.now(UTC)
    cells = [
        describe_hyperparameters(read_cell(experiment, name, now), hyperparameters.get(name, {})) for name in names
    ]
    return Experiment([cell._replace(shorter=shorter.get(cell.name)) for cell in cells], remarks)


def read_cell(experiment: Path, name: str, now: datetime) -> CellStatus:
    """The state of one cell at the time `now`."""
    invalid, progress, metrics = [], None, None
    # Progress first: a cell that ends in between is then done, and not waiting.
    try:
        progress = read_progress(experiment / "running" / name)
    except ValueError as error:
        invalid.append(str(error))
    try:
        metrics = read_object(experiment / "cells" / name / "metrics.json")
    except ValueError as error:
        return CellStatus(name, "unclear", note=str(error))
    if metrics is not None:
        return describe_hyperparameters(describe_done(name, metrics), metrics)
    if progress is not None and is_running(progress, now):
        return describe_hyperparameters(describe_running(name, progress, now), progress)
    log = experiment / "logs/train_cell" / f"{name}.log"
    error = find_error(log)
    epoch = progress and progress["epoch"]
    if error is not None and not (progress and is_stop(error, progress)):
        cell = CellStatus(name, "failed", epoch, note="; ".join(invalid), details=(error, str(log)))
    elif progress is not None:
        cell = CellStatus(name, "interrupted", epoch, note=describe_interruption(progress, now))
    else:
        cell = CellStatus(name, "waiting", note="; ".join(invalid))
    return describe_hyperparameters(cell, progress or {})


def describe_hyperparameters(cell: CellStatus, values: dict) -> CellStatus:
    """The cell with its architecture and epochs, as far as `values` has them, which may be anything."""
    architecture, epochs = values.get("architecture"), values.get("epochs")
    return cell._replace(
        architecture=architecture if isinstance(architecture, str) else cell.architecture,
        epochs=epochs if isinstance(epochs, int) and is_number(epochs) else cell.epochs,
    )


def describe_done(name: str, metrics: dict) -> CellStatus:
    """A cell with `metrics.json`."""
    run, seconds, accuracy = (metrics.get(key) for key in ("epochs_run", "seconds", "validation_accuracy"))
    measured = is_number(run) and is_number(seconds) and run > 0
    if metrics.get("status") == "diverged":
        note = "diverged"
    elif is_number(accuracy):
        note = f"validation accuracy {percentage(accuracy)} %"
        if is_number(metrics.get("best_epoch")):
            note += f", of epoch {metrics['best_epoch']}"
    else:
        return CellStatus(name, "unclear", note="metrics.json has no accuracy")
    cell = CellStatus(name, "done", note=note, accuracy=accuracy if is_number(accuracy) else None)
    return cell._replace(epoch=run, epoch_seconds=seconds / run) if measured else cell


def describe_running(name: str, progress: dict, now: datetime) -> CellStatus:
    """A cell that is being trained, its time left counted from `now`."""
    left, to_come = progress["seconds_left"], progress["epochs"] - progress["epoch"]
    epoch_seconds = left / to_come if left is not None and to_come > 0 else None
    if left is not None:
        left = max(0.0, left - max(0.0, (now - progress["updated"]).total_seconds()))
    note = "starting" if progress["state"] == "starting" else ""
    if progress["host"] != socket.gethostname():
        note = f"{note} on {progress['host']}".strip()
    return CellStatus(name, "running", progress["epoch"], progress["images_per_second"], left, epoch_seconds, note)


def describe_interruption(progress: dict, now: datetime) -> str:
    """Why a training is no longer there, and where it resumes."""
    if progress["state"] == "stopped":
        reason = progress["message"] or "stopped"
    elif progress["host"] == socket.gethostname():
        reason = f"process {progress['pid']} is gone"
    else:
        minutes = (now - progress["updated"]).total_seconds() / 60
        reason = f"no word from {progress['host']} for {minutes:.0f} min"
    if progress["epoch"] >= progress["epochs"]:
        return f"{reason}; its results are written by the next call"
    return f"{reason}; resumes with epoch {progress['epoch'] + 1}"


def is_running(progress: dict, now: datetime) -> bool:
    """Whether the training is there: its process on this machine, a recent word from another."""
    if progress["state"] == "stopped":
        return False
    if progress["host"] == socket.gethostname():
        return is_alive(progress["pid"])
    silence = START_SILENCE
    if progress["epoch"]:
        passed = (progress["updated"] - progress["started"]).total_seconds()
        silence = max(SILENCE, SILENT_EPOCHS * passed / progress["epoch"])
    return (now - progress["updated"]).total_seconds() < silence


def is_stop(error: str, progress: dict) -> bool:
    """Whether a log ends in no fault, but in what the training said when it received SIGTERM."""
    return progress["state"] == "stopped" and bool(progress["message"]) and progress["message"] in error


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is another user's
    return True
