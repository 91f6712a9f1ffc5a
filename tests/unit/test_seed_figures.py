"""Figures of grid cells with several seeds: their mean, and how far the seeds lie apart."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from laid_out import lay_out
from made_up import grid_cells, leaderboard_of, selection_of
from made_up_report import ONE
from smear.figures.curves import draw_curves
from smear.figures.questions import draw_question
from smear.figures.style import MOST_SEEDS

pytestmark = pytest.mark.slow


def test_several_seeds_are_one_point_with_their_mean_and_deviation():
    cells = grid_cells(seed=[0, 1, 2], learning_rate=[0.0001, 0.001], epochs=[30])
    texts, table = lay_out(cells, diverged=(4,)), leaderboard_of(cells, diverged=(4,))
    assert "mean of 3" in texts["optimizer"]
    assert "4 grid cells" in texts["curves"]
    assert "One line per seed (3 seeds)" in texts["curves"]
    for row in table[table["status"] == "finished"].itertuples():
        assert f"{100 * row.validation_accuracy:.2f} ± {100 * row.replicate_sd:.2f}" in texts["heatmap"]
    assert texts["heatmap"].split().count("diverged") == 1


def test_seeds_stand_beside_their_mean_and_are_in_the_limits():
    table = leaderboard_of(grid_cells(seed=[0, 1, 2], optimizer=["adam"], epochs=[30]))
    replicates, chosen = table.attrs["replicates"], selection_of(table)
    figure = draw_question("learning_rate", table, replicates, chosen)
    left, *panels = figure.axes
    dots = [line for line in left.lines if len(line.get_xdata()) == 3]
    found = sorted(accuracy for line in dots for accuracy in line.get_ydata())
    assert found == sorted(replicates["validation_accuracy"])
    low, high = left.get_ylim()
    assert low < min(found) < max(found) < high
    spread = table["validation_accuracy"] - table["replicate_sd"]
    assert all(axes.get_ylim()[0] < spread.min() for axes in panels)
    plt.close(figure)


def test_grid_cells_of_one_and_of_several_seeds_stand_in_one_figure():
    cells = grid_cells(seed=[3, 4], **ONE) + grid_cells(seed=[0], **ONE | {"learning_rate": [0.001]})
    texts = lay_out(cells)
    assert "means over 1 to 2 seeds" in texts["learning_rate"]
    assert "mean of 2" in texts["learning_rate"]
    assert "/324" in texts["learning_rate"]


def test_many_seeds_are_drawn_by_how_they_spread():
    cells = grid_cells(**ONE | {"epochs": [1, 2]}, seed=list(range(MOST_SEEDS + 1)))
    table = leaderboard_of(cells)
    losses = {seed: [1.0, 0.1 * seed] for seed in range(MOST_SEEDS)} | {MOST_SEEDS: [1.0, np.inf]}
    constant = {"epoch": [1, 2], "loss": 1, "accuracy": 1, "val_accuracy": 1}
    replicates = table.attrs["replicates"]
    histories = {
        row.replicate: pd.DataFrame(constant | {"val_loss": losses[row.seed]}) for row in replicates.itertuples()
    }
    replicates.loc[replicates["seed"] == MOST_SEEDS, "status"] = "diverged"
    figure = draw_curves(replicates, histories)
    training, validation, cross = figure.axes[0].lines
    assert validation.get_ydata().tolist() == pytest.approx([1, 0.35]), "of the seeds that have a loss"
    assert training.get_ydata().tolist() == [1, 1]
    assert cross.get_marker() == "X"
    assert len(figure.axes[0].collections) == 2
    plt.close(figure)
