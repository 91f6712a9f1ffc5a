"""Sensitivity and specificity against counts by hand and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import recall_score
from smear.statistics.binary_metrics import binary_summary, choose_positive

CLASSES = ["Benign", "Malignant"]


def answers(true_positive: int, false_negative: int, true_negative: int, false_positive: int) -> tuple:
    """Labels and predictions with these counts, where Malignant (1) is positive."""
    labels = [1] * (true_positive + false_negative) + [0] * (true_negative + false_positive)
    predicted = [1] * true_positive + [0] * (false_negative + true_negative) + [1] * false_positive
    return np.array(labels, dtype=int), np.array(predicted, dtype=int)


def test_figures_worked_out_by_hand():
    summary = binary_summary(*answers(45, 5, 90, 10), CLASSES)
    # Wilson by hand, z = 1.959964, for 45 of 50: center (0.9 + z²/100) / (1 + z²/50), reach
    # z sqrt(0.9 · 0.1 / 50 + z²/10,000) / (1 + z²/50), which is 0.8715 and 0.0850; likewise 90 of 100.
    assert summary == {
        "positive": "Malignant", "negative": "Benign", "positive_is_default": True,
        "sensitivity": 0.9, "sensitivity_correct": 45, "sensitivity_images": 50,
        "sensitivity_low": pytest.approx(0.7864, abs=5e-5), "sensitivity_high": pytest.approx(0.9565, abs=5e-5),
        "specificity": 0.9, "specificity_correct": 90, "specificity_images": 100,
        "specificity_low": pytest.approx(0.8256, abs=5e-5), "specificity_high": pytest.approx(0.9448, abs=5e-5),
    }  # fmt: skip


def test_the_other_positive_class_exchanges_the_two():
    counts = (45, 5, 80, 20)
    first, second = (binary_summary(*answers(*counts), CLASSES, name) for name in ("Malignant", "Benign"))
    assert (first["positive_is_default"], second["positive_is_default"]) == (False, False)
    assert (second["positive"], second["negative"]) == ("Benign", "Malignant")
    for key, value in first.items():
        if key.startswith("sensitivity"):
            assert second[key.replace("sensitivity", "specificity")] == value
    assert second["sensitivity"] == 0.8


@given(*[st.integers(0, 30)] * 3, st.integers(1, 30), st.sampled_from(CLASSES))
def test_any_counts_agree_with_scikit_learn_and_scipy(tp, fn, tn, fp, positive):
    labels, predicted = answers(tp, fn, tn, fp)
    summary = binary_summary(labels, predicted, CLASSES, positive)
    for name, label in (("sensitivity", CLASSES.index(positive)), ("specificity", 1 - CLASSES.index(positive))):
        assert summary[name] == pytest.approx(recall_score(labels, predicted, pos_label=label, zero_division=0))
        correct, images = summary[f"{name}_correct"], summary[f"{name}_images"]
        assert (correct, images) == ((tp, tp + fn) if label else (tn, tn + fp))
        low, high = summary[f"{name}_low"], summary[f"{name}_high"]
        if images:
            expected = binomtest(correct, images).proportion_ci(0.95, method="wilson")
            assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
        else:
            assert (low, high) == (0, 1)


def test_the_last_of_the_sorted_names_is_positive_by_default():
    assert choose_positive(CLASSES, None) == "Malignant"
    assert choose_positive(["blast", "normal"], None) == "normal"
    assert choose_positive(["blast", "normal"], "blast") == "blast"


@pytest.mark.parametrize("classes", [["a"], ["a", "b", "c"]])
def test_other_numbers_of_classes_have_neither(classes):
    labels = np.arange(len(classes))
    assert binary_summary(labels, labels, classes) == {}
