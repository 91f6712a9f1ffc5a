"""Groups from file names in a real run: whole groups, figures of each, a threshold for one class, leave-one-out."""

import csv
import json
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from smear.evaluation.frozen_threshold import read_threshold

SPLIT = "split={{unit: group, groups_pattern: '(?P<slide>S[0-9])_(?P<shot>[0-9])', folds: {folds}}}"
GRID = "grid={architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.001], epochs: [1]}"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The arguments for images of four slides, which have both classes."""
    folder = tmp_path_factory.mktemp("cells")
    for seed, name in enumerate(("Bad", "Good")):
        (folder / name).mkdir()
        for number in range(24):
            random = np.random.default_rng(100 * seed + number)
            pixels = random.integers(0, 120 + 100 * seed, (32, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"S{number % 4}_{number // 4 % 2}_{number}.png")
    dataset = f"dataset={{source: folder, path: '{folder}', name: slides}}"
    return ["--config", "experiment=slides", dataset, "fields={search: none}", "threshold={positive: Good}"]


@pytest.fixture(scope="module")
def slides(project, source):
    """The results of a run as far as the figures by group."""
    files = ["comparison/validation_by_group.csv", "report/test_by_group.csv", "report/groups.digests.json"]
    files += ["report/calibration.json", "report/threshold_by_group.csv"]
    targets = [f"results/slides/{name}" for name in files]
    result = project.snakemake(*targets, *source, SPLIT.format(folds=0), GRID)
    assert result.returncode == 0, result.output
    assert "Groups of the images: slide (4 groups), shot (8 groups); the split keeps slide whole." in result.output
    return project.folder / "results/slides"


def read(path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_no_group_is_on_two_sides_and_each_has_its_row(slides):
    manifest = read(slides / "split/manifest.csv")
    places = {}
    for row in manifest:
        assert row["image_id"].partition("/")[2].startswith(row["group"])
        places.setdefault(row["group_slide"], set()).add(row["split"])
    assert sorted(map(sorted, places.values())) == [["test"], ["train"], ["train"], ["validation"]]
    for name, split in (("comparison/validation_by_group.csv", "validation"), ("report/test_by_group.csv", "test")):
        (row,) = read(slides / name)
        assert list(row) == ["group", "images", "correct", "accuracy", "label", "vote"]
        assert places[row["group"]] == {split}
        assert int(row["images"]) == sum(image["split"] == split for image in manifest) == 12
        assert (row["label"], row["vote"]) == ("", "")


def test_the_test_is_counted_by_group_where_it_is_looked_at(slides):
    (row,) = read(slides / "report/test_by_group.csv")
    metrics = json.loads((slides / "report/test_metrics.json").read_text())
    assert (int(row["images"]), int(row["correct"])) == (metrics["images"], metrics["correct"])
    assert [level["level"] for level in metrics["groups"]["levels"]] == ["slide", "shot"]
    assert len(read(slides.parent / "datasets/slides/test_looks.csv")) == 1


def test_the_threshold_is_chosen_before_the_test_and_lies_in_the_model(slides):
    chosen, found = (json.loads((slides / name / "threshold.json").read_text()) for name in ("comparison", "report"))
    kept = read_threshold(slides / "report/model.keras")
    assert kept == {name: chosen[name] for name in kept} == {name: found[name] for name in kept}
    assert (kept["positive"], kept["classes"], kept["target"]) == ("Good", ["Bad", "Good"], 0.95)
    times = [
        (slides / name).stat().st_mtime_ns for name in ("comparison/threshold.json", "report/test_predictions.csv")
    ]
    assert times == sorted(times)
    rows = read(slides / "report/test_predictions.csv")
    called = [(row["label"], float(row["prob_Good"]) >= kept["threshold"]) for row in rows]
    assert found["test"]["sensitivity_correct"] == called.count(("1", True))
    assert found["test"]["specificity_correct"] == called.count(("0", False))
    (row,) = read(slides / "report/threshold_by_group.csv")
    assert int(row["sensitivity_correct"]) == called.count(("1", True))


def test_the_model_with_a_threshold_is_that_of_its_grid_cell(slides):
    cell = json.loads((slides / "comparison/selected.json").read_text())["model_cell"]
    ours, theirs = (zipfile.ZipFile(slides / name) for name in ("report/model.keras", f"cells/{cell}/model.keras"))
    with ours, theirs:
        assert set(ours.namelist()) - set(theirs.namelist()) == {"threshold.json"}
        assert all(ours.read(name) == theirs.read(name) for name in theirs.namelist())


def test_the_probabilities_are_those_of_the_test(slides):
    calibration = json.loads((slides / "report/calibration.json").read_text())
    metrics = json.loads((slides / "report/test_metrics.json").read_text())
    assert calibration["test"]["before"]["log_loss"] == pytest.approx(metrics["loss"], rel=1e-6)
    assert calibration["temperature"] > 0
    assert {"ece", "brier", "log_loss"} <= set(calibration["validation"]["after"])


def test_each_group_that_is_not_for_the_test_is_left_out_once(project, source):
    target = "results/slides/comparison/validation_by_group.csv"
    jobs = project.jobs(target, *source, SPLIT.format(folds="leave_one_out"), GRID)
    assert jobs["train_cell"] == 3
    keep = "training={threads: 1, keep: selected}"
    why = project.snakemake(target, *source, SPLIT.format(folds="leave_one_out"), GRID, keep, module="smear.why")
    assert why.returncode == 0, why.output
    assert re.search(r"train_cell +3 grid cells", why.output)
    assert "of the grid cells stay" in why.output
    result = project.snakemake("--dry-run", *source, SPLIT.format(folds="leave_one_out"))
    assert result.returncode == 1
    assert "once for each of 3 groups; for the grid's 2 that would be 6 trainings" in result.output
