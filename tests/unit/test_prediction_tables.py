"""Tables of predictions: read as they were written, and refused in one sentence where they are none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.evaluation.correctness import read_answers
from smear.evaluation.prediction_tables import find_improper, read_predictions
from smear.job import UserError
from smear.predictions import tabulate_predictions
from smear.tables import write_csv


def predict(*names: str) -> pd.DataFrame:
    rows = pd.DataFrame({"image_id": names, "label": 1})
    return tabulate_predictions(rows, np.full((len(names), 2), 0.5, np.float32), ["NA", "1"])


def write(table: pd.DataFrame, path) -> str:
    write_csv(table, path)
    return str(path)


def test_folds_are_joined_and_names_stay_text(tmp_path):
    paths = [write(predict("x", "001"), tmp_path / "a.csv"), write(predict("NA", "1.0"), tmp_path / "b.csv")]
    table = read_predictions(paths)
    assert table["image_id"].tolist() == ["001", "1.0", "NA", "x"]
    assert list(table) == ["image_id", "label", "predicted", "prob_NA", "prob_1"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prob_1": [0.5, np.nan]}, "has no probabilities for the image b"),
        ({"prob_1": [np.inf, 0.5]}, "has no probabilities for the image a"),
        ({"prob_1": [0.5, 0.9]}, "has no probabilities for the image b"),
        ({"prob_1": [1.5, 0.5], "prob_NA": [-0.5, 0.5]}, "has no probabilities for the image a"),
        ({"prob_1": ["0.5", "half"]}, "has no probabilities for the image b"),
        ({"label": [1, np.nan]}, "has no class as label of the image b"),
        ({"predicted": [2, 0]}, "has no class as predicted of the image a"),
        ({"predicted": [0.5, 0]}, "has no class as predicted of the image a"),
        ({"image_id": ["a", "a"]}, "has the image a, which was predicted before"),
    ],
)
def test_what_is_no_prediction_is_named(tmp_path, changes, words):
    path = write(predict("a", "b").assign(**changes), tmp_path / "p.csv")
    with pytest.raises(UserError) as error:
        read_predictions([path])
    assert str(error.value).startswith(f"{path} {words}: restore it")


def test_an_image_of_two_folds_and_a_table_without_rows_are_named(tmp_path):
    paths = [write(predict("a", "b"), tmp_path / "a.csv"), write(predict("b"), tmp_path / "b.csv")]
    with pytest.raises(UserError, match=r"b\.csv has the image b, which was predicted before"):
        read_predictions(paths)
    with pytest.raises(UserError, match=r"e\.csv has no predictions"):
        read_predictions([write(predict("a").head(0), tmp_path / "e.csv")])


@pytest.mark.parametrize("changes", [{"label": [1, np.nan]}, {"predicted": ["0", "one"]}])
def test_a_grid_cell_without_whole_answers_is_named(tmp_path, changes):
    path = write(predict("a", "b").assign(**changes), tmp_path / "p.csv")
    with pytest.raises(UserError, match=r"p\.csv is no table of predictions"):
        read_answers([path])


@given(st.integers(1, 30), st.integers(2, 50), st.integers(0, 10**6))
def test_what_a_softmax_gives_is_no_fault(images, classes, seed):
    logits = np.random.default_rng(seed).normal(0, 9, (images, classes))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for kind in (np.float16, np.float32, np.float64):
        assert find_improper(probabilities.astype(kind)) is None
    probabilities[images // 2, 0] = np.nan
    assert find_improper(probabilities) == images // 2
