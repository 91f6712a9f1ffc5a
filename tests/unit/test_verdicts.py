"""Effects and the rule by which they are judged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from smear.reproduction.claims import Claim, Comparison, find_decisive
from smear.reproduction.effects import Effect, figure_effect, paired_effect, unpaired_effect
from smear.reproduction.verdicts import CANNOT_TELL, DOES_NOT_HOLD, HOLDS, MARGIN, NOT_TESTED, judge
from smear.statistics.paired import paired_interval
from smear.statistics.ties import FEWEST, mcnemar_p
from smear.statistics.unpaired import Sample, unpaired_interval

answers = arrays(bool, st.tuples(st.just(2), st.integers(1, 60)))


def effect(low: float, high: float, p: float = 0.01) -> Effect:
    """An effect with this interval."""
    return Effect((low + high) / 2, low, high, p, 100, 100, 0.02)


@pytest.mark.parametrize(
    ("effects", "verdict"),
    [
        ([], NOT_TESTED),
        ([effect(0.01, 0.03)], HOLDS),
        ([effect(0.01, 0.03), effect(0.001, 0.02)], HOLDS),
        ([effect(0.01, 0.03), effect(-0.01, 0.02)], CANNOT_TELL),
        ([effect(0.01, 0.03), effect(-0.03, -0.01)], DOES_NOT_HOLD),
        ([effect(0, 0.03)], CANNOT_TELL),
        # One of three lies below 0, with a p that does not stand the correction for three.
        ([effect(-0.01, 0.02, 0.5), effect(-0.03, -0.001, 0.03), effect(-0.01, 0.02, 0.5)], CANNOT_TELL),
        ([effect(-0.01, 0.02, 0.5), effect(-0.03, -0.001, 0.016), effect(-0.01, 0.02, 0.5)], DOES_NOT_HOLD),
    ],
)
def test_a_claim_is_a_conjunction(effects, verdict):
    assert judge(effects) == verdict
    assert judge(effects[::-1]) == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.009, 0.01, HOLDS),
        (-0.005, -0.001, HOLDS),
        (-0.02, 0.01, CANNOT_TELL),
        (-0.03, -0.005, CANNOT_TELL),
        (-0.04, -0.02, DOES_NOT_HOLD),
    ],
)
def test_a_figure_is_reached_within_a_point(low, high, verdict):
    assert judge([effect(low, high)], -MARGIN) == verdict


@given(answers)
def test_one_pair_of_single_images_has_newcombes_interval_and_mcnemars_p(right):
    first, second = right
    found = paired_effect(first[None], second[None], np.arange(len(first)))
    low, high = paired_interval(first, second)
    assert found.p == pytest.approx(mcnemar_p(first, second[None])[0])
    assert found.difference == pytest.approx(first.mean() - second.mean())
    if found.p <= 0.05:
        assert (found.low, found.high) == (low, high)
    else:
        assert (found.low, found.high) == (min(low, 0), max(high, 0))
    if len(first) < FEWEST:
        assert found.detectable is None
    else:
        assert found.detectable >= FEWEST / len(first)


@given(answers)
def test_a_pair_that_repeats_another_one_adds_nothing(right):
    groups = np.arange(right.shape[1])
    one = paired_effect(right[:1], right[1:], groups)
    three = paired_effect(np.repeat(right[:1], 3, axis=0), np.repeat(right[1:], 3, axis=0), groups)
    assert three.difference == pytest.approx(one.difference)
    # Equal images are a group of three answers; p is the same distribution in steps of three.
    assert three.p == pytest.approx(one.p, abs=1e-9)
    assert three.images == one.images


def test_pairs_that_disagree_narrow_the_interval():
    random = np.random.default_rng(0)
    first, second = random.random((8, 300)) < 0.9, random.random((8, 300)) < 0.9
    one, eight = (paired_effect(first[:k], second[:k], np.arange(300)) for k in (1, 8))
    assert eight.high - eight.low < (one.high - one.low) / 2


def test_answers_that_never_differ_leave_a_width():
    right = np.ones((3, 200), dtype=bool)
    found = paired_effect(right, right, np.arange(200) // 2)
    assert (found.difference, found.p, found.groups) == (0, 1, 100)
    assert -0.05 < found.low < 0 < found.high < 0.05
    assert judge([found]) == CANNOT_TELL


def test_samples_of_different_images():
    first, second = (Sample(np.arange(n) < k, np.arange(n)) for k, n in ((95, 100), (170, 200)))
    found = unpaired_effect(first, second)
    assert (found.low, found.high) == unpaired_interval(first, second)
    assert (found.images, found.groups) == (300, 300)
    assert found.difference == pytest.approx(0.1)
    assert found.p < 0.05
    reached = figure_effect(first, 0.9)
    assert reached.difference == pytest.approx(0.05)
    assert reached.low < 0 < reached.high


def test_what_is_shown_of_a_claim_that_does_not_hold_is_what_its_verdict_rests_on():
    """The lower one of two has a p that does not stand the correction."""
    effects = [effect(-0.09, -0.02, 0.04), effect(-0.03, -0.01, 0.001), effect(-0.2, 0.1, 0.5)]
    assert judge(effects) == DOES_NOT_HOLD
    found = [Comparison("a", str(number), "accuracy", 1, each) for number, each in enumerate(effects)]
    assert find_decisive(Claim("x", "field", DOES_NOT_HOLD, found)).second == "1"
    assert find_decisive(Claim("x", "field", CANNOT_TELL, found)).second == "2"
    assert find_decisive(Claim("x", "field", NOT_TESTED, [])) is None
