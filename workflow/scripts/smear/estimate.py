"""How long a grid takes on a machine without a GPU."""

from smear.grid import Cell
from smear.training.architectures import ARCHITECTURES

START_SECONDS = 40  # of a cell: importing TensorFlow and tracing the network
SMALL_HOURS = 2


def estimate_hours(cells: list[Cell], train_images: int, size: int, cores: int) -> float:
    """Hours to train `cells` on `cores` CPU cores, from measured speeds at 224 px and the area of the images."""
    area = (size / 224) ** 2
    seconds = sum(
        START_SECONDS + cell.epochs * train_images * area / ARCHITECTURES[cell.architecture].images_per_second
        for cell in cells
    )
    return seconds / cores / 3600


def describe_hours(cells: list[Cell], train_images: int | None, size: int, cores: int) -> str:
    """The sentence for a start without a GPU; train_images is None where only a download can tell."""
    hours = estimate_hours(cells, train_images or 1000, size, cores)
    duration = f"{hours:.0f} hours" if hours >= 2 else f"{max(1, round(hours * 60))} minutes"
    count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    per = "" if train_images else " for every 1,000 training images"
    sentence = (
        f"blastgrid: no GPU found. Training the {count} not yet trained takes about {duration}{per} "
        f"on {cores} CPU cores."
    )
    if hours < SMALL_HOURS:
        return sentence
    return f"{sentence}\nblastgrid: a configuration for such a machine: --configfile config/laptop.yaml"
