"""Two seeds of each grid cell: one row, one model that is tested, whole runs of the workflow."""

import csv
import json

import numpy as np
import pytest

GRID = "grid={architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001], epochs: [1], seed: [1, 0]}"
KEEP = "training={threads: 1, keep: selected}"
CALL = ("--config", "experiment=seeds", GRID, KEEP)

pytestmark = pytest.mark.rare  # a minute; test_plans.py plans such a call, and unit tests have the figures


def read_rows(path) -> list[dict]:
    return list(csv.DictReader(path.open()))


@pytest.fixture(scope="module")
def seeds(project, tensors):
    """The results of a grid of two cells with two seeds each."""
    project.adopt(tensors, "seeds")
    result = project.snakemake(*CALL)
    assert result.returncode == 0, result.output
    return project.folder / "results/seeds"


def test_seeds_are_one_row_with_the_mean_of_what_each_got_right(seeds):
    board, replicates = (read_rows(seeds / f"comparison/{name}.csv") for name in ("leaderboard", "replicates"))
    assert {row["cell"] for row in board} == {f"SmallCNN_{name}_lr0.001_b32_e1" for name in ("adam", "rmsprop")}
    assert len(board) == 2
    assert [row["replicates"] for row in board] == ["2", "2"]
    for row in board:
        own = [one for one in replicates if one["cell"] == row["cell"]]
        assert [one["seed"] for one in own] == ["0", "1"]
        found = []
        for one in own:
            predictions = read_rows(seeds / f"cells/{one['replicate']}/validation_predictions.csv")
            found.append(np.mean([image["label"] == image["predicted"] for image in predictions]))
            assert float(one["validation_accuracy"]) == pytest.approx(found[-1])
        assert float(row["validation_accuracy"]) == pytest.approx(np.mean(found))
        assert float(row["replicate_sd"]) == pytest.approx(np.std(found, ddof=1))


def test_the_model_of_the_lowest_seed_is_tested_and_said_to_be(seeds):
    selection = json.loads((seeds / "comparison/selection.json").read_text())
    model = selection["cell"].replace("_e1", "_s0_e1")
    assert (selection["model_cell"], selection["seeds"], selection["seed"]) == (model, [0, 1], 0)
    provenance = json.loads((seeds / f"cells/{model}/provenance.json").read_text())
    assert provenance["settings"]["seed"] == 0
    assert (seeds / "report/model.keras").read_bytes() == (seeds / f"cells/{model}/model.keras").read_bytes()
    page, card = ((seeds / f"report/{name}").read_text() for name in ("index.html", "model_card.md"))
    for text in (page, card):
        assert "The model that is tested is that of seed 0, the lowest of seeds 0 and 1" in text


def test_baselines_and_calibration_are_of_the_tested_model(seeds):
    selection = json.loads((seeds / "comparison/selection.json").read_text())
    calibration = json.loads((seeds / "report/calibration.json").read_text())
    assert calibration["validation"]["before"]["accuracy"] == pytest.approx(selection["model_accuracy"])
    baselines = {
        (row["color"], row["features"], row["classifier"]): float(row["validation_accuracy"])
        for row in read_rows(seeds / "audit/shortcuts.csv")
    }
    for row in read_rows(seeds / "comparison/shortcut_differences.csv"):
        baseline = baselines[row["color"], row["features"], row["classifier"]]
        assert float(row["difference"]) == pytest.approx(selection["model_accuracy"] - baseline)


def test_models_of_other_seeds_are_removed_with_the_rest(seeds):
    selection = json.loads((seeds / "comparison/selection.json").read_text())
    assert [path.parent.name for path in seeds.glob("cells/*/model.keras")] == [selection["model_cell"]]
    assert len(json.loads((seeds / "pruned.json").read_text())["pruned"]) == 3


def test_a_further_seed_trains_it_alone(project, seeds):
    assert project.jobs(*CALL) == {}
    jobs = project.jobs("--config", "experiment=seeds", GRID.replace("[1, 0]", "[1, 0, 2]"), KEEP)
    assert jobs["train_cell"] == 2
