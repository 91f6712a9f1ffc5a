"""Looking again and again how far a call is, from the files that `make status` reads, at little cost."""

import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from smear.durations import format_duration
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
    """

    def __init__(self, experiment: Path, cells: Collection[str], planned: Collection[str]):
        self.experiment = experiment
        self.wanted = set(cells)
        self.lock = Lock()
        # Results that the call will replace: their grid cells are not done until other ones are there.
        self.replaced = {name: stamp for name in planned if (stamp := self.stamp(name)) is not None}
        self.cells: dict[str, CellStatus] = {}
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
                self.progress = summarise(list(self.cells.values()))
                end = time.monotonic()
                self.next_look = end + max(SECONDS, (end - start) / SHARE)
            return self.progress

    def read_all(self) -> None:
        found = [cell for cell in read_experiment(self.experiment).cells if cell.name in self.wanted]
        self.cells = {cell.name: self.judge(cell) for cell in found}

    def read_begun(self) -> None:
        now = datetime.now(UTC)
        try:
            begun = [path.name for path in (self.experiment / "running").iterdir()]
        except OSError:
            begun = []
        for name in begun:
            known = self.cells.get(name)
            if known is None or known.state == "done":
                continue
            cell = read_cell(self.experiment, name, now)
            cell = cell._replace(shorter=known.shorter, architecture=known.architecture, epochs=known.epochs)
            if cell.note.startswith("starting") and known.epoch:
                # A training that resumes says so with its next epoch.
                cell = cell._replace(epoch=known.epoch)
            self.cells[name] = self.judge(cell)

    def judge(self, cell: CellStatus) -> CellStatus:
        """The state as this call sees it."""
        if cell.state == "done" and cell.name in self.replaced and self.stamp(cell.name) == self.replaced[cell.name]:
            return CellStatus(
                cell.name, "waiting", shorter=cell.shorter, architecture=cell.architecture, epochs=cell.epochs
            )
        return cell

    def stamp(self, name: str) -> int | None:
        """When the results of a cell were written, in nanoseconds; None where there are none."""
        try:
            return (self.experiment / "cells" / name / "metrics.json").stat().st_mtime_ns
        except OSError:
            return None


def summarise(cells: list[CellStatus]) -> Progress:
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
        parts.append(f"best validation accuracy {100 * progress.accuracy:.2f} %")
    return ", ".join(parts)
