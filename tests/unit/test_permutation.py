"""Labels permuted over groups: groups stay whole, nothing else does, and p-values are what they say."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from smear.statistics.permutation import compare_with_chance, permute_over_groups


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 2)), min_size=1, max_size=12), st.integers(0, 99))
def test_groups_stay_whole_and_keep_their_number_of_each_class(groups, seed):
    sizes, classes = np.array(groups).T
    order = np.random.default_rng(seed).permutation(sizes.sum())
    labels, names = (np.repeat(values, sizes)[order] for values in (classes, np.arange(len(sizes))))
    permuted = permute_over_groups(labels, names, 5, seed)
    assert permuted.shape == (5, len(labels))
    for row in permuted:
        given_to = [np.unique(row[names == name]) for name in range(len(sizes))]
        assert {len(one) for one in given_to} == {1}
        assert sorted(np.concatenate(given_to)) == sorted(classes)


def test_where_each_image_is_a_group_it_is_a_plain_permutation():
    labels = np.arange(50)
    permuted = permute_over_groups(labels, labels.astype(str), 200)
    assert (np.sort(permuted, axis=1) == labels).all()
    assert scipy.stats.chisquare(np.bincount(permuted[:, 0], minlength=50)).pvalue > 0.001


def test_a_group_of_several_classes_gives_its_labels_as_they_are():
    labels, groups = np.array([0, 1, 0, 2, 2, 2]), np.array(list("aaabbb"))
    rows = {tuple(row) for row in permute_over_groups(labels, groups, 50)}
    assert rows == {(0, 1, 0, 2, 2, 2), (2, 2, 2, 0, 1, 0)}


def test_the_same_permutations_come_twice():
    labels, groups = np.arange(20) % 3, np.arange(20) // 2
    assert np.array_equal(permute_over_groups(labels, groups, 9), permute_over_groups(labels, groups, 9))


def test_an_accuracy_among_those_by_chance():
    permuted = np.arange(1, 100) / 100
    chance = compare_with_chance(0.9, permuted)
    assert chance.null_mean == pytest.approx(0.5)
    assert chance.null_high == pytest.approx(np.quantile(permuted, 0.95))
    assert chance.p == pytest.approx(11 / 100)
    assert compare_with_chance(1.0, permuted).p == pytest.approx(1 / 100)


def test_p_is_uniform_where_predictions_are_made_by_chance():
    """Groups of five alike images, with alike predictions: plain permutations would find too much."""
    random, groups, values = np.random.default_rng(0), np.arange(200) // 5, []
    for seed in range(200):
        labels, predicted = (random.integers(0, 3, 40)[groups] for _ in range(2))
        permuted = permute_over_groups(labels, groups, 99, seed)
        values.append(compare_with_chance((predicted == labels).mean(), (permuted == predicted).mean(axis=1)).p)
    # Not less than uniform: accuracies that are equal count as reached.
    assert np.mean(np.array(values) <= 0.05) <= 0.09
    assert 0.4 < np.mean(values) < 0.6
