"""The difference of two shares of different images."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.statistics.intervals import wilson_interval
from smear.statistics.unpaired import Sample, count_sample, figure_p, unpaired_interval, unpaired_p


def sample(correct: int, images: int, size: int = 1) -> Sample:
    """So many correct images of as many independent ones, each of them repeated `size` times."""
    return Sample(np.repeat(np.arange(images) < correct, size), np.repeat(np.arange(images), size))


counts = st.integers(1, 400).flatmap(lambda images: st.tuples(st.integers(0, images), st.just(images)))


def test_newcombes_example():
    # Newcombe 1998, table II, method 10: 56/70 - 48/80.
    assert unpaired_interval(sample(56, 70), sample(48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.slow
@given(counts, counts)
def test_the_interval_is_that_of_statsmodels(first, second):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    expected = proportion.confint_proportions_2indep(*first, *second, method="newcomb")
    assert unpaired_interval(sample(*first), sample(*second)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.slow
@given(counts, counts)
def test_p_is_that_of_the_z_test(first, second):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    p = unpaired_p(sample(*first), sample(*second))
    if first[0] + second[0] in (0, first[1] + second[1]):
        assert p == 1
    else:
        expected = proportion.proportions_ztest((first[0], second[0]), (first[1], second[1]))[1]
        assert p == pytest.approx(expected, abs=1e-12)


@pytest.mark.slow
@given(counts, st.floats(0.01, 0.99))
def test_p_of_a_figure_is_that_of_the_score_test(counts, figure):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    expected = proportion.proportions_ztest(*counts, value=figure, prop_var=figure)[1]
    assert figure_p(sample(*counts), figure) == pytest.approx(expected, abs=1e-12)


@given(counts, st.floats(0.01, 0.99))
def test_the_score_test_agrees_with_wilsons_interval(counts, figure):
    low, high = wilson_interval(*counts)
    if min(abs(figure - low), abs(figure - high)) > 1e-9:
        assert (figure_p(sample(*counts), figure) > 0.05) == (low < figure < high)


def test_images_that_repeat_each_other_count_once():
    alone, repeated = sample(90, 100), sample(90, 100, size=5)
    assert count_sample(alone) == 100
    assert count_sample(repeated) == pytest.approx(100, rel=0.1)
    other = sample(80, 100)
    narrow, wide = unpaired_interval(alone, other), unpaired_interval(repeated, other)
    assert wide == pytest.approx(narrow, abs=0.01)
    assert unpaired_p(repeated, other) == pytest.approx(unpaired_p(alone, other), rel=0.1)


@given(counts, counts)
def test_exchanging_the_samples_turns_the_interval_around(first, second):
    low, high = unpaired_interval(sample(*first), sample(*second))
    assert unpaired_interval(sample(*second), sample(*first)) == pytest.approx((-high, -low))
    assert -1 <= low <= first[0] / first[1] - second[0] / second[1] <= high <= 1
