"""Gray images under a mask, shortcut baselines on them, and a negative control, in real runs."""

import csv
import json

import numpy as np
import pytest
import scipy.stats
from smear.statistics.intervals import wilson_interval

pytestmark = pytest.mark.rare

SMALL = "{source: synthetic, synthetic: {images: 400, size: 64}, mask: [[0.75, 0.75, 1, 1]]}"
SPLIT = "{fractions: {train: 0.7, validation: 0.25, test: 0.05}}"
GRID = "{architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.003], epochs: [8], color: [gray]}"
SETTINGS = ["--config", f"dataset={SMALL}", f"split={SPLIT}", f"grid={GRID}"]
CELL = "SmallCNN_adam_lr0.003_b32_s0_e8_gray"
CONTROL = "config/tiny.yaml config/control.yaml"
SHUFFLES = range(4)


def name_cell(seed: int) -> str:
    return CELL.replace("_s0_", f"_s{seed}_")


def read_metrics(project, experiment: str, cell: str = CELL) -> dict:
    return json.loads((project.folder / f"results/{experiment}/cells/{cell}/metrics.json").read_text())


@pytest.fixture(scope="module")
def finished(project):
    """The project after its cell, its test and its audit on gray images, and after cells on labels shuffled anew."""
    wanted = (f"cells/{CELL}/metrics.json", "audit/shortcuts.csv", "audit/network.csv", "report/test_metrics.json")
    result = project.snakemake(*(f"results/tiny/{path}" for path in wanted), *SETTINGS)
    assert result.returncode == 0, result.output
    wanted = [f"results/control/cells/{name_cell(seed)}/metrics.json" for seed in SHUFFLES]
    settings = [*SETTINGS[:-1], SETTINGS[-1].replace("}", f", seed: {list(SHUFFLES)}}}")]
    result = project.snakemake(*wanted, *settings, configfile=CONTROL)
    assert result.returncode == 0, result.output
    return project


def test_shuffled_labels_teach_nothing(finished):
    """On average over shuffles. Images of one class look alike and get alike predictions, so that the accuracy of one
    shuffle varies more than the binomial interval of its images says."""
    chance = 0.25
    plain, *controls = [
        read_metrics(finished, "tiny"),
        *(read_metrics(finished, "control", name_cell(seed)) for seed in SHUFFLES),
    ]
    assert {metrics["validation_images"] for metrics in (plain, *controls)} == {100}
    accuracies = [control["validation_accuracy"] for control in controls]
    assert len(set(accuracies)) > 1
    assert scipy.stats.ttest_1samp(accuracies, chance).pvalue > 0.05
    low, _ = wilson_interval(plain["validation_correct"], plain["validation_images"])
    assert low > max(0.1 + chance, *accuracies)


def test_without_blood_cells_nothing_is_left_of_classes_that_lie_in_them(finished):
    """The classes of synthetic smears differ in morphology alone, and each slide has all of them."""
    with (finished.folder / "results/tiny/audit/network.csv").open(newline="") as file:
        rows = {(row["perturbation"], float(row["strength"])): row for row in csv.DictReader(file)}
    assert float(rows["foreground", 0]["p"]) < 0.01
    assert float(rows["foreground", 0]["accuracy"]) > 0.35
    for strength in (0.03, 0.06, 1):
        assert float(rows["foreground", strength]["p"]) > 0.01


def test_the_control_has_the_same_validation_labels(finished):
    labels = [
        [row["label"] for row in csv.DictReader(path.open())]
        for name in ("tiny", "control")
        for path in [finished.folder / f"results/{name}/cells/{CELL}/validation_predictions.csv"]
    ]
    assert labels[0] == labels[1]


def test_gray_tensors_stand_alone_and_the_test_reads_them(finished):
    tensors = finished.folder / "results/tiny/tensors"
    assert sorted(path.name for path in tensors.glob("*.npy")) == [
        "test-gray.npy",
        "train-gray.npy",
        "validation-gray.npy",
    ]
    gray = np.load(tensors / "test-gray.npy")
    assert gray.shape[1:] == (32, 32, 3)
    assert np.ptp(gray, axis=3).max() == 0
    assert read_metrics(finished, "tiny")["color"] == "gray"


def test_the_mask_is_painted_over(finished):
    corners = np.load(finished.folder / "results/tiny/tensors/train-gray.npy")[:, 26:, 26:]
    assert np.ptp(corners, axis=(1, 2)).max() == 0


def test_another_color_makes_its_tensors_and_its_cell_alone(finished):
    grid = f"grid={GRID.replace('[gray]', '[gray, rgb]')}"
    other = f"results/tiny/cells/{CELL.removesuffix('_gray')}/metrics.json"
    target = f"results/tiny/cells/{CELL}/metrics.json"
    jobs = finished.jobs(target, other, "--config", f"dataset={SMALL}", f"split={SPLIT}", grid)
    assert (jobs["train_cell"], jobs["cache_tensors"]) == (1, 2)


def test_the_audit_reads_the_colors_of_the_grid(finished):
    with (finished.folder / "results/tiny/audit/shortcuts.csv").open(newline="") as file:
        assert [row["color"] for row in csv.DictReader(file)] == ["gray"] * 17
