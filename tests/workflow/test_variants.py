"""Outer folds and the paper's claims in a real run: added to a finished experiment, which stays as it is."""

import json
import re

import pandas as pd
import pytest
from smear.status.__main__ import find_experiments

pytestmark = pytest.mark.rare  # two minutes; test_plans.py plans such a call

OUTER = ["--config", "split={outer_folds: 2}", "reproduction=true"]
MADE = ("cells/*/state.npz", "cells/*/model.keras", "report/test_predictions.csv", "comparison/leaderboard.csv")


def read_times(folder) -> dict[str, int]:
    paths = [path for pattern in MADE for path in (folder / "results/tiny").glob(pattern)]
    return {str(path): path.stat().st_mtime_ns for path in paths}


@pytest.fixture(scope="module")
def tested(finished):
    """The finished project after a call with outer folds, with the times of its files `before`."""
    finished.before = read_times(finished.folder)
    finished.result = finished.snakemake(*OUTER)
    assert finished.result.returncode == 0, finished.result.output
    return finished


def test_the_experiment_itself_stays_as_it_is(tested):
    assert read_times(tested.folder) == tested.before
    assert "All images, tested:" in tested.result.output
    assert tested.jobs(*OUTER) == {}


def test_every_image_is_tested_once(tested):
    folder = tested.folder / "results/tiny/outer"
    pooled, drawn = pd.read_csv(folder / "predictions.csv"), pd.read_csv(folder / "folds.csv")
    assert sorted(pooled["image_id"]) == sorted(drawn["image_id"])
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["images"] == metrics["proof"]["predictions"] == 80
    assert metrics["correct"] == (pooled["label"] == pooled["predicted"]).sum()
    assert metrics["proof"]["fields_on_two_sides"] == 0
    choices = pd.read_csv(folder / "choices.csv")
    for row in choices.itertuples():
        selection = json.loads((folder / f"{row.outer_fold}/comparison/selection.json").read_text())
        assert (row.cell, row.validation_accuracy) == (selection["cell"], selection["validation_accuracy"])
        assert (
            row.correct
            == pd.read_csv(folder / f"{row.outer_fold}/report/test_predictions.csv").eval("label == predicted").sum()
        )


def test_the_looks_are_counted_and_explained(tested):
    tables = list((tested.folder / "results/datasets").glob("*/test_looks.csv"))
    looks = pd.concat(map(pd.read_csv, tables))
    assert sorted(looks["experiment"]) == ["tiny", "tiny/image_split", "tiny/outer/1", "tiny/outer/2"]
    page = (tested.folder / "results/tiny/report/index.html").read_text()
    assert re.search(r"\d of them (is that|are those) of outer folds or a split by image", page)
    assert "Each of 80 images was tested once" in page
    card = (tested.folder / "results/tiny/report/model_card.md").read_text()
    assert "Every image tested once, in 2 outer folds" in card


def test_status_has_the_grid_cells_of_all(tested):
    found = [str(path.relative_to(tested.folder / "results")) for path in find_experiments(tested.folder / "results")]
    assert sorted(found) == ["tiny", "tiny/image_split", "tiny/outer/1", "tiny/outer/2"]


def test_the_claims_are_judged_on_both_splits(tested):
    folder = tested.folder / "results/tiny"
    claims = pd.read_csv(folder / "reproduction/claims.csv")
    assert set(claims["split"]) == {"image", "field", "image less field"}
    assert set(claims["verdict"]) <= {
        "holds", "does not hold", "cannot tell with these images", "not tested with this grid"
    }  # fmt: skip
    audit = json.loads((folder / "image_split/split/audit.json").read_text())
    assert audit["unit"] == "image"
    assert audit["images_with_sibling_across_splits"] > 0
    own = claims[(claims["claim"] == "test_accuracy") & (claims["split"] == "field")].iloc[0]
    accuracy = json.loads((folder / "report/test_metrics.json").read_text())["accuracy"]
    assert own["difference"] == pytest.approx(accuracy - 323 / 328, abs=1e-4)
    assert "Is the paper right?" in (folder / "reproduction/index.html").read_text()
    page = (folder / "report/index.html").read_text()
    assert "Adam is better than RMSprop" in page


def test_a_lost_test_of_an_outer_fold_is_made_again_without_a_training(tested):
    for name in ("outer/2/report/test_predictions.csv", "outer/metrics.json", "report/index.html"):
        (tested.folder / "results/tiny" / name).unlink()
    jobs = tested.jobs(*OUTER)
    assert (jobs["test_selected"], jobs["pool_outer_folds"], "train_cell" in jobs) == (1, 1, False)
