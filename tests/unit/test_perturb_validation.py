"""The selected network on changed images: a background that gives the class away is caught, and no other is."""

from collections.abc import Callable

import numpy as np
import pytest
from perturb_validation import measure_kinds, show_examples
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from smear.images.shortcut_features import histogram
from smear.perturbation.kinds import CLEARED, list_kinds
from smear.perturbation.names import STRENGTHS, TITLES, find_row, find_unchanged
from smear.report.network import judge_background, judge_parts

CLASSES = ["a", "b", "c"]
SIDE = 40
GRAY = np.array([128, 128, 128], np.uint8)


def draw_smears(seed: int, images: int, tinted: bool) -> tuple[np.ndarray, np.ndarray]:
    """Blood cells on a light ground, and labels: classes of the ground's tint if `tinted`, else of their darkness."""
    random = np.random.default_rng(seed)
    labels = np.arange(images) % 3
    down, across = np.mgrid[:SIDE, :SIDE]
    pictures = []
    for label in labels:
        tint, dark = (label, 1) if tinted else (1, label)
        picture = np.full((SIDE, SIDE, 3), [225.0, 225, 225 + 8 * tint])
        for center in random.integers(0, SIDE, (5, 2)):
            picture[np.hypot(down - center[0], across - center[1]) < 4] = 80 + 20 * dark
        pictures.append(picture + random.normal(0, 2, picture.shape))
    return np.array(pictures).clip(0, 255).astype(np.uint8), labels


def train(images: np.ndarray, labels: np.ndarray) -> Callable:
    """A classifier that reads colors wherever they are, in place of a network."""

    def describe(pictures: np.ndarray) -> np.ndarray:
        return np.stack([histogram(picture) for picture in pictures])

    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(describe(images), labels)
    return lambda pictures: model.predict_proba(describe(pictures))


def measure(tinted: bool):
    images, labels = draw_smears(0, 120, tinted)
    predict = train(images, labels)
    images, labels = draw_smears(1, 90, tinted)
    groups = np.arange(90) // 3 // 2 * 3 + labels
    return measure_kinds(images, list_kinds([], GRAY), predict, labels, groups, CLASSES)


@pytest.fixture(scope="module")
def tables():
    return {tinted: measure(tinted) for tinted in (True, False)}


def facts_of(network) -> dict:
    return {
        "majority": 1 / 3, "majority_class": "a", "unit": "field", "permutations": 1000,
        "shown": {"foreground": CLEARED},
    }  # fmt: skip


def test_a_background_that_gives_the_class_away_is_caught(tables):
    row = find_row(tables[True], "foreground", CLEARED)
    assert row["accuracy"] > 0.95
    assert row["p"] == pytest.approx(1 / 1001)
    assert row["null_high"] < row["accuracy_low"]
    assert find_row(tables[True], "foreground", 1)["accuracy"] > 0.95
    sentence = judge_background(tables[True], facts_of(tables[True]))
    assert "part of the accuracy comes from the background" in sentence


def test_a_class_that_lies_in_blood_cells_is_at_chance_without_them(tables):
    row = find_row(tables[False], "foreground", CLEARED)
    assert find_unchanged(tables[False])["accuracy"] > 0.95
    assert row["p"] > 0.05
    assert row["accuracy"] <= row["null_high"]
    sentence = judge_background(tables[False], facts_of(tables[False]))
    assert "do not show that the network uses the background" in sentence
    assert "labels permuted over microscope fields" in sentence


def test_a_row_for_each_kind_and_strength_with_the_images_as_they_are_in_each_kind(tables):
    table = tables[False]
    for name, kind in list_kinds([], GRAY).items():
        rows = table[table["perturbation"] == name]
        assert tuple(rows["strength"]) == kind.strengths
        plain = rows[rows["strength"] == 0].iloc[0]
        assert plain["correct"] == find_unchanged(table)["correct"]
        assert plain["unchanged"] == 1
    assert set(table["images"]) == {90}
    assert (table["accuracy"] == table["correct"] / 90).all()
    assert ((table["accuracy_low"] <= table["accuracy"]) & (table["accuracy"] <= table["accuracy_high"])).all()
    # Masked all alike, all images are of one class, and no permutation makes them any better.
    alike = table[table["most_predicted_share"] == 1]
    assert len(alike)
    assert (alike["p"] == 1).all()


def test_every_kind_has_its_words_and_no_other():
    assert set(TITLES) == set(STRENGTHS) == set(list_kinds([], GRAY))


def test_sentences_name_what_takes_most(tables):
    text = judge_parts(tables[False])
    assert text.startswith("From the corner alone")
    assert "a border of 5" in text
    assert "Of the changes that leave the blood cells in place" in text


def test_examples_show_the_images_first_and_are_small():
    images, _ = draw_smears(0, 2, True)
    shown = show_examples(images, list_kinds([], GRAY))
    assert shown.shape == (2, 9, SIDE, SIDE, 3)
    assert np.array_equal(shown[:, 0], images)
    large = np.repeat(np.repeat(images, 3, axis=1), 3, axis=2)
    assert show_examples(large, list_kinds([], GRAY)).shape == (2, 9, 112, 112, 3)
