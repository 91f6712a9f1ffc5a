"""What the network sees: proposals for `image` and `embeddings`."""

import pandas as pd

from smear.images.value_range import find_factor
from smear.propose.entries import Entry
from smear.propose.look import Seen
from smear.propose.table import SIZE_STEP, SMALLEST_SIZE
from smear.report.value_range import describe_range

SAME = 0.1  # of 255: how far the colors of gray images differ after JPEG


def propose_image(seen: Seen, size: int, gpus: int) -> list[Entry]:
    """Entries for `image`, of so many pixels a side, for a machine with so many GPUs."""
    gray = find_gray(seen.sample)
    opened = f"{'all' if seen.complete else 'the'} {len(gray):,} images that were opened"
    shown = "gray" if gray.all() else "partly gray" if gray.any() else "in color"
    reduced = "; a CPU's time grows with the square" if size < seen.side and not gpus else ""
    entries = [
        Entry("image.size", size, describe_sizes(seen.sample) + reduced),
        Entry("image.color", "gray" if gray.all() else "rgb", f"{opened} are {shown}"),
    ]
    if describe_range(seen.sample["high"], "none"):
        factor = find_factor(seen.sample["high"])
        entries.append(Entry("image.scale", "range", f"values use a small part of their range: times {factor}"))
    return entries


def find_gray(sample: pd.DataFrame) -> pd.Series:
    """Of which images red, green and blue are the same."""
    colors = [sample[[f"{color}_{kind}" for color in ("red", "green", "blue")]] for kind in ("mean", "sd")]
    ranges = [values.max(axis=1) - values.min(axis=1) for values in colors]
    return (ranges[0] <= SAME) & (ranges[1] <= SAME)


def limit_size(side: int, size: int) -> int:
    """`image.size` for images of this side: no more than the wanted one, nor much more than they have."""
    return min(size, max(SMALLEST_SIZE, -(-side // SIZE_STEP) * SIZE_STEP))


def describe_sizes(sample: pd.DataFrame) -> str:
    """The sizes of images in words."""
    sizes = sample[["width", "height"]].drop_duplicates()
    if len(sizes) == 1:
        return f"from {sizes['width'].iloc[0]} x {sizes['height'].iloc[0]} px"
    low, high = sample[["width", "height"]].min(), sample[["width", "height"]].max()
    square = "" if (sample["width"] == sample["height"]).all() else ", stretched to squares"
    return f"from {low['width']} x {low['height']} to {high['width']} x {high['height']} px{square}"
