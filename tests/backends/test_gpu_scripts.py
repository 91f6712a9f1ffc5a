"""The scripts that measure a GPU, at toy size on a CPU: they must be ready when a GPU can be had."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from smear.records import write_record
from smear.tables import write_csv

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
BACKEND = keras.backend.backend()


def run(script: str, *arguments: str) -> str:
    """What a script prints."""
    command = [sys.executable, str(BENCHMARKS / script), *map(str, arguments)]
    # Programs that run once at this size need no optimization.
    environment = os.environ | {"XLA_FLAGS": "--xla_backend_optimization_level=0"}
    process = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert process.returncode == 0, process.stderr[-3000:]
    return process.stdout


def read_figures(path: Path, kind: str) -> list[dict]:
    return [figure for line in path.read_text().splitlines() if (figure := json.loads(line))["kind"] == kind]


def test_every_speed_is_measured_once(tmp_path):
    figures = tmp_path / "figures.jsonl"
    options = ["--architecture", "SmallCNN", "--size", 16, "--images", 32, "--batches", 32, "--side-by-side", 1, 2]
    options += ["--rounds", 1, "--threads", 1, "--backends", BACKEND, "--limit", 3000]
    options += ["--figures", figures, "--compiled", tmp_path / "compiled"]
    table = run("gpu_speed.py", *options)
    assert read_figures(figures, "failure") == []
    measured = {(figure["what"], figure["work"]) for figure in read_figures(figures, "speed")}
    assert measured == {
        (f"{BACKEND}, batch 32{way}", work)
        for way, works in [
            ("", ["bare step", "cell"]),
            (", not deterministic", ["bare step", "cell"]),
            (", whole", ["cell, augmented", "whole epoch"]),
        ]
        for work in works
    }
    assert [figure["cells"] for figure in read_figures(figures, "side by side")] == [1, 2]
    assert table.count("| whole epoch |") == 1

    known = figures.read_text()
    assert run("gpu_speed.py", *options).split("\n\n")[1:] == table.split("\n\n")[1:]
    assert figures.read_text() == known


@pytest.fixture
def tensors(tmp_path):
    """Tensors of four classes that differ in brightness, as a run of the workflow leaves them."""
    folder = tmp_path / "tensors"
    folder.mkdir()
    for split, images in (("train", 64), ("validation", 16)):
        labels = np.arange(images) % 4
        pixels = np.random.default_rng(0).integers(0, 60, (images, 16, 16, 3)) + 50 * labels[:, None, None, None]
        np.save(folder / f"{split}.npy", pixels.astype(np.uint8))
        names = [f"{number}.png" for number in range(images)]
        classes = [*"ABCD" * (images // 4)]
        table = pd.DataFrame({"image_id": names, "label": labels, "class": classes, "fold": None, "sha256": names})
        write_csv(table, folder / f"{split}.csv")
        files = [folder / f"{split}.{ending}" for ending in ("npy", "csv")]
        write_record(folder / f"{split}.digests.json", files, "cache_tensors")
    return folder


def test_a_grid_by_halving_is_stopped_and_resumed(tensors, tmp_path):
    results = tmp_path / "grid"
    options = [tensors, "--architecture", "SmallCNN", "--optimizers", "adam", "--rates", 0.001, 0.003]
    options += ["--epochs", 1, 2, "--side-by-side", 2, "--threads", 1, "--backend", BACKEND, "--results", results]
    assert "not finished" in run("gpu_grid.py", *options, "--limit", 1)
    table = run("gpu_grid.py", *options, "--limit", 3000)
    metrics = {path.parent.name: json.loads(path.read_text()) for path in results.glob("cells/*/metrics.json")}
    shorter = {name: found for name, found in metrics.items() if name.endswith("_e1")}
    (longer,) = (found for name, found in metrics.items() if name.endswith("_e2"))
    best = max(shorter.values(), key=lambda found: (found["validation_accuracy"], -found["validation_loss"]))
    assert longer["learning_rate"] == best["learning_rate"]
    assert longer["epochs_run"] == 2
    provenance = json.loads((results / "cells" / longer["cell"] / "provenance.json").read_text())
    assert provenance["epochs_trained"] == 1
    assert table.count("| finished |") == 5

    cells = len(read_figures(results / "figures.jsonl", "cell"))
    assert run("gpu_grid.py", *options, "--limit", 3000).count("| finished |") >= 5
    assert len(read_figures(results / "figures.jsonl", "cell")) == cells


def test_an_archive_of_tensors_holds_every_row_nearly_as_it_was(tensors, tmp_path):
    run("tensor_archive.py", "pack", tensors, tmp_path / "images.zip", "--quality", 95)
    run("tensor_archive.py", "unpack", tmp_path / "images.zip", tmp_path / "unpacked")
    for split in ("train", "validation"):
        before, after = (np.load(folder / f"{split}.npy").astype(int) for folder in (tensors, tmp_path / "unpacked"))
        assert abs(before - after).mean() < 12
        assert (tmp_path / f"unpacked/{split}.csv").read_bytes() == (tensors / f"{split}.csv").read_bytes()
