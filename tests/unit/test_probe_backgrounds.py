"""The linear probe of images without blood cells: ridge regression as scikit-learn's, and its chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from probe_backgrounds import classify, probe, solve_ridge, standardize
from sklearn.linear_model import RidgeClassifier
from sklearn.preprocessing import StandardScaler


def make_features(seed: int, images: int, count: int) -> tuple[dict, dict]:
    random = np.random.default_rng(seed)
    labels = {"train": random.integers(0, 3, images), "validation": random.integers(0, 3, 40)}
    labels["train"][:3] = [0, 1, 2]
    shifts = random.normal(0, 1, (3, count))
    features = {split: shifts[one] + random.normal(0, 2, (len(one), count)) for split, one in labels.items()}
    return features, labels


@given(st.integers(0, 1000), st.integers(5, 60), st.integers(2, 60))
def test_the_probe_is_ridge_regression(seed, images, count):
    features, labels = make_features(seed, images, count)
    scaled = standardize(features)
    scaler = StandardScaler().fit(features["train"])
    assert scaled["validation"] == pytest.approx(scaler.transform(features["validation"]))
    known = RidgeClassifier(alpha=count, solver="svd").fit(scaled["train"], labels["train"])
    hat = solve_ridge(scaled["train"], scaled["validation"], count)
    assert np.array_equal(classify(hat, labels["train"], 3), known.predict(scaled["validation"]))
    several = classify(hat, np.stack([labels["train"], labels["train"][::-1]]), 3)
    assert np.array_equal(several[0], classify(hat, labels["train"], 3))


def test_what_the_features_show_is_far_from_chance_and_noise_is_not():
    random = np.random.default_rng(0)
    labels = {"train": np.arange(120) // 6 % 3, "validation": np.arange(60) // 6 % 3}
    groups = {split: np.arange(len(one)) // 6 for split, one in labels.items()}
    noise = {split: random.normal(0, 1, (len(one), 10)) for split, one in labels.items()}
    noise["train"][:, 0] = 5.0
    shown = {split: values + 3 * np.eye(10)[labels[split] + 1] for split, values in noise.items()}
    found, chance = (probe(features, labels, groups) for features in (shown, noise))
    assert found["accuracy"] > 0.9
    assert found["p"] == pytest.approx(1 / 1001)
    assert found["null_mean"] == pytest.approx(1 / 3, abs=0.1)
    assert found["null_mean"] < found["null_high"] < found["accuracy"]
    assert chance["p"] > 0.05
    assert chance["images"] == 60
