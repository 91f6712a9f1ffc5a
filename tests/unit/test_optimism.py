"""The accuracy of the best of many, corrected for its having been picked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.statistics.intervals import grouped_interval
from smear.statistics.optimism import correct_selection


@given(st.integers(2, 20), st.integers(0, 1000))
def test_it_is_a_share_inside_its_interval(rows, seed):
    right = np.random.default_rng(seed).random((rows, 40)) > 0.2
    accuracy, low, high = correct_selection(right.astype(int), np.ones(40, dtype=int))
    assert 0 <= low <= accuracy <= high <= 1


def test_the_luck_of_the_best_is_taken_off_and_a_real_lead_is_not():
    random = np.random.default_rng(0)
    right = random.random((50, 400)) > 0.1
    lucky = right[np.argsort(-right.sum(axis=1), kind="stable")].astype(int)
    corrected = correct_selection(lucky, np.ones(400, dtype=int))[0]
    assert corrected < lucky[0].mean() - 0.01
    better = np.vstack([random.random(400) > 0.02, lucky[1:]]).astype(int)
    assert correct_selection(better, np.ones(400, dtype=int))[0] == pytest.approx(better[0].mean(), abs=0.003)


@pytest.mark.slow
def test_over_many_experiments_it_is_right_on_average():
    """Against the accuracy that the picked row would have on new images, here 90 % for each."""
    random, found, naive = np.random.default_rng(2), [], []
    for _ in range(20):
        right = random.random((12, 324)) > 0.1
        sums = right[np.argsort(-right.sum(axis=1), kind="stable")].astype(int)
        found.append(correct_selection(sums, np.ones(324, dtype=int))[0])
        naive.append(sums[0].mean())
    assert np.mean(naive) > 0.92
    assert np.mean(found) == pytest.approx(0.9, abs=0.012)


def test_images_of_a_group_are_drawn_together():
    """Two groups: one of them is left out, and the row that was better on the other is measured on it."""
    sums = np.array([[10, 0], [0, 4]])
    accuracy, low, high = correct_selection(sums, np.array([10, 5]))
    assert (accuracy, low) == (0, 0)
    assert high == grouped_interval(sums[0], np.array([10, 5]))[1]


def test_rows_without_an_error_have_an_interval_of_a_width():
    sizes = np.array([1, 2, 3] * 20)
    accuracy, low, high = correct_selection(np.tile(sizes, (4, 1)), sizes)
    assert (accuracy, low, high) == (1, *grouped_interval(sizes, sizes))
    assert low < 1


@pytest.mark.parametrize("shape", [(1, 9), (9, 1)])
def test_of_one_row_or_one_group_there_is_none(shape):
    assert correct_selection(np.ones(shape, dtype=int), np.ones(shape[1], dtype=int)) is None


@given(st.integers(2, 6), st.integers(0, 1000))
def test_it_is_not_above_the_accuracy_of_the_first_row(rows, seed):
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 12, size=8)
    sums = random.binomial(sizes, random.uniform(0.5, 1, (rows, 1)))
    sums = sums[np.argsort(-sums.sum(axis=1), kind="stable")]
    accuracy, low, high = correct_selection(2 * sums, sizes, 2)
    assert accuracy <= sums[0].sum() / sizes.sum()
    assert low <= accuracy <= high
