"""Made-up experiments: what a run leaves for `make status` to read."""

import json
from datetime import UTC, datetime, timedelta

from smear.files import write_json
from smear.grid import Cell
from smear.progress import write_progress

FIRST = Cell("SmallCNN", "adam", 0.001, 32, 0, 10)


SECOND = FIRST._replace(optimizer="rmsprop", color="gray", fold=2)


CELL, OTHER = FIRST.name, SECOND.name


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def describe(*cells: Cell) -> dict[str, dict]:
    """What `write_cells` is given of these cells."""
    return {cell.name: cell._asdict() for cell in cells}


def write_running(experiment, name=CELL, minutes=1.0, **changes):
    """Progress of a cell: four of ten epochs in four minutes, written `minutes` before NOW; six minutes to go."""
    folder = experiment / "running" / name
    write_progress(folder, name, 10, NOW, epoch=4, images_per_second=812.34, seconds_left=360.0)
    values = json.loads((folder / "progress.json").read_text())
    updated = NOW - timedelta(minutes=minutes)
    times = {"updated": updated.isoformat(), "started": (updated - timedelta(minutes=4)).isoformat()}
    write_json(values | times | changes, folder / "progress.json")


def write_done(experiment, name=CELL, **changes):
    metrics = {"status": "finished", "epochs_run": 10, "seconds": 300.0, "validation_accuracy": 0.9712}
    write_json(metrics | changes, experiment / "cells" / name / "metrics.json")


def write_log(experiment, text, name=CELL):
    path = experiment / "logs/train_cell" / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
