"""What is printed before and after the work."""

import re

import pytest
from smear.estimate import describe_hours, estimate_hours
from smear.files import write_json
from smear.grid import Cell
from smear.records import write_record
from smear.report.summary import RECORDS, summarize_results

CELL = Cell("EfficientNetB0", "adam", 0.0001, 32, 0, 30)


def test_hours_grow_with_the_work_and_shrink_with_the_cores():
    hours = estimate_hours([CELL], 2604, 224, 2)
    assert 1.5 < hours < 2.5, "12.1 images per second on two cores were measured"
    assert estimate_hours([CELL, CELL], 2604, 224, 2) == pytest.approx(2 * hours)
    assert estimate_hours([CELL], 2604, 224, 8) == pytest.approx(hours / 4)
    assert estimate_hours([CELL], 2604, 112, 2) < hours / 3.5


def test_a_long_grid_names_the_smaller_configuration():
    text = describe_hours([CELL] * 24, 2604, 224, 4)
    assert "no GPU found" in text
    assert "24 grid cells" in text
    assert re.search(r"about \d+ h \d+ min on 4 CPU cores", text)
    assert "config/laptop.yaml" in text


def test_a_short_grid_needs_no_smaller_one():
    text = describe_hours([CELL._replace(epochs=1)], 500, 64, 2)
    assert "1 grid cell " in text
    assert "about 23 s on 2 CPU cores" in text
    assert "laptop" not in text


def test_unknown_images_are_estimated_by_the_thousand():
    assert "for every 1,000 training images" in describe_hours([CELL], None, 224, 4)


def write_results(folder, probe: bool, **seeds) -> None:
    """The files that the summary reads, with their records; seeds: what the selection says of several."""
    seeds = {"replicates": 1} | seeds
    figures = {"validation_accuracy": 0.97839, "validation_low": 0.9561, "validation_high": 0.98951}
    write_json(
        {"cell": CELL.name, "cells": 24, "color": "rgb", **figures, **seeds}, folder / "comparison/selection.json"
    )
    write_json(
        {"accuracy": 0.98476, "accuracy_low": 0.9648, "accuracy_high": 0.99349}, folder / "report/test_metrics.json"
    )
    keys = [["gray", "embeddings", "linear_probe"], ["rgb", "corner", "naive_bayes"]]
    keys += [["rgb", "embeddings", "linear_probe"]] * probe
    (folder / "audit").mkdir()
    for name, columns in (
        ("audit/shortcuts", {"validation_accuracy": 0.9722}),
        (
            "comparison/shortcut_differences",
            {"images": 324, "difference": 0.00617, "difference_low": -0.01, "difference_high": 0.024},
        ),
    ):
        lines = [["color", "features", "classifier", *columns], *([*key, *columns.values()] for key in keys)]
        (folder / f"{name}.csv").write_text("".join(f"{','.join(map(str, line))}\n" for line in lines))
    rows = ["network,,0.98476,,,", "shortcut_baseline,histogram/random_forest,0.9817,0.00306,-0.0162,0.0223"]
    rows.insert(0, "what,details,accuracy,difference,difference_low,difference_high")
    (folder / "report/test_comparison.csv").write_text("".join(f"{row}\n" for row in rows))
    for path, record in RECORDS.items():
        write_record(folder / record, [folder / path], "made_up")


@pytest.mark.parametrize("probe", [True, False])
def test_the_lines_that_matter(tmp_path, probe):
    write_results(tmp_path, probe)
    probed = "97.22 % of the validation images (the network's difference +0.62 points, 95 % interval -1.00 to +2.40)"
    assert summarize_results(tmp_path).splitlines() == [
        f"Report:               {tmp_path}/report/index.html",
        f"Selected grid cell:   {CELL.name} (of 24)",
        "Validation accuracy:  97.84 % (95 % interval 95.61 to 98.95 %)",
        *[f"Linear probe:         {probed}"] * probe,
        "Test accuracy:        98.48 % (95 % interval 96.48 to 99.35 %)",
        "Best shortcut, test:  98.17 % (the network's difference +0.31 points, 95 % interval -1.62 to +2.23)",
    ]


def test_of_several_seeds_the_mean_and_the_tested_model_are_said(tmp_path):
    write_results(tmp_path, True, replicates=3, replicate_sd=0.0047, seed=0, model_accuracy=0.9753)
    lines = summarize_results(tmp_path).splitlines()
    assert lines[2].endswith("(95 % interval 95.61 to 98.95 %), mean of 3 seeds, standard deviation 0.47 points")
    assert lines[3] == "Tested model:         seed 0, 97.53 % of the validation images"
    assert [line.partition(":")[0] for line in lines[4:]] == ["Linear probe", "Test accuracy", "Best shortcut, test"]
