"""Groups from file names in a real run: each left out once, and figures of each on validation and test images."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

PATTERN = "'(?P<slide>S[0-9])_(?P<shot>[0-9])'"


@pytest.fixture(scope="module")
def left_out(project, tmp_path_factory):
    """The results of a run, without its report, in which each of three slides is left out once or tested."""
    folder = tmp_path_factory.mktemp("cells")
    for seed, name in enumerate(("Bad", "Good")):
        (folder / name).mkdir()
        for number in range(24):
            pixels = np.random.default_rng(100 * seed + number).integers(
                0, 120 + 100 * seed, (32, 32, 3), dtype=np.uint8
            )
            Image.fromarray(pixels).save(folder / name / f"S{number % 3}_{number % 2}_{number}.png")
    files = ("comparison/validation_by_group.csv", "report/test_by_group.csv", "report/groups.digests.json")
    result = project.snakemake(
        *(f"results/left_out/{name}" for name in files),
        *("--config", "experiment=left_out", f"dataset={{source: folder, path: {folder}}}", "fields={search: none}"),
        f"split={{unit: group, groups_pattern: {PATTERN}, folds: leave_one_out}}",
        "grid={architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.001], epochs: [1]}",
    )
    assert result.returncode == 0, result.output
    assert "Groups of the images: slide (3 groups), shot (6 groups); the split keeps slide whole." in result.output
    return project.folder / "results/left_out"


def read(path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_group_is_validated_once_and_none_is_on_two_sides(left_out):
    manifest = read(left_out / "split/manifest.csv")
    places = {}
    for row in manifest:
        assert row["image_id"].partition("/")[2].startswith(row["group"])
        places.setdefault(row["group_slide"], set()).add(row["fold"])
    assert sorted(map(sorted, places.values())) == [["-1"], ["0"], ["1"]]
    assert len(list((left_out / "cells").iterdir())) == 2
    table = read(left_out / "comparison/validation_by_group.csv")
    assert [row["group"] for row in table] == sorted(group for group, found in places.items() if found != {"-1"})
    assert sum(int(row["images"]) for row in table) == sum(row["split"] != "test" for row in manifest) == 32


def test_the_test_is_counted_by_group_where_it_is_looked_at(left_out):
    (row,) = read(left_out / "report/test_by_group.csv")
    metrics = json.loads((left_out / "report/test_metrics.json").read_text())
    assert list(row) == ["group", "images", "correct", "accuracy", "label", "vote"]
    assert (int(row["images"]), int(row["correct"])) == (metrics["images"], metrics["correct"])
    assert (row["label"], row["vote"]) == ("", "")
    assert [level["level"] for level in metrics["groups"]["levels"]] == ["slide", "shot"]
    assert (
        len(read(left_out.parent / "datasets" / next((left_out.parent / "datasets").iterdir()).name / "test_looks.csv"))
        == 1
    )


def test_a_larger_grid_is_refused_with_the_number_of_trainings(project, left_out):
    folder = json.loads(next((left_out.parent / "datasets").glob("*/source.json")).read_text())["origin"]
    result = project.snakemake(
        *("--dry-run", "--config", "experiment=left_out", f"dataset={{source: folder, path: {folder}}}"),
        f"split={{unit: group, groups_pattern: {PATTERN}, folds: leave_one_out}}",
    )
    assert result.returncode == 1
    assert "once for each of 2 groups; for the grid's 2 that would be 4 trainings" in result.output
