"""The claims about the grid, on made-up grids with known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_claims import make_split
from smear.reproduction.grid_claims import judge_epochs, judge_learning_rate, judge_optimizer, match_pairs
from smear.reproduction.verdicts import CANNOT_TELL, DOES_NOT_HOLD, HOLDS, NOT_TESTED
from smear.statistics.ties import FEWEST

PUBLISHED = {
    "grid": {"learning_rate": [0.0001, 0.0003, 0.001, 0.003], "epochs": [20, 30, 50]},
    "best_cell": {"epochs": 30},
}


def plant(axis: str, value: object, better: float, base: float = 0.9):
    """Accuracies of a grid whose cells with this value are better by so much."""
    return lambda cell: base + better * (cell[axis] == value)


@pytest.mark.parametrize(("better", "verdict"), [(0.06, HOLDS), (0, CANNOT_TELL), (-0.06, DOES_NOT_HOLD)])
def test_the_optimizer_that_is_better_is_found(better, verdict):
    claim = judge_optimizer(make_split(plant("optimizer", "adam", better)))
    assert claim.verdict == verdict
    (comparison,) = claim.comparisons
    assert (comparison.first, comparison.second, comparison.pairs) == ("Adam", "RMSprop", 12)
    effect = comparison.effect
    assert effect.low < better < effect.high
    assert effect.low < effect.difference < effect.high
    assert (effect.images, effect.groups) == (400, 200)
    # What could have been shown is what an interval of this width needs.
    assert FEWEST / (400 * 12) <= effect.detectable < 0.06


@pytest.mark.parametrize(
    ("accuracies", "verdict"),
    [
        ((0.95, 0.85, 0.85, 0.8), HOLDS),
        ((0.9, 0.9, 0.9, 0.9), CANNOT_TELL),
        ((0.95, 0.95, 0.8, 0.8), CANNOT_TELL),
        ((0.85, 0.93, 0.8, 0.8), DOES_NOT_HOLD),
    ],
)
def test_the_lowest_rate_must_beat_each_other_one(accuracies, verdict):
    planted = dict(zip((0.0001, 0.0003, 0.001, 0.003), accuracies, strict=True))
    claim = judge_learning_rate(make_split(lambda cell: planted[cell["learning_rate"]]), PUBLISHED)
    assert claim.verdict == verdict
    assert [each.second for each in claim.comparisons] == [
        f"learning rate {rate}" for rate in ("0.0003", "0.001", "0.003")
    ]
    assert claim.note == ""


def test_other_rates_than_the_papers_are_said():
    results = make_split(plant("learning_rate", 0.0005, 0.07), learning_rate=[0.003, 0.0005])
    claim = judge_learning_rate(results, PUBLISHED)
    assert claim.verdict == HOLDS
    assert claim.note == "The grid has the rates 0.0005 and 0.003, the paper 0.0001, 0.0003, 0.001 and 0.003."


@pytest.mark.parametrize(
    ("accuracies", "verdict"),
    [((0.85, 0.93, 0.85), HOLDS), ((0.85, 0.93, 0.93), CANNOT_TELL), ((0.85, 0.88, 0.95), DOES_NOT_HOLD)],
)
def test_thirty_epochs_must_beat_fewer_and_more(accuracies, verdict):
    planted = dict(zip((20, 30, 50), accuracies, strict=True))
    assert judge_epochs(make_split(lambda cell: planted[cell["epochs"]]), PUBLISHED).verdict == verdict


@pytest.mark.parametrize("epochs", [[1, 2, 3], [20, 30], [30, 50]])
def test_a_grid_without_the_papers_epochs_does_not_test_them(epochs):
    claim = judge_epochs(make_split(plant("epochs", epochs[-1], 0.08), epochs=epochs), PUBLISHED)
    assert claim.verdict == NOT_TESTED
    assert {each.first for each in claim.comparisons} == {f"{epochs[-1]} epochs"}
    assert all(each.effect.low > 0 for each in claim.comparisons)
    assert "its most epochs were compared with fewer instead" in claim.note


def test_a_grid_of_one_value_tests_nothing():
    one = make_split(plant("optimizer", "adam", 0), optimizer=["adam"], learning_rate=[0.0001], epochs=[30])
    claims = judge_optimizer(one), judge_learning_rate(one, PUBLISHED), judge_epochs(one, PUBLISHED)
    assert [(claim.verdict, claim.comparisons) for claim in claims] == [(NOT_TESTED, [])] * 3
    assert all(claim.note for claim in claims)
    shortest = one._replace(replicates=one.replicates.assign(epochs=1))
    assert judge_epochs(shortest, PUBLISHED).note == (
        "The grid has 1 epoch, and the claim is about 30 beside fewer and more."
    )


def test_pairs_differ_in_the_axis_alone_and_diverged_cells_have_none():
    results = make_split(plant("optimizer", "adam", 0.05), draw=1)
    table = results.replicates.drop(index=3).reset_index(drop=True)
    pairs = match_pairs(table, "optimizer", "adam", "rmsprop")
    assert len(pairs) == 11
    for first, second in pairs:
        one, other = table.loc[first], table.loc[second]
        assert (one["optimizer"], other["optimizer"]) == ("adam", "rmsprop")
        assert (one[["learning_rate", "epochs", "seed"]] == other[["learning_rate", "epochs", "seed"]]).all()


@pytest.mark.slow
def test_without_an_effect_few_verdicts_are_given():
    """At the level of 5 %: of 200 grids 10 in the mean, and 18 or more in less than one of a hundred."""
    small = {"learning_rate": [0.0001, 0.003], "epochs": [30], "images": 200}
    verdicts = [
        judge_optimizer(make_split(plant("optimizer", "adam", 0), draw=seed, **small)).verdict for seed in range(200)
    ]
    assert verdicts.count(CANNOT_TELL) > 200 - 18


@given(st.integers(0, 10**6), st.floats(-0.1, 0.1))
@settings(max_examples=25)
def test_exchanging_the_optimizers_turns_the_effect_around(seed, better):
    results = make_split(plant("optimizer", "adam", better), draw=seed, epochs=[30], images=100)
    one = judge_optimizer(results)
    swapped = results.replicates["optimizer"].map({"adam": "rmsprop", "rmsprop": "adam"})
    other = judge_optimizer(results._replace(replicates=results.replicates.assign(optimizer=swapped)))
    first, second = one.comparisons[0].effect, other.comparisons[0].effect
    assert (first.difference, first.p) == (-second.difference, second.p)
    assert np.allclose([first.low, first.high], [-second.high, -second.low])
    turned = {HOLDS: DOES_NOT_HOLD, DOES_NOT_HOLD: HOLDS, CANNOT_TELL: CANNOT_TELL}
    assert other.verdict == turned[one.verdict]
