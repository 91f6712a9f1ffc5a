"""Looking again and again how far a call is, from the files that `make status` reads, at little cost."""

import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from smear.durations import format_duration
from smear.formats import percentage
from smear.status.cells import CellStatus, read_cell, read_experiment
from smear.status.epochs import count_left, count_own
from smear.status.table import estimate_seconds

SECONDS = 2  # between two looks …
SHARE = 0.02  # … and the share of the time that looking may take, should files be slow


class Progress(NamedTuple):
    """How far the training is. epochs: of all grid cells, shared ones counted once. accuracy: the best so far."""

    done: int = 0
    epochs: int = 0
    seconds_left: float | None = None
    accuracy: float | None = None


class Watch:
    """The states of the grid cells that a call needs, of which it trains the planned ones.

    All are read once. Afterwards only those are read again that have begun, as their folders in `running` tell.
    cells, planned: each cell by the folder of its experiment and its name.
    """

    def __init__(self, cells: Collection[tuple[str, str]], planned: Collection[tuple[str, str]]):
        self.wanted = set(cells)
        self.experiments = sorted({experiment for experiment, _ in cells})
        self.lock = Lock()
        # Results that the call will replace: their grid cells are not done until other ones are there.
        self.replaced = {each: stamp for each in planned if (stamp := find_stamp(*each)) is not None}
        self.cells: dict[tuple[str, str], CellStatus] = {}
        self.progress = Progress()
        self.next_look = 0.0

    def look(self, at_once: bool = False, everywhere: bool = False) -> Progress:
        """The present state, some seconds old at most unless `at_once`. everywhere: as after a failed job, read all."""
        with self.lock:
            start = time.monotonic()
            if at_once or everywhere or start >= self.next_look:
                if everywhere or not self.cells:
                    self.read_all()
                else:
                    self.read_begun()
                cells = self.cells.items()
                self.progress = summarize([name_apart(experiment, cell) for (experiment, _), cell in cells])
                end = time.monotonic()
                self.next_look = end + max(SECONDS, (end - start) / SHARE)
            return self.progress

    def read_all(self) -> None:
        found = {(one, cell.name): cell for one in self.experiments for cell in read_experiment(Path(one)).cells}
        self.cells = {each: self.judge(each, cell) for each, cell in found.items() if each in self.wanted}

    def read_begun(self) -> None:
        now = datetime.now(UTC)
        for experiment in self.experiments:
            for name in list_begun(Path(experiment)):
                known = self.cells.get((experiment, name))
                if known is None or known.state == "done":
                    continue
                cell = read_cell(Path(experiment), name, now)
                cell = cell._replace(shorter=known.shorter, architecture=known.architecture, epochs=known.epochs)
                if cell.note.startswith("starting") and known.epoch:
                    # A training that resumes says so with its next epoch.
                    cell = cell._replace(epoch=known.epoch)
                self.cells[experiment, name] = self.judge((experiment, name), cell)

    def judge(self, key: tuple[str, str], cell: CellStatus) -> CellStatus:
        """The state as this call sees it."""
        if cell.state == "done" and key in self.replaced and find_stamp(*key) == self.replaced[key]:
            return CellStatus(
                cell.name, "waiting", shorter=cell.shorter, architecture=cell.architecture, epochs=cell.epochs
            )
        return cell


def list_begun(experiment: Path) -> list[str]:
    """The cells of an experiment that have begun, and some that are done."""
    try:
        return [path.name for path in (experiment / "running").iterdir()]
    except OSError:
        return []


def find_stamp(experiment: str, name: str) -> int | None:
    """When the results of a cell were written, in nanoseconds; None where there are none."""
    try:
        return (Path(experiment) / "cells" / name / "metrics.json").stat().st_mtime_ns
    except OSError:
        return None


def name_apart(experiment: str, cell: CellStatus) -> CellStatus:
    """A cell under a name that no other experiment's cell has."""
    shorter = None if cell.shorter is None else f"{experiment}/{cell.shorter}"
    return cell._replace(name=f"{experiment}/{cell.name}", shorter=shorter)


def summarize(cells: list[CellStatus]) -> Progress:
    """The progress of all cells together."""
    named = {cell.name: cell for cell in cells}
    epochs = sum(count_own(cell, named) for cell in cells)
    left = sum(count_left(cell, named) for cell in cells)
    accuracies = [cell.accuracy for cell in cells if cell.accuracy is not None]
    return Progress(epochs - left, epochs, estimate_seconds(cells), max(accuracies, default=None))


def describe(progress: Progress) -> str:
    """The progress in words, e.g. `34 of 80 epochs, about 46 min left, best validation accuracy 97.12 %`."""
    parts = [f"{progress.done} of {progress.epochs} epochs"]
    if progress.seconds_left is not None:
        parts.append(f"about {format_duration(progress.seconds_left)} left")
    if progress.accuracy is not None:
        parts.append(f"best validation accuracy {percentage(progress.accuracy)} %")
    return ", ".join(parts)
