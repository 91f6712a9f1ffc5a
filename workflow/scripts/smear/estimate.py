"""How long a grid takes on a machine without a GPU."""

from smear.durations import format_duration
from smear.grid import Cell
from smear.split.targets import split_sizes
from smear.training.architectures.registry import ARCHITECTURES

START_SECONDS = 40  # of a cell: importing TensorFlow and tracing the network
SMALL_HOURS = 2

# Thousand million multiply-adds a second, of the forward pass, in training on one CPU core: from 6.0 images of
# EfficientNet-B0 and 40 of SmallCNN at 224 px, both measured.
SEPARABLE_SPEED = 6.0 * 0.39
DENSE_SPEED = 40 * 0.195


def count_training(counts: dict[str, int], fractions: dict[str, float], folds: int) -> int:
    """Images that a cell trains on: with folds, all that are not for the test but those of its own fold."""
    sizes = [split_sizes(images, fractions) for images in counts.values()]
    if not folds:
        return sum(size["train"] for size in sizes)
    rest = sum(size["train"] + size["validation"] for size in sizes)
    return round(rest * (folds - 1) / folds)


def estimate_speed(architecture: str, size: int) -> float:
    """Images a second in training, on one CPU core, at `size` pixels a side."""
    work = ARCHITECTURES[architecture].work
    return (SEPARABLE_SPEED if work.separable else DENSE_SPEED) / work.billions * (work.side / size) ** 2


def estimate_hours(cells: list[Cell], train_images: int, size: int, cores: int) -> float:
    """Hours to train `cells`, each all of its epochs, on `cores` CPU cores, everything trained: `estimate_speed`."""
    seconds = sum(
        START_SECONDS + cell.epochs * train_images / estimate_speed(cell.architecture, size) for cell in cells
    )
    return seconds / cores / 3600


def describe_hours(cells: list[Cell], train_images: int | None, size: int, cores: int) -> str:
    """The sentence for a start without a GPU; train_images is None where only a download can tell."""
    hours = estimate_hours(cells, train_images or 1000, size, cores)
    count = "1 grid cell" if len(cells) == 1 else f"{len(cells)} grid cells"
    per = "" if train_images else " for every 1,000 training images"
    duration = f"{format_duration(3600 * hours)}{per}"
    sentence = f"blastgrid: no GPU found. Training {count} takes about {duration} on {cores} CPU cores."
    if hours < SMALL_HOURS:
        return sentence
    return f"{sentence}\nblastgrid: a configuration for such a machine: --configfile config/laptop.yaml"
