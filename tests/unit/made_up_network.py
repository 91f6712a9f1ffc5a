"""What a made-up network makes of changed images, as `network.csv` and a sheet of examples have it."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from smear.figures.perturbations import draw_sheet
from smear.perturbation.kinds import list_kinds
from smear.statistics.intervals import wilson_interval


def network_of(classes: list[str], without_cells: float = 0.6) -> tuple[pd.DataFrame, dict]:
    """Return `network.csv` and `network.json`: the stronger the change, the less is left of 318 of 324 images.

    without_cells: accuracy where the blood cells are filled.
    """
    rows = []
    for name, kind in list_kinds([], np.zeros(3, np.uint8)).items():
        for strength in kind.strengths:
            share = abs(strength) / max(kind.strengths)
            correct = round(324 * without_cells) if name == "foreground" and strength else round(318 - 200 * share**2)
            low, high = wilson_interval(correct, 324)
            figures = {"images": 324, "correct": correct, "accuracy": correct / 324}
            figures |= {"accuracy_low": low, "accuracy_high": high, "null_mean": 0.27, "null_high": 0.33}
            figures |= {"p": 0.001 if correct > 107 else 0.4, "unchanged": correct / 324, "confidence": 0.9}
            figures |= {"most_predicted": classes[-1], "most_predicted_share": 0.4}
            rows.append({"perturbation": name, "strength": strength, **figures})
    facts = {
        "cell": "a", "fold": None, "unit": "field", "groups": 230, "majority_class": classes[0], "majority": 98 / 324,
        "permutations": 1000,
        "shown": {name: kind.shown for name, kind in list_kinds([], np.zeros(3, np.uint8)).items()},
    }  # fmt: skip
    return pd.DataFrame(rows), facts


def draw_examples(classes: list[str], shown: dict[str, float]) -> Figure:
    """Draw a sheet of noise."""
    images = np.random.default_rng(0).integers(0, 256, (min(4, len(classes)), 1 + len(shown), 32, 32, 3))
    return draw_sheet(images.astype(np.uint8), classes[:4], shown)
