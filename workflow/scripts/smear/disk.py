"""How much disk a run takes, as far as it is known before the run."""

from collections.abc import Sequence

from smear.grid import Cell
from smear.split.targets import split_sizes
from smear.training.architectures.registry import ARCHITECTURES
from smear.training.phases import plan_phases
from smear.training.settings import TrainingSettings

WEIGHT = 4  # bytes: float32, whatever the precision of the computation
SLOTS = {"adam": 2, "adamw": 2, "rmsprop": 1}  # numbers that an optimizer keeps for each weight that it trains
# Of each grid cell besides: the configuration in its model, tables, its log. Of SmallCNN, the smallest, measured.
TABLES = 100_000
FEATURES = 1280  # numbers of an image in the embeddings: of EfficientNet-Lite0; 512 to 2,560 of others
# Augmented images in the array, as PNG, as SVG and in the report, for each pixel of a column; measured at 112 pixels.
AUGMENTED, LARGEST_AUGMENTED = 290, 112
FIGURES = 1_400_000  # figures and tables of comparison, audits and report, PNG and SVG; measured
UNITS = {"GB": 10**9, "MB": 10**6, "kB": 1000}


def estimate_model(architecture: str) -> int:
    """Bytes of a `.keras` file, or of the published weights."""
    return WEIGHT * ARCHITECTURES[architecture].parameters


def estimate_state(cell: Cell, settings: TrainingSettings) -> int:
    """Bytes of `state.npz`: the classifier, what the optimizer keeps for it and, with early stopping, its best epoch.

    Where the last blocks alone are trained, at most so many.
    """
    slots = 0 if plan_phases(cell, settings)[-1].trainable == "head" else SLOTS[cell.optimizer]
    copies = 1 + slots + bool(settings.early_stopping)
    return copies * estimate_model(cell.architecture)


def estimate_cell(cell: Cell, settings: TrainingSettings) -> int:
    """Bytes that a trained grid cell leaves."""
    return estimate_state(cell, settings) + estimate_model(cell.architecture) + TABLES


def estimate_tensor(counts: dict[str, int], fractions: dict[str, float], split: str, size: int) -> int:
    """Bytes of one split's images in one color, of `size` pixels a side. counts: images of each class."""
    images = sum(split_sizes(images, fractions)[split] for images in counts.values())
    return images * size * size * 3


def estimate_embeddings(counts: dict[str, int], fractions: dict[str, float], split: str, features: int) -> int:
    """Bytes of one split's embeddings in one color, of so many numbers an image. counts: images of each class."""
    return WEIGHT * features * sum(split_sizes(images, fractions)[split] for images in counts.values())


def estimate_augmented(size: int) -> int:
    """Bytes of the figure of augmented images, and of what it is drawn from."""
    return AUGMENTED * min(size, LARGEST_AUGMENTED) ** 2


def estimate_synthetic(images: int, size: int) -> int:
    """Bytes of made-up smears of `size` pixels a side, as JPEG; measured at 48, 96 and 224 pixels."""
    return round(images * 17.3 * size**1.31)


def format_size(size: float) -> str:
    """Write bytes in one unit, with two digits at least: `1.6 GB`, `49 MB`, `3.2 kB`."""
    unit, bytes_each = next((item for item in UNITS.items() if size >= item[1]), ("kB", 1000))
    amount = size / bytes_each
    return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:,.0f} {unit}"


def describe_disk(parts: dict[str, int], free: int, unknown: Sequence[str] = (), kept: int | None = None) -> str:
    """The sentence on the disk that a call needs, and a second one where there is less.

    parts: bytes by what they are for. free: bytes of the disk of `results`. unknown: parts that only a download can
    tell. kept: bytes of grid cells that stay after the test, where those of others are removed.
    """
    total = sum(parts.values())
    listed = ", ".join(f"{name} {format_size(size)}" for name, size in parts.items() if size)
    besides = f", not counting {', '.join(unknown)}, which only the download can tell" if unknown else ""
    after = "" if kept is None else f" After the test {format_size(kept)} of the grid cells stay."
    sentence = (
        f"blastgrid: this call writes about {format_size(total)} to results ({listed}){besides}; "
        f"{format_size(free)} are free there.{after}"
    )
    if free >= total:
        return sentence
    return (
        f"{sentence}\nblastgrid: warning: the disk of results lacks {format_size(total - free)}: make room there, or "
        f"make results a link to another disk."
    )
