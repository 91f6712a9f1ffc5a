"""The accuracies of the outer folds and of all images together."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from smear.figures.style import HUES, QUIET, header, house_style, write_percent
from smear.formats import percent


@house_style()
def draw_choices(choices: pd.DataFrame, summary: dict) -> Figure:
    """Draw a row for each outer fold: its test accuracy with interval, and the validation accuracy that it selected by.

    choices: `outer_fold,cell,validation_accuracy,images,correct,accuracy,accuracy_low,accuracy_high`. summary: what
    `outer/metrics.json` holds; its accuracy is the last row, and its interval the band behind the others.
    """
    rows, images = len(choices), summary["images"]
    figure, axes = plt.subplots(figsize=(8.8, 2.1 + 0.36 * (rows + 1)), layout="constrained")
    band = (summary["accuracy_low"], summary["accuracy_high"])
    axes.axvspan(*band, color=HUES[0], alpha=0.1, linewidth=0, zorder=0)
    bounds = (choices["accuracy_low"], choices["accuracy_high"])
    axes.hlines(range(rows), *bounds, color=HUES[0], linewidth=1.6, alpha=0.55)
    marks = {"markeredgecolor": "white", "markeredgewidth": 0.5, "linewidth": 0}
    axes.plot(choices["accuracy"], range(rows), "o", color=HUES[0], markersize=6.5, label="Test", **marks)
    validated = choices["validation_accuracy"]
    name = "Validation, of the selected grid cell"
    axes.plot(validated, range(rows), "D", color=HUES[1], markersize=5, label=name, **marks)
    axes.hlines(rows, *band, color="black", linewidth=2)
    axes.plot([summary["accuracy"]], [rows], "o", color="black", markersize=7.5, **marks)
    names = [f"Fold {row.outer_fold} ({row.correct:,} of {row.images:,})" for row in choices.itertuples()]
    axes.set_yticks(range(rows + 1), [*names, f"All images ({summary['correct']:,} of {images:,})"])
    axes.set_ylim(rows + 0.6, -0.6)
    lowest = min(choices["accuracy_low"].min(), validated.min(), band[0])
    highest = max(choices["accuracy_high"].max(), validated.max(), band[1])
    margin = 0.05 * (highest - lowest)
    axes.set_xlim(lowest - margin, highest + margin)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    write_percent(axes.xaxis)
    axes.set_xlabel("Accuracy")
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(rows), choices["cell"], size=8)
    right.tick_params(length=0, colors=QUIET)
    right.spines["right"].set_visible(False)
    figure.legend(loc="outside lower center", ncols=2)
    header(
        figure,
        "Every image tested once, by outer fold",
        f"Each outer fold selects a grid cell (right) without its test images. All of them together: "
        f"{percent(summary['accuracy'])}; bars and band are 95\N{NO-BREAK SPACE}% intervals.",
    )
    return figure
