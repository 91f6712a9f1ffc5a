"""How many images have a repeat capture in another split, by what a split keeps together."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from smear.figures.style import CHOSEN, HUES, INK, header, house_style
from smear.formats import percent

NAMES = {
    "image": "single images",
    "field": "whole fields",
    "sequence": "blocks of numbers",
    "stain": "whole clusters of stain",
}
USED = {"group": "the groups given", "given": "the split given", "folders": "the source's folders"}


@house_style()
def draw_repeat_captures(table: pd.DataFrame, audit: dict) -> Figure:
    """Draw a bar for each unit of `siblings.csv`, the mean over its seeds, and the split in use (`audit.json`)."""
    across = table.groupby("unit", sort=False)["images_with_sibling_across_splits"]
    rows = [(f"By {NAMES[unit]}", values.mean(), values.min(), values.max(), HUES[0]) for unit, values in across]
    used = audit["images_with_sibling_across_splits"]
    name = {**NAMES, **USED}[audit["unit"]]
    rows.append((f"This experiment:\nby {name}, seed {audit['seed']}", used, used, used, CHOSEN))
    images, seeds = audit["images"], table["seed"].nunique()

    figure, axes = plt.subplots(figsize=(7.2, 1.5 + 0.52 * len(rows)), layout="constrained")
    most = max(max(row[3] for row in rows), 1)
    for place, (_, mean, low, high, color) in enumerate(rows):
        axes.barh(place, mean, height=0.62, color=color)
        if high > low:
            axes.plot([low, high], [place, place], color=INK, linewidth=1.4)
        text = f"{mean:,.0f}" + (f"  ({percent(mean / images, 1)} of all)" if mean else "")
        axes.annotate(text, (high, place), xytext=(6, 0), textcoords="offset points", va="center", size=9.5)
    axes.set_yticks(range(len(rows)), [row[0] for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.3 * most)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("Images with a repeat capture in another split")
    header(
        figure,
        "Repeat captures across splits",
        f"{audit['images_with_sibling']:,} of {images:,} images share their microscope field with another image. Bars: "
        f"mean of {seeds} random splits of each kind; the line spans their range.",
    )
    return figure
