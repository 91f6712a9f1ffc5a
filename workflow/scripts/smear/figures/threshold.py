"""ROC and precision-recall curves of one class against the rest, with the threshold that was chosen before the test."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from smear.figures.style import HUES, QUIET, header, house_style, write_percent
from smear.formats import short_percent
from smear.job import show_name
from smear.statistics.roc import find_curves
from smear.statistics.threshold import Scores

POINTS = 500  # of a drawn curve
PANELS = {
    "roc": ("roc_area", "ROC", "1 \N{MINUS SIGN} specificity", "Sensitivity"),
    "precision_recall": ("average_precision", "Precision-recall", "Sensitivity (recall)", "Precision"),
}


@house_style()
def draw_threshold(scores: dict[str, Scores], results: dict) -> Figure:
    """Draw both curves of validation and test images. scores: by split. results: what `report/threshold.json` holds."""
    figure, grid = plt.subplots(1, 2, figsize=(9.6, 5.4), layout="constrained")
    curves = {split: find_curves(each) for split, each in scores.items()}
    for axes, (name, (area, title, horizontal, vertical)) in zip(grid, PANELS.items(), strict=True):
        for (split, found), color in zip(curves.items(), (QUIET, HUES[0]), strict=True):
            if found:
                label = f"{split.capitalize()}, area {results[split][area]:.4f}"
                steps = "steps-post" if name == "precision_recall" else "default"
                axes.plot(*thin(*found[name]), color=color, linewidth=1.6, label=label, drawstyle=steps)
                axes.plot(*find_point(name, results[split]), "o", color=color, markersize=7, markeredgecolor="white")
        if name == "roc":
            axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
        if any(curves.values()):
            axes.legend(loc="lower right" if name == "roc" else "lower left")
        axes.set_title(title)
        axes.set(xlabel=horizontal, ylabel=vertical, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        for axis in (axes.xaxis, axes.yaxis):
            write_percent(axis)
    figure.get_layout_engine().set(w_pad=0.12)
    header(
        figure,
        f"{show_name(results['positive'])} against the rest",
        f"Points: the threshold {results['threshold']}, chosen on the validation images for a sensitivity of "
        f"{short_percent(results['target'])} or more. Dashed: chance.",
    )
    return figure


def thin(horizontal: np.ndarray, vertical: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most POINTS points of a curve, both ends among them."""
    places = np.unique(np.linspace(0, len(horizontal) - 1, POINTS).round().astype(int))
    return horizontal[places], vertical[places]


def find_point(name: str, shares: dict) -> tuple[list[float], list[float]]:
    """Where the threshold lies on a curve; nowhere if a share is that of no images."""
    if name == "roc":
        return [1 - shares["specificity"]], [shares["sensitivity"]]
    return [shares["sensitivity"]], [np.nan if shares["ppv"] is None else shares["ppv"]]
