"""The report's sentences and tables, without the page around them."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import CLASSES, differences_of, grid_cells, leaderboard_of, selection_of, shortcuts_of
from made_up_split import audit_of
from smear.formats import percent
from smear.report.findings import finding
from smear.report.shortcuts import join_differences, judge_network
from smear.report.tables import (
    image_facts,
    leaderboard_table,
    misclassified_table,
    provenance_rows,
    split_table,
)
from smear.statistics.intervals import wilson_interval


def test_a_question_that_the_figures_settle_and_one_that_they_do_not():
    table = leaderboard_of(grid_cells(learning_rate=[0.0001, 0.003], epochs=[20]))
    table.loc[table["learning_rate"] == 0.003, "tied"] = False
    chosen = selection_of(table)
    assert "set learning rate 0.0001 apart" in finding("learning_rate", table, chosen)
    assert "do not settle the question" in finding("optimizer", table, chosen)
    assert "nothing to compare" in finding("epochs", table, chosen)


def test_a_diverged_sibling_is_named_and_not_what_the_images_show():
    cells = grid_cells(optimizer=["adam"], learning_rate=[0.0001, 0.0003, 0.003], epochs=[30])
    table = leaderboard_of(cells, diverged=(2,))
    sentence = finding("learning_rate", table, selection_of(table))
    assert "; learning rate 0.003 diverged." in sentence
    assert "rule out" not in sentence
    alone = leaderboard_of(cells, diverged=(1, 2))
    assert finding("learning_rate", alone, selection_of(alone)).endswith("0.003 diverged. No other one finished.")
    assert finding("heatmap", table, selection_of(table)).endswith(" 1 diverged.")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30))
def test_exactly_the_wrong_ones_are_listed(pairs):
    rows = [
        {"image_id": str(k), "label": label, "predicted": predicted, **{f"prob_{name}": 0.25 for name in CLASSES}}
        for k, (label, predicted) in enumerate(pairs)
    ]
    listed = misclassified_table(pd.DataFrame(rows), CLASSES)
    wrong = {str(k): (CLASSES[a], CLASSES[b]) for k, (a, b) in enumerate(pairs) if a != b}
    assert {row["image_id"]: (row["true"], row["predicted"]) for row in listed} == wrong


def test_the_split_table_adds_up():
    rows = split_table(audit_of(CLASSES), CLASSES)
    assert rows[-1] == {"name": "All", "train": 3206, "validation": 398, "test": 394, "total": 3998, "part": False}
    assert sum(row["total"] for row in rows[:-1]) == rows[-1]["total"]


def test_what_was_not_recorded_is_left_out():
    assert provenance_rows({"seed": 0, "commit": None, "versions": {}}) == [("Seed", "0")]


def test_a_cell_without_siblings_is_compared_with_none():
    cells = grid_cells(optimizer=["adam"], learning_rate=[0.0001], epochs=[30])
    cells += grid_cells(optimizer=["rmsprop"], learning_rate=[0.003], epochs=[20])
    table = leaderboard_of(cells)
    assert "No other grid cell differs" in finding("optimizer", table, selection_of(table))


def test_columns_that_all_cells_share_are_said_once():
    table = leaderboard_of(grid_cells(epochs=[30]))
    board = leaderboard_table(table, table["cell"][0])
    assert board["axes"] == ["Optimizer", "Learning rate"]
    assert board["same"] == "EfficientNetB0, batch size 32, seed 0, 30 epochs"
    assert [row["chosen"] for row in board["rows"]] == [True] + [False] * 7


def test_images_of_several_sizes_are_given_as_a_range():
    catalog = pd.DataFrame({"width": [224, 300], "height": [224, 200], "bytes": [1_000_000, 500_000]})
    assert image_facts(catalog) == {"images": 2, "size": "224 × 200 to 300 × 224 pixels", "megabytes": 1.5}


def choose(correct: int, color: str) -> dict:
    """A selected network with so many of 324 validation images correct."""
    low, high = wilson_interval(correct, 324)
    figures = {"accuracy": correct / 324, "low": low, "high": high, "correct": correct, "images": 324}
    both = {f"{kind}_{name}": figure for name, figure in figures.items() for kind in ("validation", "model")}
    return {"color": color, "replicates": 1, **both}


def judge(shortcuts: pd.DataFrame, chosen: dict) -> str:
    """The sentence about a network and baselines that are right on images nested in one another."""
    differences = differences_of(shortcuts, chosen["validation_correct"])
    return judge_network(join_differences(shortcuts, differences), chosen)


@pytest.mark.parametrize(
    ("best", "network", "words"),
    [
        (290, 318, "The network is better: it reads"),
        (317, 318, "The interval contains 0"),
        (322, 290, "The network is worse: it does not reach"),
    ],
)
def test_the_network_is_judged_by_the_best_shortcut_on_its_own_color(best, network, words):
    # RGB stands first in the table, with other figures.
    shortcuts = pd.concat([shortcuts_of(("rgb",), best=305), shortcuts_of(("gray",), best=best)])
    sentence = judge(shortcuts, choose(network, "gray"))
    assert words in sentence
    assert f"({best}/324, " in sentence
    assert "frozen" not in sentence


@pytest.mark.parametrize(
    ("probe", "network", "words"),
    [
        (290, 318, "The trained network is better than a classifier on frozen features."),
        (316, 318, "These images do not show that the trained network is better than a classifier on frozen features."),
        (322, 290, "A classifier on frozen features, which is fitted within a minute, is better."),
    ],
)
def test_the_network_is_judged_by_the_probe_too_and_the_probe_is_no_shortcut(probe, network, words):
    sentence = judge(shortcuts_of(best=280, probe=probe), choose(network, "rgb"))
    assert sentence.startswith("The best shortcut, naive Bayes on the six color numbers, classifies 86.42")
    assert f"On frozen pretrained features, linear probe classifies {percent(probe / 324)} ({probe}/324" in sentence
    assert sentence.endswith(words)


def test_intervals_that_overlap_can_differ_where_the_images_are_the_same():
    chosen = choose(318, "rgb")
    shortcuts = shortcuts_of(best=308)
    assert shortcuts["validation_high"].max() > chosen["validation_low"]
    sentence = judge(shortcuts, chosen)
    assert "the difference is +3.09 points on the same images (95 % interval +1." in sentence
    assert "10 images only the network has right, 0 only the other" in sentence
    assert "The network is better" in sentence
