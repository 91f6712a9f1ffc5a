"""The interval of the difference of two accuracies on the same images."""

import numpy as np
import pandas as pd
import pytest
from compare_baselines import compare
from hypothesis import given
from hypothesis import strategies as st
from smear.statistics.intervals import wilson_interval
from smear.statistics.paired import paired_interval


def answers(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether two classifiers are right, for so many images of each kind."""
    counts = (both, first, second, neither)
    return np.repeat([True, True, False, False], counts), np.repeat([True, False, True, False], counts)


@pytest.mark.parametrize(
    ("counts", "interval"),
    [
        # Newcombe 1998, table III; Altman et al. 2000, table 6.2; Bentur et al. 2009 in Fagerland et al. 2017, 8.4.
        ((36, 12, 2, 0), (0.0569, 0.3404)),
        ((14, 5, 0, 22), (0.0115, 0.2265)),
        ((1, 1, 7, 12), (-0.5069, -0.0256)),
    ],
)
def test_published_examples(counts, interval):
    assert paired_interval(*answers(*counts)) == pytest.approx(interval, abs=6e-5)


kinds = st.tuples(*[st.integers(0, 300)] * 4).filter(any)


@given(kinds)
def test_it_holds_the_difference_keeps_a_width_and_turns_with_the_order(counts):
    first, second = answers(*counts)
    low, high = paired_interval(first, second)
    assert -1 <= low <= first.mean() - second.mean() <= high <= 1
    assert high - low > 1e-6
    assert paired_interval(second, first) == pytest.approx((-high, -low))


@given(st.integers(100, 400), st.integers(1, 5), st.integers(1, 5))
def test_pairing_narrows_it_where_the_same_images_are_hard(images, first, second):
    """Against the interval of independent images, by the same formula without correlation."""
    right = answers(images, first, second, 20)
    low, _ = paired_interval(*right)
    bounds = [wilson_interval(int(each.sum()), len(each)) for each in right]
    shares = [each.mean() for each in right]
    independent = np.hypot(shares[0] - bounds[0][0], bounds[1][1] - shares[1])
    assert shares[0] - shares[1] - low < independent


def test_of_no_images_nothing_is_known():
    assert paired_interval(*answers(0, 0, 0, 0)) == (-1, 1)


def test_it_covers_the_true_difference_as_often_as_it_says():
    random, truth = np.random.default_rng(0), (0.94, 0.04, 0.01, 0.01)
    drawn = [paired_interval(*answers(*counts)) for counts in random.multinomial(324, truth, 2000)]
    assert 0.94 < np.mean([low <= 0.03 <= high for low, high in drawn]) < 0.98


def test_images_are_paired_by_name_and_the_network_may_have_more(tmp_path):
    manifest = pd.DataFrame({"image_id": list("abcd"), "field_id": list("abcd"), "group": list("abcd")})
    manifest.to_csv(tmp_path / "manifest.csv", index=False)
    network = pd.DataFrame({"image_id": ["c", "a", "d", "b"], "label": [1, 0, 1, 0], "predicted": [1, 0, 0, 1]})
    names = ["rgb/none/prior", "rgb/corner/naive_bayes"]
    columns = {names[0]: [0, 0, 0], names[1]: [0, 0, 1]}
    baselines = pd.DataFrame({"image_id": ["a", "b", "c"], "label": [0, 0, 1], **columns})
    prior, corner = compare(network, baselines, names, tmp_path / "manifest.csv").to_dict("records")
    assert (prior["images"], prior["network_alone"], prior["baseline_alone"], prior["difference"]) == (3, 1, 1, 0)
    assert (corner["network_alone"], corner["baseline_alone"]) == (0, 1)
    assert corner["difference"] == pytest.approx(-1 / 3)
    assert corner["difference_low"] < -1 / 3 < corner["difference_high"]


def test_images_of_a_group_count_together(tmp_path):
    images = [f"{k}" for k in range(40)]
    network = pd.DataFrame({"image_id": images, "label": 0, "predicted": 0})
    baselines = pd.DataFrame({"image_id": images, "label": 0, "b": [1] * 8 + [0] * 32})
    intervals = []
    for size in (1, 8):
        groups = [f"g{k // size}" for k in range(40)]
        pd.DataFrame({"image_id": images, "field_id": images, "group": groups}).to_csv(tmp_path / "m.csv", index=False)
        (row,) = compare(network, baselines, ["b"], tmp_path / "m.csv").to_dict("records")
        assert row["difference"] == pytest.approx(0.2)
        intervals.append((row["difference_low"], row["difference_high"]))
    assert intervals[1][0] < 0 < intervals[0][0], "eight errors in one group of five are one observation"
