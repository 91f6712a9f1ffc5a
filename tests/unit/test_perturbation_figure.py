"""The figures of changed images: a panel for each kind, and a sheet whose names stay off the images."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from made_up_network import draw_examples, network_of
from smear.figures.perturbations import draw_perturbations, draw_sheet
from smear.figures.style import save
from smear.perturbation.names import TITLES, write_strength

CLASSES = ["Benign", "Early", "Pre", "Pro"]


@pytest.mark.slow
def test_each_kind_has_a_panel_with_its_strengths_and_its_accuracies(tmp_path):
    network, facts = network_of(CLASSES, without_cells=0.25)
    figure = draw_perturbations(network, facts)
    assert [axes.get_title(loc="left") for axes in figure.axes] == list(TITLES.values())
    for axes, kind in zip(figure.axes, TITLES, strict=True):
        rows = network[network["perturbation"] == kind]
        assert [label.get_text() for label in axes.get_xticklabels()] == list(map(write_strength, rows["strength"]))
        (curve,) = [line for line in axes.lines if line.get_marker() == "o"]
        assert curve.get_ydata() == pytest.approx(rows["accuracy"])
    save(figure, tmp_path / "a.svg")
    save(draw_perturbations(network, facts), tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "98.15\N{NO-BREAK SPACE}% are classified correctly" in text
    assert "labels permuted over groups, 1,000 times" in text


@pytest.mark.slow
@pytest.mark.parametrize("classes", [CLASSES, ["b", "Acute lymphoblastic leukemia, early precursor cells"]])
def test_names_of_the_sheet_stay_within_the_figure_and_off_the_images(classes):
    _, facts = network_of(classes)
    figure = draw_examples(classes, facts["shown"])
    figure.draw_without_rendering()
    (axes,) = figure.axes
    panel = axes.get_window_extent()
    names = [*axes.get_xticklabels(), *axes.get_yticklabels()]
    assert len(names) == 9 + len(classes)
    for text in [*names, *figure.texts]:
        extent = text.get_window_extent()
        assert figure.bbox.x0 <= extent.x0, text.get_text()
        assert extent.x1 <= figure.bbox.x1, text.get_text()
        assert not panel.shrunk(0.99, 0.99).overlaps(extent), text.get_text()
    below = [text.get_window_extent() for text in axes.get_xticklabels()]
    assert all(left.x1 <= right.x0 for left, right in pairwise(below))
    plt.close(figure)


@pytest.mark.slow
def test_the_sheet_keeps_the_pixels_of_the_images(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (1, 2, 16, 16, 3)).astype(np.uint8)
    save(draw_sheet(images, ["a"], {"gray": 1}), tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert 'width="37" height="16"' in text, "one picture of both, a quarter of a side apart, and a sixteenth"
    assert "image-rendering:pixelated" in text
