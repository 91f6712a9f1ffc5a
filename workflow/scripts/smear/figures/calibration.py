"""Reliability diagram before and after temperature scaling, and the confidence of correct and wrong answers."""

from math import floor

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from smear.figures.style import HUES, QUIET, header, house_style, percent_axis, write_percent
from smear.formats import percent, write_bins
from smear.statistics.calibration import scale_probabilities

COLUMNS = 20  # of a histogram


@house_style()
def draw_calibration(labels: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray, results: dict) -> Figure:
    """Draw accuracy against confidence of the test images, the numbers of images below, and both kinds of answers.

    labels, predicted: (images,); probabilities: (images, classes), as they are in `report/test_predictions.csv`.
    results: what `calibration.json` holds.
    """
    rows, temperature = np.arange(len(labels)), results["temperature"]
    confidences = {
        "before": probabilities[rows, predicted],
        "after": scale_probabilities(probabilities, temperature)[rows, predicted],
    }
    bound = " (bound)" if results["temperature_at_bound"] else ""
    titles = {"before": "As predicted", "after": f"Temperature {temperature:.3g}{bound}"}
    lowest = min(min(confidence.min() for confidence in confidences.values()), 0.95)
    edges = np.linspace(floor(20 * lowest) / 20, 1, COLUMNS + 1)
    bottom = min(edges[0], *(one["accuracy_low"] for state in confidences for one in results["test"][state]["bins"]))
    figure = plt.figure(figsize=(9.6, 5.6), layout="constrained")
    grid = figure.add_gridspec(2, 3, height_ratios=(3, 1))
    diagrams = [figure.add_subplot(grid[0, place]) for place in range(2)]
    for place, (axes, (state, confidence)) in enumerate(zip(diagrams, confidences.items(), strict=True)):
        found = results["test"][state]
        draw_bins(axes, found["bins"], edges[0], bottom)
        axes.set_title(f"{titles[state]}: ECE {percent(found['ece'], 1)}")
        below = figure.add_subplot(grid[1, place], sharex=axes)
        draw_counts(below, confidence, edges)
        axes.tick_params(labelbottom=False)
        if place == 0:
            axes.set_ylabel("Accuracy")
            below.set_ylabel("Images")
    draw_answers(figure.add_subplot(grid[:, 2]), confidences["before"], labels == predicted, edges)
    figure.get_layout_engine().set(w_pad=0.08)
    sizes = [one["images"] for one in results["test"]["before"]["bins"]]
    header(
        figure,
        "Confidence against accuracy, test images",
        "Confidence is the probability of the predicted class. The model is underconfident where points lie above the "
        f"dashed line, overconfident where they lie below. As predicted: {write_bins(sizes)}; bars are "
        "95\N{NO-BREAK SPACE}% intervals.",
    )
    return figure


def draw_bins(axes: Axes, bins: list[dict], lowest: float, bottom: float) -> None:
    """Draw the accuracy of each bin against its confidence; lowest, bottom: where the axes begin."""
    places, accuracies, lows, highs = (
        [one[name] for one in bins] for name in ("confidence", "accuracy", "accuracy_low", "accuracy_high")
    )
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    axes.vlines(places, lows, highs, color=HUES[0], linewidth=1.3, alpha=0.55)
    axes.plot(places, accuracies, "o", color=HUES[0], markersize=5, markeredgecolor="white", markeredgewidth=0.5)
    margin = 0.02 * (1 - lowest)
    axes.set_xlim(lowest - margin, 1 + margin)
    axes.set_ylim(bottom - 0.02 * (1 - bottom), 1 + 0.02 * (1 - bottom))
    percent_axis(axes)


def draw_counts(axes: Axes, confidence: np.ndarray, edges: np.ndarray) -> None:
    """Draw how many images have which confidence, on a scale of powers of ten."""
    axes.hist(confidence, edges, color=HUES[0], alpha=0.55, linewidth=0)
    axes.set_yscale("log")
    axes.set_ylim(0.7, 2 * len(confidence))
    axes.yaxis.set_major_formatter(lambda count, _: f"{count:,.0f}")
    axes.minorticks_off()
    axes.grid(visible=False, axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    write_percent(axes.xaxis)
    axes.set_xlabel("Confidence")


def draw_answers(axes: Axes, confidence: np.ndarray, correct: np.ndarray, edges: np.ndarray) -> None:
    """Draw the distribution of the confidences of correct and of wrong answers, each as shares of its own number."""
    highest = 0.0
    for name, chosen, color in (("Correct", correct, HUES[0]), ("Wrong", ~correct, HUES[1])):
        images = int(chosen.sum())
        label = f"{name}: {images:,} image{'s' * (images != 1)}"
        shares = np.histogram(confidence[chosen], edges)[0] / max(images, 1)
        highest = max(highest, shares.max())
        axes.stairs(shares, edges, fill=True, color=color, alpha=0.35)
        axes.stairs(shares, edges, color=color, linewidth=1.5, label=label)
    axes.set_title("Correct and wrong, as predicted")
    axes.set_xlabel("Confidence")
    axes.set_ylabel("Share of these images")
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    write_percent(axes.xaxis)
    percent_axis(axes)
    axes.set_ylim(0, 1.2 * highest)  # with room for the legend
    axes.legend(loc="upper left")
    axes.grid(visible=False, axis="x")
