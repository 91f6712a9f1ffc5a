"""Class names come from the rows of the tensors, and predictions carry them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.job import UserError
from smear.predictions import get_classes, tabulate_predictions

NAMES = st.lists(st.text("abc/ ä", min_size=1), min_size=1, max_size=5, unique=True)


def rows_of(labels: list[int], classes: list[str]) -> pd.DataFrame:
    """Rows whose paths and identities name other classes than the column `class` does."""
    names = [f"Folder{number % 3}/{number}.png" for number in range(len(labels))]
    return pd.DataFrame({"image_id": names, "label": labels, "class": [classes[label] for label in labels]})


@given(NAMES, st.randoms(use_true_random=False))
def test_class_names_come_from_their_column_in_the_order_of_the_labels(names, random):
    labels = [*range(len(names)), *random.choices(range(len(names)), k=10)]
    random.shuffle(labels)
    assert get_classes(rows_of(labels, names)) == names


@pytest.mark.parametrize(
    ("labels", "classes", "words"),
    [
        ([0, 1, 1], ["Benign", "Early", "Pre"], "the label 1 has the class Early and Pre"),
        ([0, 1, 2], ["Benign", "Early", "Early"], "the class Early has the label 1 and 2"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(labels, classes, words):
    with pytest.raises(UserError, match=words):
        get_classes(pd.DataFrame({"label": labels, "class": classes}))


def test_predictions_have_a_column_for_each_class():
    rows = rows_of([1, 0], ["normal", "blast"])
    table = tabulate_predictions(rows, np.array([[0.2, 0.8], [0.4, 0.6]]), get_classes(rows))
    assert table.to_dict("list") == {
        "image_id": ["Folder0/0.png", "Folder1/1.png"],
        "label": [1, 0],
        "predicted": [1, 1],
        "prob_normal": [0.2, 0.4],
        "prob_blast": [0.8, 0.6],
    }
