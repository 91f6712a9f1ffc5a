"""What is right by group: counts, votes, shares and intervals, and what of it is written."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_groups import predict
from smear.report.groups import read_group_table
from smear.statistics.group_metrics import summarize_groups, tabulate_groups, tabulate_shares
from smear.statistics.intervals import grouped_interval, wilson_interval
from smear.tables import write_csv

CLASSES = ["Benign", "Malignant"]


def table_of(rows: list[tuple]) -> tuple[pd.DataFrame, pd.Series]:
    """Predictions from rows of group, label, predicted, and the probability of the second class."""
    table = pd.DataFrame(rows, columns=["group", "label", "predicted", "prob_Malignant"])
    table = table.assign(image_id=[f"{n}.png" for n in range(len(table))], prob_Benign=1 - table["prob_Malignant"])
    return table, table.set_index("image_id")["group"]


def test_every_group_has_a_row_and_pure_ones_a_vote():
    predictions, groups = table_of(
        [
            ("p2", 1, 1, 0.9),
            ("p2", 1, 0, 0.4),
            ("p2", 1, 1, 0.8),
            ("p1", 0, 0, 0.1),
            ("p1", 1, 0, 0.3),
            ("10", 0, 1, 0.7),
        ]
    )
    table = tabulate_groups(predictions, groups, CLASSES)
    assert list(table) == ["group", "images", "correct", "accuracy", "label", "vote"]
    assert table.astype(object).where(table.notna(), None).to_numpy().tolist() == [
        ["10", 1, 0, 0.0, "Benign", "Malignant"],
        ["p1", 2, 1, 0.5, None, None],
        ["p2", 3, 2, 2 / 3, "Malignant", "Malignant"],
    ]


@pytest.mark.parametrize(("probability", "vote"), [(0.9, "Malignant"), (0.6, "Benign")])
def test_of_a_draw_the_higher_probabilities_decide(probability, vote):
    predictions, groups = table_of([("p", 1, 1, probability), ("p", 1, 0, 0.3)])
    assert tabulate_groups(predictions, groups, CLASSES)["vote"].tolist() == [vote]


def test_names_of_groups_and_classes_stay_text_in_the_file(tmp_path):
    predictions, _ = table_of([("1", 0, 0, 0.1), ("01", 1, 1, 0.9), ("NA", 0, 0, 0.1), ("NA", 1, 1, 0.9)])
    predictions = predictions.rename(columns={"prob_Benign": "prob_0", "prob_Malignant": "prob_1"})
    groups = predictions.set_index("image_id")["group"]
    write_csv(tabulate_groups(predictions, groups, ["0", "1"]), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text().splitlines()[-1] == "NA,2,2,1.0,,"
    table = read_group_table(tmp_path / "t.csv")
    assert table[["group", "label", "vote"]].to_numpy().tolist() == [
        ["01", "1", "1"],
        ["1", "0", "0"],
        ["NA", None, None],
    ]


@settings(max_examples=8)
@given(st.integers(1, 12), st.booleans(), st.integers(2, 4), st.integers(0, 5))
def test_figures_by_group_add_up(groups, pure, classes, seed):
    names = [f"c{number}" for number in range(classes)]
    predictions, levels = predict(groups, names, pure, 8, seed)
    summary = summarize_groups(predictions, levels, names)
    json.dumps(summary, allow_nan=False)
    table = tabulate_groups(predictions, levels["patient"], names)
    assert table["images"].sum() == len(predictions) == summary["images"]["images"]
    assert table["correct"].sum() == (predictions["label"] == predictions["predicted"]).sum()
    patient, photo = summary["levels"]
    assert (patient["groups"], photo["groups"]) == (groups, levels["photo"].nunique())
    assert patient["accuracy"] == pytest.approx(table["accuracy"].mean())
    assert patient["lowest_accuracy"] <= patient["accuracy"]
    if pure:
        assert summary["shares"] is None
        assert patient["vote"]["groups"] == groups == patient["groups_of_one_label"]
        low, high = wilson_interval(patient["vote"]["correct"], groups)
        assert (patient["vote"]["accuracy_low"], patient["vote"]["accuracy_high"]) == (low, high)
    shares = tabulate_shares(predictions, levels["patient"], names)
    assert shares.groupby("group")[["true_share", "predicted_share"]].sum().to_numpy() == pytest.approx(1)


def test_shares_of_the_positive_class_and_their_error():
    predictions, groups = table_of(
        [("a", 0, 0, 0.1), ("a", 1, 0, 0.2), ("a", 1, 1, 0.9), ("a", 1, 1, 0.9), ("b", 0, 0, 0.1), ("b", 0, 1, 0.8)]
    )
    summary = summarize_groups(predictions, groups.to_frame("patient"), CLASSES)["shares"]
    # Of a 3 of 4 are Malignant and 2 predicted so; of b none and one of two.
    assert summary["classes"] == ["Malignant"]
    assert (summary["groups"], summary["mixed_groups"]) == (2, 1)
    assert summary["mean_absolute_error"] == pytest.approx((0.25 + 0.5) / 2)
    assert summary["mean_absolute_error_of_mixed"] == pytest.approx(0.25)
    assert summarize_groups(predictions, groups.to_frame("patient"), CLASSES, "Benign")["shares"]["classes"] == [
        "Benign"
    ]


def test_figures_by_group_have_the_intervals_of_groups():
    rows = [(f"p{number // 4}", number % 2, number % 2 if number < 60 else 1 - number % 2, 0.5) for number in range(80)]
    predictions, groups = table_of(rows)
    summary = summarize_groups(predictions, groups.to_frame("patient"), CLASSES)
    correct, images = np.array([4] * 15 + [0] * 5), np.full(20, 4)
    assert (summary["images"]["accuracy_low"], summary["images"]["accuracy_high"]) == grouped_interval(correct, images)
    (level,) = summary["levels"]
    low, high = grouped_interval(correct, images, np.ones(20))
    assert (level["accuracy_low"], level["accuracy_high"]) == (low, high)
    assert high - low > np.diff(wilson_interval(60, 80)).item()


def test_finer_levels_have_intervals_that_respect_the_coarsest():
    """Four patients, one of them wrong in all of its ten photographs: four answers, and not forty."""
    rows = [(f"p{number // 20}", 1, int(number >= 20), 0.5) for number in range(80)]
    predictions, groups = table_of(rows)
    levels = groups.to_frame("patient").assign(photo=[f"{number // 2}" for number in range(80)])
    patient, photo = summarize_groups(predictions, levels, CLASSES)["levels"]
    assert (photo["groups"], photo["accuracy"]) == (40, 0.75)
    for figures in (photo, photo["vote"]):
        assert figures["accuracy_high"] - figures["accuracy_low"] > 0.6
    assert photo["accuracy_low"] == pytest.approx(patient["accuracy_low"])
    assert (photo["vote"]["correct"], photo["vote"]["groups"]) == (30, 40)
