"""Titles of figures: within their panels, whatever names they are made of."""

import matplotlib.pyplot as plt
import pytest
from made_up import grid_cells, history_of, leaderboard_of, selection_of
from made_up_report import ONE
from smear.figures.curves import draw_curves
from smear.figures.heatmaps import draw_grid
from smear.figures.questions import draw_question

LONG = {"architecture": ["EfficientNetV2B0", "MobileNetV3Large"], "optimizer": ["adam"]}
LONG |= {"color": ["rgb", "stain_normalised"], "augmentation": ["default", "strong-and-turned"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    "few",
    [
        {"learning_rate": [0.0001], "epochs": [30]},
        pytest.param({"learning_rate": [0.0001, 0.001], "epochs": [20, 30]}, marks=pytest.mark.rare),
    ],
)
def test_long_titles_stay_within_their_panels_and_their_figures(few):
    table = leaderboard_of(grid_cells(**LONG | few))
    chosen, histories = selection_of(table), {name: history_of(grid_cells(**ONE)[0]) for name in table["cell"]}
    for figure in (draw_curves(table.attrs["replicates"], histories), draw_grid(table, chosen)):
        figure.draw_without_rendering()
        for axes in figure.axes:
            title = axes.title if axes.get_title() else axes._left_title
            assert title.get_window_extent().x1 <= axes.get_window_extent().x1 + 3, title.get_text()
            assert title.get_window_extent().y1 < figure.bbox.y1
        plt.close(figure)
    for question in ("optimizer", "learning_rate", "epochs"):
        figure = draw_question(question, table, table.attrs["replicates"], chosen)
        figure.draw_without_rendering()
        names = [text for axes in figure.axes[1:] for text in axes.texts if text.get_weight() == "bold"]
        assert len(names) == 8
        for name in names:
            extent = name.get_window_extent()
            assert extent.x1 <= figure.bbox.x1, name.get_text()
            assert not [axes for axes in figure.axes[1:] if axes.get_window_extent().overlaps(extent)]
            assert not extent.overlaps(figure.axes[0].get_window_extent())
        plt.close(figure)
