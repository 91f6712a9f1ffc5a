"""What separates captures of one microscope field from chance."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from smear.fields.chance import Chance
from smear.figures.style import CHOSEN, HUES, QUIET, header, house_style


@house_style()
def draw_scores(counts: pd.DataFrame, summary: dict) -> Figure:
    """Draw how many pairs have which match score. counts: `field_evidence.csv`. summary: `fields.json`."""
    step = counts["evidence"].iloc[1] - counts["evidence"].iloc[0]
    edges = np.append(counts["evidence"], counts["evidence"].iloc[-1] + step)
    chance, threshold, compared = Chance(**summary["chance"]), summary["threshold"], summary["pairs_compared"]
    random, registered, matches = (counts[name].to_numpy() for name in ("random_pairs", "registered_pairs", "matches"))

    figure, axes = plt.subplots(figsize=(7.8, 4.1), layout="constrained")
    expected = -np.diff(chance.share(edges)) * compared
    axes.stairs(expected, edges, fill=True, color="#d5d9df", label="unrelated pairs, as expected (Gumbel)")
    scaled = random * compared / random.sum()
    axes.stairs(scaled, edges, color=QUIET, linewidth=1.1, label=f"{random.sum():,} mirrored pairs, scaled up")
    axes.stairs(registered - matches, edges, fill=True, color=HUES[4], label="registered, no match")
    axes.stairs(
        matches,
        edges,
        fill=True,
        color=HUES[0],
        label=f"{summary['pairs']:,} pairs that match",
    )
    axes.axvline(threshold, color=CHOSEN, linewidth=1.6)
    axes.text(
        threshold + 0.1, 0.97, f"threshold {threshold:.1f}", color=CHOSEN, size=9.5, va="top",
        transform=axes.get_xaxis_transform(),
    )  # fmt: skip
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_ylim(0.5, None)
    axes.set_xlim(edges[:-1][(random + registered > 0)].min() - 2 * step, edges[-1] + step)
    axes.set_xlabel("Match score: the correlation's z in its standard deviations (last bar: and more)")
    axes.set_ylabel("Pairs of images")
    axes.legend(loc="upper right", bbox_to_anchor=(1, 0.92))
    header(
        figure,
        "Which images show the same field?",
        f"Of {compared:,} pairs of images, those right of the line are taken for captures of one microscope field. "
        f"Unrelated pairs are expected to put {summary['pairs_by_chance']:.2g} pairs there.",
    )
    return figure
