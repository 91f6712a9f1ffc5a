"""Shortcut baselines: what they are given, and what they make of it."""

from itertools import product
from types import SimpleNamespace

import audit_shortcuts
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier
from smear.evaluation import baselines
from smear.evaluation.baselines import build_classifiers, build_probes
from smear.evaluation.shortcuts import CLASSIFIERS, FEATURES, PROBED, name_classifier, name_features
from smear.images.shortcut_features import SHORTCUT_FEATURES

pytestmark = pytest.mark.slow

COLUMNS = ["color", "features", "classifier", "validation_accuracy", "validation_low", "validation_high"]
COLUMNS += ["validation_correct", "validation_images"]


def stained(random: np.random.Generator, labels: np.ndarray, size: int = 32) -> np.ndarray:
    """Images of noise alone, whose mean color goes with the label."""
    noise = random.integers(0, 60, (len(labels), size, size, 3))
    return (noise + np.array([[60, 90, 120], [120, 90, 60]])[labels][:, None, None]).astype(np.uint8)


def write_split(folder, name: str, images: np.ndarray, labels: np.ndarray) -> tuple[str, str]:
    np.save(folder / f"{name}.npy", images)
    names = [f"{k}.png" for k in range(len(labels))]
    rows = pd.DataFrame({"image_id": names, "label": labels, "class": np.array(["a", "b"])[labels], "fold": -1})
    rows.to_csv(folder / f"{name}.csv", index=False)
    return str(folder / f"{name}.npy"), str(folder / f"{name}.csv")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Figures and predictions of images whose stain tells the class, and of gray images that say nothing."""
    folder, random = tmp_path_factory.mktemp("audit"), np.random.default_rng(0)
    labels = {"train": np.arange(90) % 3 // 2, "validation": np.arange(30) % 3 // 2}
    paths = {split: [write_split(folder, split, stained(random, of), of)] for split, of in labels.items()}
    for split, of in labels.items():
        paths[split].append(write_split(folder, f"{split}-gray", stained(random, np.zeros_like(of)), of))
    files = {split: [tensor for tensor, _ in pairs] for split, pairs in paths.items()}
    files |= {f"{split}_rows": [rows for _, rows in pairs] for split, pairs in paths.items()}
    names = [f"{k}.png" for k in range(90)]
    files["manifest"] = folder / "manifest.csv"
    pd.DataFrame({"image_id": names, "field_id": names, "group": names}).to_csv(files["manifest"], index=False)
    snakemake = SimpleNamespace(
        input=SimpleNamespace(**files),
        output=SimpleNamespace(shortcuts=folder / "shortcuts.csv", predictions=folder / "shortcut_predictions.csv"),
        params=SimpleNamespace(colors=["rgb", "gray"]),
        threads=1,
    )
    audit_shortcuts.main(snakemake)
    names = ("shortcuts", "shortcut_predictions")
    return [pd.read_csv(folder / f"{name}.csv", keep_default_na=False) for name in names]


@pytest.fixture(scope="module")
def table(tables):
    return tables[0]


def test_every_color_has_the_prior_and_every_pair(table):
    assert table.columns.tolist() == COLUMNS
    for color in ("rgb", "gray"):
        rows = table[table["color"] == color]
        pairs = set(zip(rows["features"], rows["classifier"], strict=True))
        classifiers = build_classifiers(1)
        assert pairs == {("none", "prior"), *product(SHORTCUT_FEATURES, classifiers)}


def rows_of(folds: list[int]) -> list[pd.DataFrame]:
    """The rows of training and validation tensors whose images have these folds; fold 0 is the validation split."""
    table = pd.DataFrame({"fold": folds})
    return [table[table["fold"] != 0], table[table["fold"] == 0]]


def test_of_a_large_split_some_images_are_taken(monkeypatch):
    monkeypatch.setattr(baselines, "MOST", 40)
    (division,) = audit_shortcuts.divide_folds([pd.DataFrame({"fold": [-1] * images}) for images in (100, 30)])
    assert len(division.train) == len(set(division.train)) == 40
    assert division.train.max() < 100
    assert division.judged.tolist() == list(range(100, 130))


def test_every_image_of_every_fold_is_measured_once():
    divisions = audit_shortcuts.divide_folds(rows_of([0, 1, 2, 2, 1, 0, 1]))
    assert len(divisions) == 3
    assert sorted(np.concatenate([division.judged for division in divisions])) == list(range(7))
    for division in divisions:
        assert sorted([*division.train, *division.judged]) == list(range(7))


def test_figures_of_folds_are_added_up_and_each_fold_is_measured_by_the_others():
    # Rows of folds 1, 1, 2, 2, 0, 0: the others teach the label of all but the last.
    numbers, labels = np.array([[0], [1], [0], [1], [0], [1.4]]), np.array([0, 1, 0, 1, 0, 0])
    divisions = audit_shortcuts.divide_folds([pd.DataFrame({"fold": [1, 1, 2, 2]}), pd.DataFrame({"fold": [0, 0]})])
    predicted = baselines.predict_divisions(KNeighborsClassifier(1), numbers, labels, divisions)
    row = audit_shortcuts.describe(predicted == labels, np.arange(6))
    assert (row["validation_correct"], row["validation_images"]) == (5, 6)
    assert row["validation_accuracy"] == 5 / 6


def test_the_predictions_are_those_that_the_figures_count(tables):
    figures, predictions = tables
    assert predictions["image_id"].tolist() == [f"{k}.png" for k in range(30)]
    assert predictions["label"].tolist() == [k % 3 // 2 for k in range(30)]
    assert len(predictions.columns) == 2 + len(figures)
    for row in figures.itertuples():
        right = predictions[f"{row.color}/{row.features}/{row.classifier}"] == predictions["label"]
        assert right.sum() == row.validation_correct


def test_a_stain_is_found_and_its_absence_too(table):
    accuracy = table.set_index(["color", "features", "classifier"])["validation_accuracy"].sort_index()
    assert accuracy["rgb", "none", "prior"] == pytest.approx(2 / 3)
    assert accuracy["rgb", "color_numbers"].min() == 1
    assert accuracy["gray"].max() < 0.9


def test_figures_of_a_row_agree(table):
    assert np.allclose(table["validation_accuracy"], table["validation_correct"] / table["validation_images"])
    assert (table["validation_low"] <= table["validation_accuracy"]).all()
    assert (table["validation_accuracy"] <= table["validation_high"]).all()


@given(st.integers(8, 40), st.integers(0, 1000))
def test_colors_do_not_say_where_a_pixel_stands(size, seed):
    random = np.random.default_rng(seed)
    image = random.integers(0, 256, (size, size, 3), dtype=np.uint8)
    mixed = random.permutation(image.reshape(-1, 3)).reshape(image.shape)
    assert np.allclose(SHORTCUT_FEATURES["color_numbers"](image), SHORTCUT_FEATURES["color_numbers"](mixed), atol=0.01)
    assert np.array_equal(SHORTCUT_FEATURES["histogram"](image), SHORTCUT_FEATURES["histogram"](mixed))
    assert SHORTCUT_FEATURES["histogram"](image).reshape(3, 32).sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(("size", "numbers"), [(224, 28 * 34 * 3), (64, 8 * 10 * 3), (32, 4 * 5 * 3)])
def test_the_corner_is_the_same_share_of_any_image(size, numbers):
    image = np.zeros((size, size, 3), np.uint8)
    image[-1, -1] = 255
    corner = SHORTCUT_FEATURES["corner"](image)
    assert len(corner) == numbers
    assert (corner[-3:] == 255).all()
    assert not corner[:-3].any()


def test_a_thumbnail_holds_the_means_of_the_parts():
    image = np.zeros((64, 64, 3), np.uint8)
    image[:8, :8] = 200
    thumbnail = SHORTCUT_FEATURES["thumbnail"](image).reshape(8, 8, 3)
    assert (thumbnail[0, 0] == 200).all()
    assert thumbnail.sum() == 600


def test_words_are_for_features_and_classifiers_that_there_are():
    assert set(FEATURES) <= {"none", PROBED, *SHORTCUT_FEATURES}
    assert set(CLASSIFIERS) <= {"prior", *build_classifiers(1), *build_probes(1)}
    assert (name_features("edge_counts"), name_classifier("random_forest")) == ("edge counts", "random forest")
    assert name_classifier("nearest_neighbours") == "nearest neighbors"
