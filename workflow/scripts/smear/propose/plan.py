"""How long a proposal takes on this machine, and what of it fits: size, grid, embeddings, threads."""

from typing import NamedTuple

from smear.durations import format_duration
from smear.estimate import count_training, estimate_hours, estimate_speed
from smear.grid import Cell, expand_grid, link_shorter
from smear.propose.entries import Entry
from smear.propose.pixels import limit_size
from smear.propose.table import (
    ARCHITECTURE,
    BATCHES,
    BUDGET_HOURS,
    CPU,
    CPU_EPOCHS,
    EMBEDDING_SHARE,
    EMBEDDING_SIZES,
    FORWARD,
    GPU,
    GPU_EPOCHS,
    MOST_THREADS,
    MOST_TRAININGS,
    Row,
)


class Machine(NamedTuple):
    """What a call may use."""

    cores: int
    gpus: int

    def __str__(self) -> str:
        cores = f"{self.cores} CPU core{'s' * (self.cores != 1)}"
        return f"{cores} and {self.gpus} GPU{'s' * (self.gpus != 1)}" if self.gpus else cores


class Plan(NamedTuple):
    """A grid with its size and, on a CPU, the hours of its training and of the embeddings; None with a GPU."""

    grid: dict
    size: int
    embedding_size: int
    hours: float | None
    folds: int

    @property
    def fits(self) -> bool:
        return (self.hours or 0) <= BUDGET_HOURS and len(self.cells) <= MOST_TRAININGS

    @property
    def cells(self) -> list[Cell]:
        return expand_grid(self.grid, self.folds)


def choose_plan(counts: dict[str, int], fractions: dict[str, float], folds: int, side: int, machine: Machine) -> Plan:
    """The first grid of the table that fits the budget, or the last. counts: images by class. side: theirs, pixels."""
    images, train = sum(counts.values()), count_training(counts, fractions, folds)
    plans = [make_plan(row, images, train, folds, side, machine) for row in (GPU if machine.gpus else CPU)]
    return next((plan for plan in plans if plan.fits), plans[-1])


def make_plan(row: Row, images: int, train: int, folds: int, side: int, machine: Machine) -> Plan:
    """A row of the table for so many images, of which a grid cell is trained on `train`."""
    epochs = look_up(GPU_EPOCHS if machine.gpus else CPU_EPOCHS, train)
    grid = {
        "architecture": [ARCHITECTURE],
        "optimizer": list(row.optimizers),
        "learning_rate": list(row.rates),
        "epochs": list(epochs[: row.lengths]),
        "batch_size": [look_up(BATCHES, train)],
        "seed": [0],
    }
    size = limit_size(side, row.size)
    if machine.gpus:
        return Plan(grid, size, EMBEDDING_SIZES[0], None, folds)
    embedding_size = choose_embedding_size(images, machine.cores)
    hours = estimate_hours(count_own_epochs(expand_grid(grid, folds)), train, size, machine.cores)
    return Plan(grid, size, embedding_size, hours + estimate_embeddings(images, embedding_size, machine.cores), folds)


def look_up(table: dict, images: int) -> object:
    """The value for so many images in a table whose keys are the most that each is for."""
    return next(value for most, value in table.items() if most is None or images <= most)


def count_own_epochs(cells: list[Cell]) -> list[Cell]:
    """The grid cells, each with the epochs alone that its shorter run has not trained."""
    shorter = link_shorter(cells)
    return [cell._replace(epochs=cell.epochs - (shorter[cell].epochs if cell in shorter else 0)) for cell in cells]


def estimate_embeddings(images: int, size: int, cores: int) -> float:
    """Hours to compute the embeddings of all images."""
    return images / estimate_speed(ARCHITECTURE, size) / FORWARD / cores / 3600


def choose_embedding_size(images: int, cores: int) -> int:
    """The largest size of the images for the embeddings that leaves the budget to the training."""
    fits = (
        size for size in EMBEDDING_SIZES if estimate_embeddings(images, size, cores) <= EMBEDDING_SHARE * BUDGET_HOURS
    )
    return next(fits, EMBEDDING_SIZES[-1])


def count_threads(plan: Plan, cores: int) -> int:
    """Threads of one grid cell: as many as let those that wait for none share the cores."""
    chains = len(plan.cells) - len(link_shorter(plan.cells))
    return min(MOST_THREADS, max(1, cores // chains))


def propose_threads(plan: Plan, machine: Machine) -> Entry:
    """The entry for `training.threads`."""
    return Entry("training.threads", count_threads(plan, machine.cores), f"of one grid cell; seen: {machine}")


def describe_time(plan: Plan, machine: Machine) -> str:
    """How many grid cells a plan has, and how long they take."""
    cells = describe_cells(plan)
    if plan.hours is None:
        return f"{cells}; there is no estimate of time for a GPU"
    duration = f"{cells}: about {format_duration(3600 * plan.hours)} on {machine}, embeddings included"
    return duration if plan.fits else f"{duration}; nothing smaller is proposed"


def describe_cells(plan: Plan) -> str:
    """The number of grid cells in words."""
    cells = len(expand_grid(plan.grid))
    count = f"{cells} grid cell{'s' * (cells != 1)}"
    return f"{count} x {plan.folds} folds" if plan.folds else count
