"""Other classes from the same images by configuration alone, in a whole run."""

import csv
import json
from pathlib import Path

import pytest

GRID = "grid={architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.001], epochs: [1]}"
DATASET = "datasets/synthetic-80-48px-s0"
ABOUT_IMAGES = ("make_synthetic", "catalog_images", "find_fields", "plot_fields")


def use(labels: str, **settings: str) -> list[str]:
    """The arguments of a call with these labels and other keys of `dataset`."""
    more = "".join(f", {name}: {value}" for name, value in settings.items())
    return ["--config", "experiment=binary", GRID, f"dataset={{labels: {labels}{more}}}"]


BINARY = "{Malignant: [Early, Pre, Pro], Benign: [Benign]}"


def read_rows(path: Path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def planned(project, tensors):
    """The jobs of a call that merges classes, where the images of four classes are known: project and counts."""
    project.adopt(tensors)
    return project, project.jobs(*use(BINARY))


@pytest.fixture(scope="module")
def finished(planned):
    """The results of that call."""
    project, _ = planned
    result = project.snakemake(*use(BINARY))
    assert result.returncode == 0, result.output
    return project.folder / "results"


def test_labels_need_no_new_images(planned):
    _, jobs = planned
    assert {name: jobs.get(name, 0) for name in ABOUT_IMAGES} == dict.fromkeys(ABOUT_IMAGES, 0) | {"plot_fields": 1}
    assert jobs["split_images"] == jobs["train_cell"] == 1


def test_classes_are_merged_from_the_split_on(finished, tensors):
    catalog = finished / DATASET / "catalog.csv"
    assert catalog.read_bytes() == (tensors / DATASET / "catalog.csv").read_bytes()
    manifest = read_rows(finished / "binary/split/manifest.csv")
    pairs = {(row["source_class"], row["class"], row["label"]) for row in manifest}
    assert pairs == {("Benign", "Benign", "0"), *((name, "Malignant", "1") for name in ("Early", "Pre", "Pro"))}
    counts = json.loads((finished / "binary/split/audit.json").read_text())["counts"]
    assert counts == {
        "train": {"Benign": 16, "Malignant": 48},
        "validation": {"Benign": 2, "Malignant": 6},
        "test": {"Benign": 2, "Malignant": 6},
    }
    for split in counts:
        rows = read_rows(finished / f"binary/tensors/{split}.csv")
        assert [(row["image_id"], row["class"]) for row in rows] == [
            (row["image_id"], row["class"]) for row in manifest if row["split"] == split
        ]


def test_the_final_test_names_the_positive_class_and_counts_its_images(finished):
    metrics = json.loads((finished / "binary/report/test_metrics.json").read_text())
    predictions = read_rows(finished / "binary/report/test_predictions.csv")
    assert list(predictions[0]) == ["image_id", "label", "predicted", "prob_Benign", "prob_Malignant"]
    assert metrics["classes"] == ["Benign", "Malignant"]
    assert (metrics["positive"], metrics["positive_is_default"]) == ("Malignant", True)
    for name, label in (("sensitivity", "1"), ("specificity", "0")):
        right = [row["predicted"] == label for row in predictions if row["label"] == label]
        assert (metrics[f"{name}_correct"], metrics[f"{name}_images"]) == (sum(right), len(right))
    page = (finished / "binary/report/index.html").read_text(encoding="utf-8")
    card = (finished / "binary/report/model_card.md").read_text(encoding="utf-8")
    for text in (page, card):
        assert "Malignant is the positive class (by default, as the last in sorted order)" in text
        assert "Malignant = Early + Pre + Pro" in text


def test_another_positive_class_trains_nothing_and_other_labels_keep_the_images(finished, planned):
    project, _ = planned
    jobs = project.jobs(*use(BINARY, positive="Benign"))
    threshold = {"choose_threshold", "measure_threshold"}
    assert set(jobs) - {"all"} == {
        *("test_selected", "compare_tested", "measure_calibration", "render_report"),
        *threshold,
    }
    jobs = project.jobs(*use("{Late: [Pre, Pro], Malignant: [Early], Benign: [Benign]}"))
    assert not jobs.keys() & set(ABOUT_IMAGES)
    assert jobs["split_images"] == jobs["train_cell"] == 1


def test_a_class_without_a_label_is_named_before_work_starts(project):
    result = project.snakemake(*use("{A: [Benign], B: [Early, Pre]}"), "--dry-run")
    assert result.returncode == 1
    assert "no label takes Pro of the source synthetic; add it to one of A, B." in result.output
    assert "Traceback" not in result.output
