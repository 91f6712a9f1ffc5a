"""The states of an experiment's cells as lines for a terminal."""

from collections import Counter
from pathlib import Path
from statistics import median

from smear.durations import format_duration
from smear.status.cells import CellStatus
from smear.status.epochs import count_left

HEAD = ("grid cell", "state", "epoch", "images/s", "left", "")
STATES = ("done", "running", "interrupted", "failed", "unclear", "waiting")


def render(experiment: Path, cells: list[CellStatus], remarks: list[str]) -> str:
    """The whole text for one experiment."""
    rows = [HEAD, *map(get_row, cells)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [str(experiment), *(f"  {remark}" for remark in remarks), align(rows[0], widths)]
    for cell, row in zip(cells, rows[1:], strict=True):
        lines += [align(row, widths), *(f"      {detail}" for detail in cell.details)]
    return "\n".join([*lines, f"  {total(cells)}"])


def get_row(cell: CellStatus) -> tuple[str, ...]:
    """The texts of one cell, one for each column of HEAD."""
    return (
        cell.name,
        cell.state,
        "" if cell.epoch is None else f"{cell.epoch}/{cell.epochs}",
        "" if cell.images_per_second is None else f"{cell.images_per_second:,.1f}",
        "" if cell.seconds_left is None else format_duration(cell.seconds_left),
        cell.note,
    )


def align(row: tuple[str, ...], widths: list[int]) -> str:
    """Names to the left, figures to the right."""
    name, state, *figures, note = row
    right = (f"{text:>{width}}" for text, width in zip(figures, widths[2:-1], strict=True))
    return "  ".join(["", f"{name:<{widths[0]}}", f"{state:<{widths[1]}}", *right, note]).rstrip()


def total(cells: list[CellStatus]) -> str:
    """How many cells are in each state, and how long the rest will take."""
    counts = Counter(cell.state for cell in cells)
    line = f"{len(cells)} grid cells: " + ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    seconds = estimate_seconds(cells)
    if seconds is None:
        return line
    return f"{line}; about {format_duration(seconds)} left" + ("" if counts["running"] else " once it is resumed")


def estimate_seconds(cells: list[CellStatus]) -> float | None:
    """Seconds until the last epoch, if as many cells as now run side by side; None after it, or where nothing can tell.

    An epoch that is yet to come takes the median of the measured ones of its architecture, or else of all. A cell
    begins where its shorter run ends, and not before that has ended.
    """
    named = {cell.name: cell for cell in cells}
    running = [cell for cell in cells if cell.state == "running"]
    begun = [cell for cell in cells if cell.state in ("interrupted", "waiting")]
    measured = [cell for cell in cells if cell.epoch_seconds is not None]
    if not measured or not any(count_left(cell, named) for cell in running + begun):
        return None

    every = median(cell.epoch_seconds for cell in measured)
    speeds = {
        architecture: median(cell.epoch_seconds for cell in measured if cell.architecture == architecture)
        for architecture in {cell.architecture for cell in measured}
    }

    def predict(cell: CellStatus) -> float:
        if cell.seconds_left is not None:
            return cell.seconds_left
        return count_left(cell, named) * speeds.get(cell.architecture, every)

    work = [(cell, predict(cell)) for cell in sorted(running + begun, key=lambda cell: cell.epochs)]
    ends = {}
    for cell, seconds in work:
        ends[cell.name] = max(ends.get(cell.name, 0), seconds + ends.get(cell.shorter, 0))
    return max(sum(seconds for _, seconds in work) / max(1, len(running)), *ends.values())
