"""Architectures side by side: figure, sentence and table."""

import matplotlib.pyplot as plt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import grid_cells, leaderboard_of, measure, selection_of
from made_up_report import render
from matplotlib.text import Text
from smear.evaluation.selection import find_best_of_architectures
from smear.figures.architectures import draw_architectures
from smear.formats import percent
from smear.report.architectures import architecture_table
from smear.report.findings import FIGURES, finding, list_figures
from smear.training.architectures.registry import ARCHITECTURES

pytestmark = pytest.mark.slow

NAMES = ["EfficientNetB0", "MobileNetV3Large", "ResNet50", "VGG16", "EfficientNetLite0"]


def text_of(table, chosen) -> list[str]:
    figure = draw_architectures(table, chosen)
    figure.draw_without_rendering()
    texts = [text.get_text() for text in figure.findobj(Text)]
    plt.close(figure)
    return texts


@settings(max_examples=15)  # each is drawn
@given(st.lists(st.sampled_from(list(ARCHITECTURES)), min_size=2, max_size=28, unique=True), st.integers(0, 3))
def test_every_architecture_is_named_with_its_figures(names, diverged):
    cells = grid_cells(architecture=names, learning_rate=[0.0001], epochs=[20], optimizer=["adam", "rmsprop"])
    table = leaderboard_of(cells, diverged=tuple(range(min(diverged, len(cells) - 2))))
    chosen = selection_of(table)
    texts = " | ".join(text_of(table, chosen))
    finished = find_best_of_architectures(table[table["status"] == "finished"])
    for number, row in enumerate(finished.itertuples(), start=1):
        assert (
            f"{number}  {row.architecture}  {percent(row.validation_accuracy)}, {row.parameters / 1e6:.3g} M" in texts
        )
    rows = architecture_table(table, chosen)
    assert [row["architecture"] for row in rows[: len(finished)]] == finished["architecture"].tolist()
    assert {row["architecture"] for row in rows} == set(names)
    assert rows[0]["chosen"]
    assert rows[0]["difference"] == 0
    assert all(row["difference"] >= 0 for row in rows if row["status"] == "finished")


def test_the_sentence_names_the_cost_and_who_is_ruled_out():
    table = leaderboard_of(grid_cells(architecture=NAMES, optimizer=["adam"], learning_rate=[0.0001], epochs=[20]))
    chosen = selection_of(table)
    first, second, third, last = table["architecture"][1:]
    table["tied"] = table["rank"] <= 2
    table.loc[4, "status"] = "diverged"
    sentence = finding("architecture", table, chosen)
    cost = 1000 / measure(chosen["architecture"])["images_per_second"]
    assert f"of 5 architectures, that of {chosen['architecture']} has the highest" in sentence
    least = min(1000 / measure(name)["images_per_second"] for name in NAMES if name != last)
    rest = ", the least of all." if cost == least else "; the cheapest, "
    assert f"takes {cost:.1f} s to train on 1,000 images{rest}" in sentence
    assert f"set it apart from {second} and {third}." in sentence
    assert first not in sentence.split("apart from")[1]
    assert sentence.endswith(f"Every grid cell of {last} diverged.")


def test_one_architecture_alone_is_compared_with_none(tmp_path):
    assert "architecture" not in list_figures({"SmallCNN"})
    assert list_figures({"SmallCNN", "VGG16"}) == list(FIGURES)
    table = leaderboard_of(grid_cells())
    assert architecture_table(table, selection_of(table)) == []
    _, page = render(tmp_path, cells=grid_cells(epochs=[20], optimizer=["adam"], learning_rate=[0.0001]))
    assert "Architecture and its best grid cell" not in page.text


def test_the_page_has_the_table(tmp_path):
    cells = grid_cells(architecture=NAMES[:2], learning_rate=[0.0001], epochs=[20])
    _, page = render(tmp_path, cells=cells)
    assert "Architecture and its best grid cell" in page.text
    for row in architecture_table(table := leaderboard_of(cells), selection_of(table)):
        assert f"{row['architecture']}{row['settings']} {row['parameters']:,}" in page.text
