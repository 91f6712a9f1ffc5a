"""Calibration: equal to hand computations and scikit-learn, whatever the probabilities and the numbers of images."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measure_calibration import summarize_splits
from sklearn.metrics import brier_score_loss
from smear.figures.calibration import draw_calibration
from smear.figures.style import save
from smear.report.calibration import describe_calibration
from smear.statistics.calibration import (
    HIGHEST,
    LOWEST,
    brier_score,
    find_bins,
    fit_temperature,
    measure_calibration,
    scale_probabilities,
)
from smear.statistics.metrics import classification_summary, log_loss


def draw(images: int, classes: int, sharpness: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, predictions and probabilities, which are right at a sharpness of 1 and too confident above."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (images, classes))
    true, shown = (np.exp(scale * logits) for scale in (1, sharpness))
    true, shown = (each / each.sum(axis=1, keepdims=True) for each in (true, shown))
    labels = (true.cumsum(axis=1) < random.random((images, 1))).sum(axis=1).clip(max=classes - 1)
    return labels, shown.argmax(axis=1), shown.astype(np.float32)


@st.composite
def answers(draw) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, predictions and probabilities of any kind, 0 and 1 and equal ones among them."""
    classes, images = draw(st.integers(2, 6)), draw(st.integers(1, 40))
    weights = draw(
        st.lists(
            st.lists(st.sampled_from([0, 0, 1e-30, 1e-9, 0.1, 0.5, 1, 7]), min_size=classes, max_size=classes),
            min_size=images,
            max_size=images,
        )
    )
    weights = np.array(weights) + np.where(np.sum(weights, axis=1) == 0, 1, 0)[:, None]
    probabilities = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    labels = np.array(draw(st.lists(st.integers(0, classes - 1), min_size=images, max_size=images)))
    return labels, probabilities.argmax(axis=1), probabilities


def test_equal_to_a_hand_computation():
    confidence = np.array([0.6, 0.7, 0.8, 0.9] * 5)
    probabilities = np.column_stack([1 - confidence, confidence])
    labels = np.array([1, 0, 1, 1] * 5)
    found = measure_calibration(labels, np.ones(20, int), probabilities, np.arange(20))
    assert [(one["images"], one["confidence"], one["accuracy"]) for one in found["bins"]] == [
        (10, pytest.approx(0.65), 0.5),
        (10, pytest.approx(0.85), 1.0),
    ]
    assert found["ece"] == pytest.approx((0.15 + 0.15) / 2)
    assert found["gap"] == pytest.approx(0)
    assert found["brier"] == pytest.approx(2 * (0.4**2 + 0.7**2 + 0.2**2 + 0.1**2) / 4)
    assert found["log_loss"] == pytest.approx(-np.log([0.6, 0.3, 0.8, 0.9]).mean())


@given(answers())
def test_scores_are_those_of_sklearn_and_of_the_final_test(made):
    labels, predicted, probabilities = made
    classes = np.arange(probabilities.shape[1])
    theirs = brier_score_loss(labels, probabilities, labels=classes, scale_by_half=False)
    assert brier_score(labels, probabilities) == pytest.approx(theirs, abs=1e-6)
    found = measure_calibration(labels, predicted, probabilities, np.arange(len(labels)))
    test = classification_summary(labels, predicted, probabilities, [str(name) for name in classes])
    assert (found["log_loss"], found["accuracy"]) == (test["loss"], test["accuracy"])
    assert 0 <= found["ece"] <= 1 + 1e-6
    assert abs(found["gap"]) <= found["ece"] + 1e-9


@given(answers(), st.integers(0, 5))
def test_the_order_of_images_decides_nothing(made, seed):
    labels, predicted, probabilities = made
    order = np.random.default_rng(seed).permutation(len(labels))
    found = [
        measure_calibration(labels[rows], predicted[rows], probabilities[rows], np.arange(len(rows)))
        for rows in (np.arange(len(labels)), order)
    ]
    for name in ("ece", "gap", "brier", "log_loss"):
        assert found[0][name] == pytest.approx(found[1][name], abs=1e-6)


@given(st.lists(st.sampled_from([0.25, 0.5, 0.9, 1.0]) | st.floats(0, 1), min_size=1, max_size=400))
def test_bins_are_in_order_and_keep_equal_confidences_together(confidence):
    confidence = np.array(confidence)
    bins = find_bins(confidence)
    order = np.lexsort((bins, confidence))
    assert (np.diff(bins[order]) >= 0).all()
    assert len(np.unique(bins)) == bins.max() + 1 <= max(1, min(15, len(confidence) // 10))
    for one in np.unique(confidence):
        assert len(set(bins[confidence == one])) == 1
    if len(np.unique(confidence)) == len(confidence) >= 10:
        assert np.ptp(np.bincount(bins)) <= 1


@given(answers())
def test_a_temperature_never_raises_the_loss_it_was_fitted_to(made):
    labels, predicted, probabilities = made
    fit = fit_temperature(labels, probabilities)
    assert LOWEST <= fit.temperature <= HIGHEST
    scaled = scale_probabilities(probabilities, fit.temperature)
    assert log_loss(labels, scaled) <= log_loss(labels, probabilities) + 1e-5
    assert scaled.sum(axis=1) == pytest.approx(1, abs=1e-5)
    top = scaled[np.arange(len(labels)), predicted]
    assert (top >= scaled.max(axis=1) - 1e-6).all()


@pytest.mark.parametrize("classes", [2, 50])
@pytest.mark.parametrize("sharpness", [0.5, 1, 2])
def test_the_temperature_that_was_put_in_is_found(classes, sharpness):
    labels, predicted, probabilities = draw(6000, classes, sharpness)
    fit = fit_temperature(labels, probabilities)
    assert fit.temperature == pytest.approx(sharpness, rel=0.08)
    assert not fit.at_bound
    after = scale_probabilities(probabilities, fit.temperature)
    found = measure_calibration(labels, predicted, after, np.arange(6000))
    assert found["ece"] < found["ece_if_calibrated_high"]


@pytest.mark.parametrize(("right", "bound"), [(True, LOWEST), (False, HIGHEST)])
def test_where_all_are_right_or_wrong_the_temperature_is_a_bound(right, bound):
    labels, predicted, probabilities = draw(20, 2, 2)
    labels = predicted if right else 1 - predicted
    arrays = labels, predicted, probabilities, np.arange(20)
    results = summarize_splits({"validation": arrays, "test": arrays})
    assert (results["temperature"], results["temperature_at_bound"]) == (bound, True)
    assert results["test"]["before"]["ece_low"] is None
    text = " ".join(describe_calibration(results)["sentences"])
    assert f"No temperature can be fitted: the 20 validation images {'are all correct' if right else 'give'}" in text
    assert ("No test image is wrong" in text) == right
    assert ("no test image is correct" in text) == (not right)


def test_an_interval_needs_three_groups_and_covers_the_gap():
    labels, predicted, probabilities = draw(300, 4, 2)
    two = measure_calibration(labels, predicted, probabilities, np.arange(300) % 2)
    assert two["gap_low"] is None
    many = measure_calibration(labels, predicted, probabilities, np.arange(300) // 3)
    assert many["gap_low"] < many["gap"] < many["gap_high"]
    assert many["ece_low"] < many["ece_high"]
    few = measure_calibration(*(each[:16] for each in (*draw(16, 4, 1), np.arange(16))))
    assert few["ece_low"] <= few["ece"] < max(abs(few["gap_low"]), abs(few["gap_high"])) <= few["ece_high"]
    assert many == measure_calibration(labels, predicted, probabilities, np.arange(300) // 3)


@pytest.mark.slow
def test_the_interval_of_the_error_covers_as_often_as_it_says():
    """The true error is of the true shares in the bins that were found; at a sharpness of 1 it is 0."""
    for sharpness in (1, 1.7):
        covered = 0
        for seed in range(60):
            labels, predicted, probabilities = draw(300, 4, sharpness, seed)
            found = measure_calibration(labels, predicted, probabilities, np.arange(300))
            assert found["ece_low"] <= found["ece"] <= found["ece_high"]
            confidence = probabilities.max(axis=1).astype(float)
            true = probabilities.astype(float) ** (1 / sharpness)
            true = (true / true.sum(axis=1, keepdims=True)).max(axis=1)
            error = np.abs(np.bincount(find_bins(confidence), confidence - true)).sum() / 300
            covered += found["ece_low"] <= error + 1e-6 and error <= found["ece_high"]
        assert covered >= 50


@pytest.mark.slow
def test_the_interval_of_the_gap_covers_as_often_as_it_says():
    # Groups of three images with the same answer: an interval by images would be too short.
    covered = 0
    for seed in range(100):
        labels, predicted, probabilities = (np.repeat(each, 3, axis=0) for each in draw(100, 3, 1, seed))
        found = measure_calibration(labels, predicted, probabilities, np.arange(300) // 3)
        covered += found["gap_low"] <= 0 <= found["gap_high"]
    assert covered >= 88


@pytest.mark.parametrize(
    ("sharpness", "words"), [(3, "overconfident by"), (0.3, "underconfident by"), (1, "these images cannot tell")]
)
def test_the_report_says_over_or_underconfident(sharpness, words):
    arrays = *draw(300, 4, sharpness), np.arange(300)
    shown = describe_calibration(summarize_splits({"validation": arrays, "test": arrays}))
    assert words in shown["sentences"][0]
    assert "over 15 bins of 20 images" in shown["sentences"][1]
    assert ("within what chance gives" in shown["sentences"][1]) == (sharpness == 1)
    assert [row["split"] for row in shown["rows"]] == ["Validation", "Validation", "Test", "Test"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("images", "classes", "right"), [(300, 4, None), (20, 2, None), (20, 50, True), (20, 2, False)]
)
def test_the_figure_is_the_same_twice_and_names_what_it_shows(tmp_path, images, classes, right):
    labels, predicted, probabilities = draw(images, classes, 2)
    if right is not None:
        labels = predicted if right else (predicted + 1) % classes
    arrays = labels, predicted, probabilities, np.arange(images)
    results = summarize_splits({"validation": arrays, "test": arrays})
    for name in ("a.svg", "b.svg"):
        save(draw_calibration(*arrays[:3], results), tmp_path / name)
    text = (tmp_path / "a.svg").read_text()
    assert text == (tmp_path / "b.svg").read_text()
    wrong = int((labels != predicted).sum())
    assert f"Wrong: {wrong} image{'s' * (wrong != 1)}" in text
    assert ("(bound)" in text) == (right is not None)
