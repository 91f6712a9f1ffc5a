"""Intervals of shares of images: what holds for any counts, and what they cover."""

from statistics import NormalDist

import interval_coverage as coverage
import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from smear.statistics.intervals import (
    bound_mean,
    bound_share,
    estimate_correlation,
    grouped_interval,
    score_interval,
    student_quantile,
    wilson_interval,
)


@st.composite
def groups_of_images(draw, largest: int = 12):
    """Correct images and images, (groups,) each."""
    images = np.array(draw(st.lists(st.integers(1, largest), min_size=1, max_size=40)))
    correct = [draw(st.integers(0, int(count)) | st.just(int(count))) for count in images]
    return np.array(correct), images


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_agrees_with_scipy(counts):
    correct, images = counts
    expected = binomtest(correct, images).proportion_ci(0.95, method="wilson")
    low, high = wilson_interval(correct, images)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= low <= correct / images <= high <= 1


def test_wilson_interval_of_the_published_figures():
    assert wilson_interval(323, 328) == pytest.approx((0.9648, 0.9935), abs=5e-5)
    assert wilson_interval(317, 324) == pytest.approx((0.9561, 0.9895), abs=5e-5)
    assert wilson_interval(314, 324) == pytest.approx((0.9441, 0.9832), abs=5e-5)


def test_of_no_images_nothing_is_known():
    assert wilson_interval(0, 0) == (0, 1)


@pytest.mark.parametrize(("correct", "images"), [(5, 4), (-1, 4)])
def test_impossible_counts_are_refused(correct, images):
    with pytest.raises(ValueError, match="impossible"):
        wilson_interval(correct, images)
    with pytest.raises(ValueError, match="fewer than no correct images"):
        grouped_interval([1, correct], [1, images])


@given(st.floats(0, 1), st.floats(0.5, 1e9), st.floats(1.9, 13))
def test_rounding_takes_no_bound_past_the_share_or_beyond_0_and_1(share, images, quantile):
    low, high = score_interval(share, images, quantile)
    assert 0 <= low <= share <= high <= 1


@given(groups_of_images(), st.booleans())
def test_an_interval_has_a_width_around_the_share(counts, mean):
    correct, images = counts
    weights = np.ones(len(images)) if mean else images
    low, high = grouped_interval(correct, images, weights)
    share = (weights * correct / images).sum() / weights.sum()
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    assert high - low > 1e-4
    assert (low == 0) == (correct.sum() == 0)
    assert (high == 1) == (correct.sum() == images.sum())


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 99))
def test_groups_of_one_image_have_the_interval_of_wilson_to_the_last_bit(counts, seed):
    correct, images = counts
    right = np.random.default_rng(seed).permutation(np.arange(images) < correct)
    assert bound_share(right, np.arange(images)) == wilson_interval(correct, images)
    assert grouped_interval(right, np.ones(images), np.ones(images)) == wilson_interval(correct, images)


@given(groups_of_images(), st.integers(2, 6))
def test_copies_of_images_count_as_less_than_images(counts, copies):
    images, correct = int(counts[1].sum()), int(counts[0].sum())
    right = np.repeat(np.arange(images) < correct, copies)
    low, high = bound_share(right, np.repeat(np.arange(images), copies))
    plain_low, plain_high = wilson_interval(copies * correct, copies * images)
    assert high - low > 1.05 * (plain_high - plain_low)


@given(st.integers(1, 12), st.integers(0, 12), st.sampled_from([2, 4, 8]))
def test_larger_groups_of_the_same_answers_widen_the_interval(groups, wrong, size):
    """The wrong images stand next to one another, so that larger groups are more alike."""
    right = np.arange(32 * groups) >= wrong * groups
    widths = [np.diff(bound_share(right, np.arange(len(right)) // part)).item() for part in (1, size, 2 * size)]
    assert widths == sorted(widths)


@given(groups_of_images(), st.integers(0, 99))
def test_order_names_and_empty_groups_do_not_matter(counts, seed):
    correct, images = counts
    order = np.random.default_rng(seed).permutation(len(images))
    interval = grouped_interval(correct, images)
    assert grouped_interval(correct[order], images[order]) == pytest.approx(interval, abs=1e-12)
    assert grouped_interval([0, *correct], [0, *images]) == interval
    right = np.concatenate([np.arange(count) < found for found, count in zip(correct, images, strict=True)])
    names = np.repeat([f"g{number:02d}" for number in range(len(images))], images)
    assert bound_share(right, names) == interval


def test_of_one_group_next_to_nothing_is_known():
    low, high = grouped_interval([40], [40])
    assert low < 0.1
    assert high == 1
    assert grouped_interval([], []) == (0, 1)


def test_a_correlation_shows_where_there_are_errors_enough():
    alike, images = np.array([0, 8] * 50), np.full(100, 8)
    assert estimate_correlation(alike, images) > 0.98
    mixed = np.random.default_rng(0).binomial(8, 0.8, 100)
    assert estimate_correlation(mixed, images) < 0.1
    assert estimate_correlation(images, images) == 0.5, "without errors it is what was supposed"


def test_the_quantile_is_students():
    for freedom in (2, 3, 5, 10, 50):
        assert student_quantile(freedom) == pytest.approx(scipy.stats.t.ppf(0.975, freedom), rel=0.01)


def test_coverage_where_images_are_alike():
    """A small part of `benchmarks/interval_coverage.py`, which also compares its formula with `grouped_interval`."""
    both = {name: coverage.CANDIDATES[name] for name in coverage.BOTH}
    layouts = {"4": ((4,), 328), "unequal": (coverage.SIZES["1 to 8"], 50)}
    found = coverage.measure(np.random.default_rng(0), both, layouts, (0.0, 0.5), (0.9, 0.97, 0.99), 2000)
    for (candidate, layout, correlation), (covered, _, least) in found.items():
        if candidate == coverage.GROUPED:
            assert 0.935 < covered.mean() < 0.985, (layout, correlation)
            assert covered.min() > 0.9
            assert least.min() > 0
    assert found[coverage.BOTH[1], "4", 0.5][0].mean() < 0.85, "the simulation can tell"


@given(groups_of_images(), st.integers(0, 10**6))
def test_a_mean_over_parts_is_that_over_groups_where_they_are_the_same(counts, seed):
    correct, images = counts
    groups = np.repeat(np.arange(len(images)), images)
    right = np.concatenate([np.arange(count) < own for own, count in zip(correct, images, strict=True)])
    expected = grouped_interval(correct, images, np.ones(len(images)))
    assert bound_mean(right, groups, groups) == pytest.approx(expected, abs=1e-12)
    parts = np.random.default_rng(seed).integers(3, size=len(groups)) + 3 * groups
    low, high = bound_mean(right, parts, groups)
    mean = np.mean([right[parts == part].mean() for part in np.unique(parts)])
    assert 0 <= low <= mean + 1e-12
    assert mean - 1e-12 <= high <= 1
    assert bound_mean(right, np.arange(len(right)), groups) == pytest.approx(bound_share(right, groups), abs=1e-12)


def test_photographs_of_one_patient_do_not_count_as_independent():
    """Ten patients with ten photographs of five images each: without the patients the interval holds 90 % in 60 %."""
    random, held, alone = np.random.default_rng(0), 0, 0
    patients, photographs = np.arange(500) // 50, np.arange(500) // 5
    for _ in range(200):
        luck = 0.3**0.5 * random.normal(size=10)[patients] + 0.7**0.5 * random.normal(size=500)
        right = luck < NormalDist().inv_cdf(0.9)
        low, high = bound_mean(right, photographs, patients)
        held += low <= 0.9 <= high
        low, high = bound_mean(right, photographs, photographs)
        alone += low <= 0.9 <= high
    assert held / 200 > 0.92
    assert alone / 200 < 0.75


@pytest.mark.parametrize("sizes", [[300] + [1] * 100, [1000] + [1] * 20, [100, 100] + [1] * 100])
def test_few_groups_with_most_images_show_little_of_how_groups_differ(sizes):
    """Shares of groups are beta-distributed with an intraclass correlation of 0.1."""
    random, images, held = np.random.default_rng(0), np.array(sizes), 0
    for _ in range(300):
        low, high = grouped_interval(random.binomial(images, random.beta(0.9 * 9, 0.1 * 9, len(images))), images)
        held += low <= 0.9 <= high
    assert held / 300 >= 0.94


def test_groups_of_one_size_have_the_estimate_of_the_analysis_of_variance():
    correct, images = np.array([3, 4, 1, 4, 4]), np.full(5, 4)
    found, total = (correct * (4 - correct) / 4).sum(), 20
    between, within = (total * 0.8 * 0.2 - found) / 4, found / 15
    expected = 15 * (within + (between - within) / 4)
    assert estimate_correlation(correct, images) == pytest.approx(1 - (found + 0.35) / (expected + 0.7))
