"""The leaderboard and the choice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smear.evaluation.pooling import pool_folds
from smear.evaluation.selection import list_replicates, rank_cells, select_cell
from smear.grid import AXES, Cell
from smear.job import UserError


def cell(name: str, accuracy=None, loss=1.0, epochs=10, parameters=100) -> dict:
    """What a cell's metrics.json holds; without accuracy it diverged."""
    row = {"cell": name, "architecture": "SmallCNN", "optimizer": "adam", "learning_rate": 0.1, "batch_size": 32}
    row |= {
        "seed": 0,
        "epochs": epochs,
        "color": "rgb",
        "parameters": parameters,
        "seconds": 1.0,
        "images_per_second": 90.0,
    }
    if accuracy is None:
        return row | {"status": "diverged"}
    figures = {"accuracy": accuracy, "low": accuracy - 0.05, "high": accuracy + 0.05, "loss": loss}
    figures |= {"correct": round(100 * accuracy), "images": 100}
    row |= {"train_accuracy": 0.9, "train_loss": 0.3}
    return row | {"status": "finished"} | {f"validation_{key}": value for key, value in figures.items()}


def rank(*cells: dict) -> pd.DataFrame:
    return rank_cells(pool_folds(pd.DataFrame(list(cells))))


def choose(*cells: dict, tied: int = 1) -> dict:
    """The selection where the first rows are tied."""
    pooled = pool_folds(pd.DataFrame(list(cells)))
    leaderboard = rank_cells(pooled)
    replicates = list_replicates(pooled, leaderboard)
    return select_cell(leaderboard.assign(tied=leaderboard["rank"] <= tied), replicates, {"unit": "field"})


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"accuracy": 0.9, "loss": 9, "epochs": 99}, {"accuracy": 0.8, "loss": 0.1, "epochs": 1}),
        ({"accuracy": 0.9, "loss": 0.1, "epochs": 99}, {"accuracy": 0.9, "loss": 0.2, "epochs": 1}),
        ({"accuracy": 0.9, "epochs": 5, "parameters": 900}, {"accuracy": 0.9, "epochs": 6, "parameters": 1}),
        ({"accuracy": 0.9, "parameters": 5}, {"accuracy": 0.9, "parameters": 6}),
        ({"accuracy": 0.1}, {}),
    ],
)
def test_order_of_the_rule(better, worse):
    # By its name alone the better one would be the second.
    for pair in [(cell("b", **better), cell("a", **worse)), (cell("a", **worse), cell("b", **better))]:
        assert rank(*pair)["cell"].tolist() == ["b", "a"]
    assert rank(cell("b", **better), cell("a", **better))["cell"].tolist() == ["a", "b"]


@given(
    st.permutations([cell(name, accuracy) for name, accuracy in zip("abcde", [0.5, 0.9, 0.9, None, 0.7], strict=True)])
)
def test_the_order_of_the_cells_does_not_matter(cells):
    table = rank(*cells)
    assert table["cell"].tolist() == ["b", "c", "e", "a", "d"]
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]


def test_epochs_are_counted_where_a_cell_stopped_early():
    table = rank(cell("a", 0.9) | {"epochs_run": 7, "best_epoch": 4}, cell("b") | {"epochs_run": 3, "best_epoch": None})
    assert table["epochs_run"].tolist() == [7, 3]
    assert table["best_epoch"].tolist() == [4, pd.NA]


def test_the_selection_counts_what_it_cannot_tell_apart():
    selection = choose(cell("a", 0.9), cell("b", 0.85), cell("c", 0.5), cell("d"), tied=2)
    assert (selection["cell"], selection["unit"]) == ("a", "field")
    assert (selection["cells"], selection["finished"], selection["indistinguishable"]) == (4, 3, 1)
    assert not [value for value in selection.values() if isinstance(value, np.generic)]


def test_a_grid_that_diverged_wholly_is_an_error():
    with pytest.raises(UserError, match=r"All 2 grid cells diverged.*learning_rate"):
        choose(cell("a"), cell("b"))


def fold_cells(hyperparameters: Cell, accuracies: list) -> list[dict]:
    folds = [hyperparameters._replace(fold=fold) for fold in range(len(accuracies))]
    return [cell(fold.name, accuracy) | fold._asdict() for fold, accuracy in zip(folds, accuracies, strict=True)]


def test_folds_are_one_cell_with_all_their_images():
    a, b, c = (Cell("SmallCNN", "adam", 0.1, 32, 0, 10)._replace(**change) for change in
               ({}, {"batch_size": 16}, {"color": "gray"}))  # fmt: skip
    cells = *fold_cells(a, [0.8, 0.9, 0.7]), *fold_cells(b, [0.95, 0.85, 0.9]), *fold_cells(c, [0.9, None, 1])
    table = rank(*cells)
    assert table["cell"].tolist() == [b.name, a.name, c.name]
    best = table.iloc[0]
    assert (best["validation_correct"], best["validation_images"], best["folds"]) == (270, 300, 3)
    assert best["validation_accuracy"] == pytest.approx(0.9)
    assert best["validation_low"] < 0.9 < best["validation_high"]
    assert (best["fold_accuracy_lowest"], best["fold_accuracy_highest"]) == (0.85, 0.95)
    assert best["seconds"] == 3
    assert table["status"].tolist() == ["finished", "finished", "diverged"]
    chosen = choose(*cells)
    assert (chosen["cell"], chosen["model_cell"], chosen["folds"]) == (b.name, f"{b.name}_f0", 3)
    assert "folds together" in chosen["rule"]


def test_without_folds_the_model_is_the_cells_own():
    chosen = choose(cell("a", 0.9), cell("b", 0.8))
    assert (chosen["model_cell"], chosen["folds"]) == ("a", 0)
    assert "folds together" not in chosen["rule"]


@settings(max_examples=25)
@given(st.permutations([0, 1, 2, 3]), st.sampled_from([1, 0.0001, 3e-05]))
def test_folds_of_cells_that_differ_in_one_axis_stay_apart(order, rate):
    first = Cell("SmallCNN", "adam", rate, 32, 0, 10)
    cells = [first, first._replace(batch_size=16), first._replace(epochs=11), first._replace(color="gray")]
    table = rank(*(row for place in order for row in fold_cells(cells[place], [0.9, 0.8])))
    assert sorted(table["cell"]) == sorted(one.name for one in cells)
    assert table["folds"].tolist() == [2] * 4


def test_leaderboard_and_selection_have_a_column_for_every_axis():
    row = cell("a", 0.9) | Cell("SmallCNN", "adam", 0.1, 32, 0, 10)._asdict()
    assert list(rank(row).columns)[: 2 + len(AXES)] == ["rank", "cell", *AXES]
    assert list(choose(row))[: 1 + len(AXES)] == ["cell", *AXES]
