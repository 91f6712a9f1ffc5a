"""Metrics against scikit-learn, over made-up answers of every kind."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference
from smear.statistics.intervals import bound_share, wilson_interval
from smear.statistics.metrics import classification_summary, confusion_matrix, log_loss


@st.composite
def answers(draw, dtype=np.float64):
    """Labels, predictions and probabilities of some images of two to six classes; some classes may not occur."""
    classes = draw(st.integers(2, 6))
    images = draw(st.integers(1, 40))
    indices = st.lists(st.integers(0, classes - 1), min_size=images, max_size=images)
    weights = st.lists(st.integers(0, 9), min_size=classes, max_size=classes).filter(any)
    rows = draw(st.lists(weights, min_size=images, max_size=images))
    probabilities = np.array(rows, dtype) / np.array(rows, dtype).sum(axis=1, keepdims=True)
    return np.array(draw(indices)), np.array(draw(indices)), probabilities


@given(answers())
def test_confusion_matrix_agrees_with_scikit_learn(case):
    labels, predicted, probabilities = case
    classes = probabilities.shape[1]
    expected = reference.confusion_matrix(labels, predicted, labels=range(classes))
    np.testing.assert_array_equal(confusion_matrix(labels, predicted, classes), expected)


def test_macro_f1_of_even_classes_is_bounded_like_the_accuracy_and_of_a_rare_class_wider():
    even, rare = np.repeat([0, 1], 50), np.repeat([0, 1], [5, 95])
    widths = []
    for labels in (even, rare):
        predicted = labels.copy()
        predicted[[0, -1]] = 1 - predicted[[0, -1]]
        summary = classification_summary(labels, predicted, np.full((100, 2), 0.5), ["a", "b"])
        widths.append(summary["macro_f1_high"] - summary["macro_f1_low"])
    assert widths[0] == pytest.approx(np.diff(wilson_interval(98, 100)).item(), rel=1e-6)
    assert widths[1] > 3 * widths[0]


@pytest.mark.parametrize(("labels", "predicted"), [([0, 4], [0, 1]), ([0, 1], [0, -1]), ([0, 1], [0])])
def test_indices_that_name_no_class_are_refused(labels, predicted):
    with pytest.raises(ValueError, match=r"class indices|labels and"):
        confusion_matrix(labels, predicted, 4)


@given(answers(), st.sampled_from([np.float64, np.float32]))
def test_log_loss_agrees_with_scikit_learn(case, dtype):
    labels, _, probabilities = case
    probabilities = probabilities.astype(dtype)
    expected = reference.log_loss(labels, y_proba=probabilities, labels=range(probabilities.shape[1]))
    assert log_loss(labels, probabilities) == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_a_certain_mistake_costs_much_but_not_infinitely_much():
    assert log_loss([0], np.array([[0.0, 1.0]])) == pytest.approx(36.04, abs=0.01)


@given(answers())
def test_summary_agrees_with_scikit_learn(case):
    labels, predicted, probabilities = case
    names = [f"class {k}" for k in range(probabilities.shape[1])]
    summary = classification_summary(labels, predicted, probabilities, names)
    precision, recall, f1, support = reference.precision_recall_fscore_support(
        labels, predicted, labels=range(len(names)), zero_division=0
    )
    assert [row["class"] for row in summary["per_class"]] == names
    assert [row["precision"] for row in summary["per_class"]] == pytest.approx(precision)
    assert [row["recall"] for row in summary["per_class"]] == pytest.approx(recall)
    assert [row["f1"] for row in summary["per_class"]] == pytest.approx(f1)
    assert [row["support"] for row in summary["per_class"]] == list(support)
    for average in ("macro", "weighted"):
        expected = reference.precision_recall_fscore_support(labels, predicted, average=average, zero_division=0)
        assert list(summary[average].values()) == pytest.approx(expected[:3])
    assert summary["accuracy"] == pytest.approx(reference.accuracy_score(labels, predicted))
    assert (summary["correct"], summary["images"]) == (int((labels == predicted).sum()), len(labels))
    assert (summary["accuracy_low"], summary["accuracy_high"]) == wilson_interval(summary["correct"], len(labels))
    assert 0 <= summary["macro_f1_low"] <= summary["macro"]["f1"] + 1e-12
    assert summary["macro"]["f1"] - 1e-12 <= summary["macro_f1_high"] <= 1
    assert summary["macro_f1_high"] - summary["macro_f1_low"] > 0.01
    for row, found in zip(summary["per_class"], np.diag(summary["confusion_matrix"]), strict=True):
        assert (row["recall_low"], row["recall_high"]) == wilson_interval(int(found), row["support"])


@given(answers(), st.integers(1, 6), st.integers(0, 99))
def test_groups_change_intervals_alone(case, number, seed):
    labels, predicted, probabilities = case
    groups = np.random.default_rng(seed).integers(number, size=len(labels)).astype(str)
    names = [f"class {k}" for k in range(probabilities.shape[1])]
    single, grouped = (
        classification_summary(labels, predicted, probabilities, names, given) for given in (None, groups)
    )
    assert (grouped["accuracy_low"], grouped["accuracy_high"]) == bound_share(labels == predicted, groups)
    for k, (row, other) in enumerate(zip(single.pop("per_class"), grouped.pop("per_class"), strict=True)):
        bounds = bound_share(predicted[labels == k] == k, groups[labels == k])
        assert (other["recall_low"], other["recall_high"]) == bounds
        assert {key: row[key] for key in row if "_" not in key} == {key: other[key] for key in row if "_" not in key}
    for key in ("accuracy_low", "accuracy_high", "macro_f1_low", "macro_f1_high"):
        single.pop(key), grouped.pop(key)
    assert single == grouped


@given(answers(), st.integers(0, 10**6))
def test_intervals_hold_their_estimates_to_the_last_bit(case, seed):
    labels, predicted, probabilities = case
    groups = np.random.default_rng(seed).integers(20, size=len(labels))
    summary = classification_summary(labels, predicted, probabilities, [f"c{k}" for k in range(50)], groups)
    for estimate, name in ((summary["accuracy"], "accuracy"), (summary["macro"]["f1"], "macro_f1")):
        assert 0 <= summary[f"{name}_low"] <= estimate <= summary[f"{name}_high"] <= 1


def test_a_class_that_was_never_predicted_has_precision_zero_without_a_warning():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        summary = classification_summary(np.array([0, 1]), np.array([0, 0]), probabilities, ["Benign", "Pro"])
    low, high = wilson_interval(0, 1)
    recall = {"recall": 0, "recall_low": low, "recall_high": high}
    assert summary["per_class"][1] == {"class": "Pro", "precision": 0, **recall, "f1": 0, "support": 1}
    assert summary["confusion_matrix"] == [[1, 0], [1, 0]]


def test_a_summary_of_no_images_is_refused():
    empty = np.array([], dtype=int)
    with pytest.raises(ValueError, match="no images"):
        classification_summary(empty, empty, np.empty((0, 2)), ["Benign", "Pro"])
