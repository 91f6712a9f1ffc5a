"""Gray images beside RGB ones, and a negative control, in real runs."""

import csv
import json

import numpy as np
import pytest

SMALL = "{source: synthetic, synthetic: {images: 400, size: 64}, mask: [[0.75, 0.75, 1, 1]]}"
SPLIT = "{fractions: {train: 0.7, validation: 0.25, test: 0.05}}"
GRID = "{architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.003], epochs: [8], color: [rgb, gray]}"
SETTINGS = ["--config", f"dataset={SMALL}", f"split={SPLIT}", f"grid={GRID}"]
CELL = "SmallCNN_adam_lr0.003_b32_s0_e8"
CONTROL = "config/tiny.yaml config/control.yaml"


def read_metrics(project, experiment: str, cell: str = CELL) -> dict:
    return json.loads((project.folder / f"results/{experiment}/cells/{cell}/metrics.json").read_text())


@pytest.fixture(scope="module")
def finished(project):
    """The project after a run with two colors, and the RGB cell again on shuffled labels."""
    result = project.snakemake(*SETTINGS)
    assert result.returncode == 0, result.output
    result = project.snakemake(f"results/control/cells/{CELL}/metrics.json", *SETTINGS, configfile=CONTROL)
    assert result.returncode == 0, result.output
    return project


def test_shuffled_labels_teach_nothing(finished):
    chance = 0.25
    plain, control = read_metrics(finished, "tiny"), read_metrics(finished, "control")
    assert control["validation_images"] == plain["validation_images"] == 100
    assert plain["validation_low"] > chance + 0.2
    assert control["validation_low"] <= chance <= control["validation_high"]


def test_the_control_has_the_same_validation_labels(finished):
    labels = [
        [row["label"] for row in csv.DictReader(path.open())]
        for name in ("tiny", "control")
        for path in [finished.folder / f"results/{name}/cells/{CELL}/validation_predictions.csv"]
    ]
    assert labels[0] == labels[1]


def test_each_color_has_its_tensors_and_its_cell(finished):
    tensors = finished.folder / "results/tiny/tensors"
    rgb, gray = np.load(tensors / "train.npy"), np.load(tensors / "train-gray.npy")
    assert rgb.shape == gray.shape
    assert np.ptp(gray, axis=3).max() == 0
    assert np.ptp(rgb, axis=3).max() > 0
    assert (tensors / "train.csv").read_text() == (tensors / "train-gray.csv").read_text()
    assert read_metrics(finished, "tiny", f"{CELL}_gray")["color"] == "gray"


def test_the_mask_is_painted_over(finished):
    corners = np.load(finished.folder / "results/tiny/tensors/train.npy")[:, 26:, 26:]
    assert np.ptp(corners.reshape(len(corners), -1, 3), axis=1).max() == 0


def test_only_the_chosen_colors_test_tensor_is_made_and_read(finished):
    results = finished.folder / "results/tiny"
    selection = json.loads((results / "comparison/selection.json").read_text())
    chosen = {"rgb": "test.npy", "gray": "test-gray.npy"}[selection["color"]]
    assert [path.name for path in results.glob("tensors/test*.npy")] == [chosen]


def test_the_audit_has_a_block_for_each_color_and_stands_in_the_report(finished):
    results = finished.folder / "results/tiny"
    with (results / "audit/shortcuts.csv").open(newline="") as file:
        colors = [row["color"] for row in csv.DictReader(file)]
    assert colors == ["rgb"] * 17 + ["gray"] * 17
    page = (results / "report/index.html").read_text()
    assert "What a classifier that cannot see a cell reaches" in page
    assert "were shuffled" not in page
