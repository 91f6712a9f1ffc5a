"""Figures of made-up grids: drawn for every shape of grid, readable by machine, the same bytes twice."""

import json
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import plot_comparison
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laid_out import lay_out
from made_up import (
    CLASSES,
    grid_cells,
    leaderboard_of,
    selection_of,
    shortcuts_of,
    write_comparison,
)
from made_up_report import ONE
from smear.figures.curves import draw_curves
from smear.figures.heatmaps import draw_confusion
from smear.figures.questions import draw_question
from smear.figures.shortcuts import draw_shortcuts
from smear.figures.style import assign_colors, save
from smear.formats import describe_value, format_value, percent
from smear.job import UserError

pytestmark = pytest.mark.slow

NAMES = ["optimizer", "learning_rate", "epochs", "curves", "heatmap"]


def texts_of(path) -> list[str]:
    """All texts of an SVG, in order; fails where it is no XML."""
    root = ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    return ["".join(text.itertext()).strip() for text in root.iter("{http://www.w3.org/2000/svg}text")]


def draw(folder, cells, diverged=()) -> dict[str, str]:
    """Draw every figure of `cells` in `folder` and return the text of each SVG."""
    snakemake = write_comparison(folder, cells, diverged)
    plot_comparison.main(snakemake)
    for path in vars(snakemake.output).values():
        assert path.stat().st_size > 0
    return {name: " ".join(texts_of(folder / f"{name}.svg")) for name in NAMES}


class Drawn(NamedTuple):
    """Figures: their folder, and the text of each."""

    folder: Path
    texts: dict[str, str]


@pytest.fixture(scope="module")
def paper(tmp_path_factory) -> Drawn:
    """The paper's 24 cells, one of them diverged."""
    folder = tmp_path_factory.mktemp("paper")
    return Drawn(folder, draw(folder, grid_cells(), diverged=(3,)))


def test_every_figure_of_the_paper_names_its_axes_and_counts_its_cells(paper):
    _, texts = paper
    for axis, label in {"optimizer": "Optimizer", "learning_rate": "Learning rate", "epochs": "Epochs"}.items():
        assert label in texts[axis]
        assert "Validation accuracy" in texts[axis]
        assert "all 24 grid cells" in texts[axis]
    for label in ("Loss", "Accuracy", "Epoch", "24 grid cells", "training", "validation", "Adam", "RMSprop", "0.003"):
        assert label in texts["curves"]
    for label in ("Learning rate", "Epochs", "24 grid cells", "Adam", "RMSprop"):
        assert label in texts["heatmap"]


def test_questions_say_what_is_held_fixed_and_show_the_counts(paper):
    folder, texts = paper
    chosen = json.loads((folder / "selection.json").read_text())
    assert "(EfficientNetB0, learning rate 0.0001, batch size 32, 30 epochs)" in texts["optimizer"]
    assert "(EfficientNetB0, Adam, batch size 32, 30 epochs)" in texts["learning_rate"]
    assert "(EfficientNetB0, Adam, learning rate 0.0001, batch size 32)" in texts["epochs"]
    for axis in ("optimizer", "learning_rate", "epochs"):
        assert f"{chosen['validation_correct']:.0f}/324" in texts[axis]


def test_the_heatmap_shows_every_finished_cell_in_percent_and_the_diverged_one(paper):
    folder, texts = paper
    table = leaderboard_of(grid_cells(), diverged=(3,))
    shown_figures = [text for text in texts_of(folder / "heatmap.svg") if text.count(".") == 1]
    for accuracy in table["validation_accuracy"].dropna():
        assert f"{100 * accuracy:.2f}" in shown_figures
    assert texts["heatmap"].split().count("diverged") == 1


def test_a_diverged_cell_is_marked_in_every_figure(paper):
    assert all("diverged" in text for text in paper.texts.values())


def test_the_same_inputs_give_the_same_bytes(paper, tmp_path):
    folder, _ = paper
    draw(tmp_path, grid_cells(), diverged=(3,))
    for name in NAMES:
        for kind in ("svg", "png"):
            assert (tmp_path / f"{name}.{kind}").read_bytes() == (folder / f"{name}.{kind}").read_bytes(), name


def test_pictures_are_large_enough_to_read(paper):
    for name in NAMES:
        height, width = matplotlib.image.imread(paper.folder / f"{name}.png").shape[:2]
        assert width > 1000
        assert height > 500


def test_one_cell_is_drawn_and_said_to_be_alone():
    texts = lay_out(grid_cells(**ONE))
    for axis in ("optimizer", "learning_rate", "epochs"):
        assert "nothing to compare" in texts[axis]
        assert "Its only cell" in texts[axis]
    assert "1 grid cell" in texts["curves"]
    assert "1 grid cell" in texts["heatmap"]


def test_a_grid_that_is_no_product_of_its_axes_leaves_gaps():
    axes = {"architecture": ["EfficientNetB0", "MobileNetV3Large"], "batch_size": [16, 32], "epochs": [20, 30]}
    cells = grid_cells(**axes, learning_rate=[0.0001, 0.001])
    texts = lay_out([cell for place, cell in enumerate(cells) if place % 5])
    assert "Blank: not in the grid" in texts["heatmap"]
    assert "MobileNetV3Large, batch size 16" in texts["epochs"]


def test_colors_are_named_where_they_vary_and_nowhere_else():
    texts = lay_out(grid_cells(color=["rgb", "gray"], learning_rate=[0.0001, 0.001]))
    for name in ("curves", "heatmap", "optimizer"):
        assert "RGB images" in texts[name]
        assert "gray images" in texts[name]
    plain = lay_out(grid_cells(**ONE))
    assert "RGB images" not in " ".join(plain.values())


@pytest.mark.parametrize("colors", [("rgb",), ("rgb", "gray", "stain_normalised")])
def test_shortcuts_are_drawn_with_the_best_classifier_on_each_kind_of_features(tmp_path, colors):
    chosen = selection_of(leaderboard_of(grid_cells()))
    save(draw_shortcuts(shortcuts_of(colors), chosen), tmp_path / "s.svg")
    texts = texts_of(tmp_path / "s.svg")
    for label in ("Network", "RGB histogram", "Six color numbers", "Bottom right corner", "Thumbnail of 8 × 8"):
        assert label in texts
    assert f"{percent(318 / 324)}  naive Bayes" in texts
    classifiers = ("naive Bayes", "forest", "neighbors", "regression")
    assert sum(text.endswith(classifiers) for text in texts) == 4 * len(colors)
    assert ("gray images" in texts) == (len(colors) > 1)


def test_the_probe_is_drawn_beneath_the_network(tmp_path):
    chosen = selection_of(leaderboard_of(grid_cells()))
    save(draw_shortcuts(shortcuts_of(best=318, probe=300), chosen), tmp_path / "s.svg")
    texts = texts_of(tmp_path / "s.svg")
    assert f"{percent(300 / 324)}  linear probe" in texts
    labels = [text for text in texts if text in ("Network", "Frozen pretrained features", "Six color numbers")]
    assert labels == ["Network", "Frozen pretrained features", "Six color numbers"]


def test_a_row_whose_first_panel_has_no_cells_keeps_its_name(tmp_path):
    cells = grid_cells(learning_rate=[0.0001, 0.001], epochs=[20, 30])
    cells += grid_cells(architecture=["MobileNetV3Large"], learning_rate=[0.001], epochs=[20, 30])
    table = leaderboard_of(cells)
    save(draw_question("epochs", table, table.attrs["replicates"], selection_of(table)), tmp_path / "e.svg")
    assert "MobileNetV3Large" in texts_of(tmp_path / "e.svg")


def test_a_cell_that_diverged_before_its_first_epoch_ended_has_no_curve(tmp_path):
    snakemake = write_comparison(tmp_path, grid_cells(optimizer=["adam"], epochs=[20]), diverged=(3,))
    header = snakemake.input.histories[3].read_text().splitlines()[0]
    snakemake.input.histories[3].write_text(header + "\n")
    snakemake.input.histories[2].write_text(header + "\n1,inf,0.3,inf,0.2,31.5,82.6\n")
    plot_comparison.main(snakemake)
    assert "4 grid cells" in " ".join(texts_of(tmp_path / "curves.svg"))


@pytest.mark.parametrize(("losses", "scale"), [((0.9, 1.4), "linear"), ((0.01, 1.4), "log"), ((1.4, np.inf), "linear")])
def test_losses_get_a_scale_that_has_ticks(losses, scale):
    table = leaderboard_of(grid_cells(**ONE))
    history = pd.DataFrame(
        {"epoch": [1.0, 2.0], "loss": losses, "val_loss": losses, "accuracy": 0.5, "val_accuracy": 0.5}
    )
    figure = draw_curves(table.attrs["replicates"], {table["cell"][0]: history})
    assert figure.axes[0].get_yscale() == scale
    plt.close(figure)


def test_histories_of_other_cells_than_the_leaderboards_are_refused(tmp_path):
    snakemake = write_comparison(tmp_path, grid_cells(**ONE))
    snakemake.params.cells = ["another"]
    with pytest.raises(UserError, match="make the leaderboard again"):
        plot_comparison.main(snakemake)


def test_class_names_are_no_formulas(tmp_path):
    save(draw_confusion(np.eye(2, dtype=int), ["$x^2$", "<b>&"]), tmp_path / "c.svg")
    texts = texts_of(tmp_path / "c.svg")
    assert texts.count("$x^2$") == 2
    assert texts.count("<b>&") == 2


def test_the_confusion_matrix_shows_counts_and_shares(tmp_path):
    matrix = [[50, 1, 0, 0], [0, 99, 0, 0], [0, 0, 97, 0], [2, 2, 0, 77]]
    save(draw_confusion(matrix, CLASSES), tmp_path / "c.svg")
    texts = texts_of(tmp_path / "c.svg")
    assert [text for text in texts if text.isdigit()] == [str(count) for row in matrix for count in row]
    assert "95.1\N{NO-BREAK SPACE}%" in texts
    assert {"True class", "Predicted class"} <= set(texts)


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=12, unique=True), st.booleans())
def test_every_value_has_a_color_of_its_own(values, ordered):
    palette = assign_colors(values, ordered)
    assert list(palette) == values
    assert len(set(palette.values())) == len(values)


@pytest.mark.parametrize(
    ("axis", "value", "short", "long"),
    [
        ("learning_rate", 1e-05, "0.00001", "learning rate 0.00001"),
        ("optimizer", "rmsprop", "RMSprop", "RMSprop"),
        ("optimizer", "lion", "lion", "lion"),
        ("epochs", 30, "30", "30 epochs"),
        ("seed", 0, "0", "seed 0"),
        ("color", "stain_normalised", "stain-normalized", "stain-normalized images"),
    ],
)
def test_values_are_written_as_a_reader_expects(axis, value, short, long):
    assert format_value(axis, value) == short
    assert describe_value(axis, value) == long
