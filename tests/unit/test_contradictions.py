"""Where the paper contradicts itself: numbers of `resources/fajrina2024.json` follow from others."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from smear.statistics.intervals import wilson_interval
from smear.statistics.metrics import confusion_matrix

ROOT = Path(__file__).parents[2]
PUBLISHED = json.loads((ROOT / "resources/fajrina2024.json").read_text(encoding="utf-8"))
CONTRADICTIONS = {one["id"]: one for one in PUBLISHED["contradictions"]}
FIGURES = {name: one["figures"] for name, one in CONTRADICTIONS.items()}
TEST, VALIDATION = PUBLISHED["test"], PUBLISHED["validation"]
SIZES = PUBLISHED["split"]["per_class"]["test"]
CLASSES = list(SIZES)


def fractions(figure: float, images: int) -> list[int]:
    """The numbers of correct images whose share, in percent with two digits, is this figure."""
    return [correct for correct in range(images + 1) if f"{100 * correct / images:.2f}" == f"{100 * figure:.2f}"]


def list_matrices() -> list[np.ndarray]:
    """Every confusion matrix with the named errors and one more, wherever it lies."""
    named = [(each["true"], each["predicted"]) for each in TEST["named_errors"] for _ in range(each["images"])]
    matrices = []
    for more in permutations(CLASSES, 2):
        wrong = [(CLASSES.index(true), CLASSES.index(predicted)) for true, predicted in [*named, more]]
        labels = np.repeat(np.arange(4), list(SIZES.values()))
        predicted, used = labels.copy(), [0] * 4
        for true, other in wrong:
            predicted[np.flatnonzero(labels == true)[used[true]]] = other
            used[true] += 1
        matrices.append(confusion_matrix(labels, predicted, 4))
    return matrices


def test_every_claim_that_is_contradicted_is_one():
    claims = [claim["id"] for claim in PUBLISHED["claims"]]
    assert len(set(claims)) == len(claims)
    assert {one["claim"] for one in PUBLISHED["contradictions"]} <= {*claims, None}
    assert len(CONTRADICTIONS) == len(PUBLISHED["contradictions"])


def test_the_sizes_of_the_split():
    assert FIGURES["split_sizes"] == PUBLISHED["split"]["images"]
    for split, counts in PUBLISHED["split"]["per_class"].items():
        assert sum(counts.values()) == PUBLISHED["split"]["images"][split]
    classes = PUBLISHED["data_set"]["classes"]
    assert PUBLISHED["split"]["per_class"]["train"] == {name: int(0.8 * n) for name, n in classes.items()}
    assert PUBLISHED["split"]["per_class"]["validation"] == {name: n // 10 for name, n in classes.items()}
    assert [fractions(TEST["accuracy"], images) for images in (328, 324)] == [[323], []]
    assert [fractions(VALIDATION["accuracy"], images) for images in (324, 328)] == [[317], []]


def test_the_validation_accuracies_of_epoch_30():
    figures, images = FIGURES["epoch_30"], VALIDATION["images"]
    assert fractions(0.9784, images) == [figures["in_the_text"]]
    assert fractions(0.9783, images) == []
    assert fractions(0.9691, images) == [figures["in_the_epoch_figure"]]
    text = CONTRADICTIONS["epoch_30"]["text"]
    for correct in (figures["in_the_text"], figures["in_the_epoch_figure"]):
        low, high = wilson_interval(correct, images)
        assert f"{100 * low:.2f} to {100 * high:.2f} %" in text


def test_the_errors_of_the_test():
    errors = TEST["images"] - fractions(TEST["accuracy"], TEST["images"])[0]
    named = sum(each["images"] for each in TEST["named_errors"])
    assert FIGURES["test_errors"] == {"errors": errors, "errors_named": named} == {"errors": 5, "errors_named": 4}


def test_precision_and_f1_of_those_errors():
    support, rows = np.array(list(SIZES.values())), []
    for matrix in list_matrices():
        hits, predicted = np.diag(matrix), matrix.sum(axis=0)
        precision, f1 = hits / predicted, 2 * hits / (support + predicted)
        assert hits.sum() == TEST["correct"]
        rows.append((precision @ support / 328, f1 @ support / 328, f1.mean()))
    found = np.round(rows, 4)
    names = ("precision", "f1", "macro_f1")
    ends = {"low": found.min(axis=0), "high": found.max(axis=0)}
    bounds = {f"{name}_{end}": ends[end][place] for end in ends for place, name in enumerate(names)}
    assert FIGURES["f1"] == pytest.approx(bounds)
    assert TEST["f1"] not in found
    assert TEST["precision"] not in found[:, 0]
    text = CONTRADICTIONS["f1"]["text"]
    for name in names:
        assert f"{100 * bounds[f'{name}_low']:.2f} to {100 * bounds[f'{name}_high']:.2f} %" in text


def test_the_highest_recall():
    recalls = np.array([np.diag(matrix) / matrix.sum(axis=1) for matrix in list_matrices()])
    outside = [name for name in CLASSES if name != "Pro"]
    columns = [CLASSES.index(name) for name in outside]
    figures = FIGURES["highest_recall"]
    assert figures["errors_outside_of_pro"] == FIGURES["test_errors"]["errors"] - FIGURES["test_errors"]["errors_named"]
    assert (recalls[:, columns] == 1).sum(axis=1).min() == figures["classes_with_recall_1"]
    pre = set(recalls[:, CLASSES.index("Pre")].round(4))
    assert pre == {1.0, figures["pre_with_an_error"]}
    assert f"{TEST['highest_recall']['recall']:.2f}" not in {f"{recall:.2f}" for recall in pre}


def test_the_training_accuracy():
    assert FIGURES["training_accuracy"]["train"] == PUBLISHED["train"]["accuracy"]
    assert FIGURES["training_accuracy"]["called_training_in_the_abstract"] == VALIDATION["accuracy"]
