"""How values and shares are written for a reader, in tables, sentences and figures alike."""

from collections.abc import Iterable, Mapping

from smear.grid import AXES

COLORS = {"rgb": "RGB", "gray": "gray", "stain_normalised": "stain-normalized"}
VALUES = {"color": COLORS, "optimizer": {"adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}}
"""Of an axis, the values that a reader knows by another spelling."""

FLIPS = {"horizontal": "horizontal flips", "vertical": "vertical flips", "both": "horizontal and vertical flips"}


def format_value(axis: str, value: object) -> str:
    """Write one value of a grid axis as a reader expects it: 0.0001, Adam, 30."""
    text = AXES[axis].write(value)
    return VALUES.get(axis, {}).get(text, text)


def describe_value(axis: str, value: object) -> str:
    """Write a value with the name of its axis where it would say little alone: learning rate 0.0001, 30 epochs."""
    text = format_value(axis, value)
    if axis in ("architecture", "optimizer"):
        return text
    if axis == "color":
        return f"{text} images"
    if axis == "epochs":
        return "1 epoch" if text == "1" else f"{text} epochs"
    return f"{AXES[axis].label.lower()} {text}"


def describe_values(cell: Mapping, axes: Iterable[str]) -> str:
    """Name a cell's values of `axes`, with commas; a default, such as RGB, is what everybody expects and left out."""
    return ", ".join(describe_value(axis, cell[axis]) for axis in axes if cell[axis] != AXES[axis].default)


def write_accuracy(row: Mapping, prefix: str = "") -> str:
    """An accuracy with its counts and its interval, of a row with `accuracy,correct,images`; prefix: of these columns.

    The ends of the interval are `accuracy_low` and `accuracy_high`, or with a prefix `<prefix>low` and `<prefix>high`.
    """
    accuracy, correct, images = (row[f"{prefix}{name}"] for name in ("accuracy", "correct", "images"))
    low, high = (row[f"{prefix or 'accuracy_'}{end}"] for end in ("low", "high"))
    return f"{percent(accuracy)} ({correct:.0f}/{images:.0f}, 95 % interval {percentage(low)} to {percent(high)})"


def write_seeds(replicates: Iterable[int]) -> str:
    """How many seeds grid cells have, in words: `3 seeds`, or `1 to 3 seeds` where some have more than others."""
    numbers = sorted(set(replicates))
    text = " to ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1])))
    return f"{text} seed{'s' * (numbers[-1] > 1)}"


def percent(share: float, digits: int = 2) -> str:
    """Write 0.97839 as `97.84 %`, with a space that does not break; the number is that of `percentage`."""
    return f"{percentage(share, digits)}\N{NO-BREAK SPACE}%"


def percentage(share: float, digits: int = 2) -> str:
    """Write 0.97839 as `97.84`; 100 is said of the whole alone, so that 0.99996 is `99.99`."""
    text = f"{100 * share:.{digits}f}"
    return text if share >= 1 or float(text) < 100 else f"{100 - 10**-digits:.{digits}f}"


def points(share: float) -> str:
    """A difference of shares in percentage points: 3.1 points."""
    return f"{100 * share:.{1 if share >= 0.01 else 2}f}\N{NO-BREAK SPACE}points"


def format_p(p: float) -> str:
    """Write a p-value in three digits: 0.0123, < 0.001."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def short_percent(share: float) -> str:
    """Write 0.95 as `95 %` and 0.975 as `97.5 %`: a share that somebody chose, with the digits that it has."""
    return f"{100 * share:g}\N{NO-BREAK SPACE}%"


def write_bins(sizes: list[int]) -> str:
    """The bins and their images in words: `15 bins of 21 to 22 images`."""
    images = f"{min(sizes):,}" if min(sizes) == max(sizes) else f"{min(sizes):,} to {max(sizes):,}"
    return f"{len(sizes)} bin{'s' * (len(sizes) != 1)} of {images} images"


def list_strengths(strengths: Mapping[str, object]) -> list[str]:
    """The strengths of a set of augmentations in words, those that change something: `rotation up to 20°`."""
    return [write_strength(name, strength) for name, strength in strengths.items() if strength not in (0, "none")]


def write_strength(name: str, strength: object) -> str:
    """Write one strength; all but flips and angles are shares."""
    if name == "flip":
        return FLIPS[strength]
    unit = "°" if name == "rotation" else "\N{NO-BREAK SPACE}%"
    return f"{name} up to {strength if name == 'rotation' else 100 * strength:.4g}{unit}"
