"""`make run`: a proposal for a folder of images, planned and run by the workflow itself."""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import yaml
from command_line import call_snakemake
from conftest import Project
from PIL import Image


def draw_images(folder: Path, counts: dict[str, int], side: int = 48) -> Path:
    """Noise, brighter in each next class."""
    random = np.random.default_rng(0)
    for place, (name, images) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True)
        for number in range(images):
            pixels = random.integers(60 * place, 60 * place + 120, (side, side, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{name} {number}.png")
    return folder


def run(project: Project, *arguments: str) -> subprocess.CompletedProcess:
    variables = {**os.environ, "PYTHONPATH": "workflow/scripts"}
    return call_snakemake(["--cores", "2", *arguments], project.folder, variables, module="smear.propose")


def test_twenty_images_are_proposed_for_and_planned(project, tmp_path):
    folder = draw_images(tmp_path / "a b" / "it's", {"Benign": 10, "naïve": 10})
    result = run(project, "--dry-run", "--", str(folder))
    assert result.returncode == 0, result.stdout
    path = project.folder / "config/it-s.yaml"
    cells = yaml.safe_load(path.read_text())
    folds, grid = cells["split"]["folds"], cells["grid"]
    trainings = folds * len(grid["optimizer"]) * len(grid["learning_rate"]) * len(grid["epochs"])
    assert re.search(rf"^train_cell +{trainings}$", result.stdout, re.MULTILINE), result.stdout
    assert not (project.folder / "results").exists()


def test_a_folder_that_cannot_be_used_ends_with_one_sentence(project, tmp_path):
    result = run(project, str(draw_images(tmp_path / "own", {"Benign": 10})))
    assert result.returncode == 1
    assert result.stdout.startswith("blastgrid: ")
    assert "holds one class only (Benign)" in result.stdout
    assert not (project.folder / "config/own.yaml").exists()


@pytest.mark.rare
def test_a_proposal_with_fewer_epochs_is_run_to_its_report(project, tmp_path):
    folder = draw_images(tmp_path / "whole", {"Benign": 12, "Early": 12, "Pre": 30})
    assert run(project, "--dry-run", str(folder)).returncode == 0
    path = project.folder / "config/whole.yaml"
    config = yaml.safe_load(path.read_text())
    config["split"]["folds"] = 0
    config["grid"] |= {"epochs": [1, 2], "optimizer": ["adam"]}
    path.write_text(yaml.safe_dump(config))
    result = run(project, str(folder))
    assert result.returncode == 0, result.stdout
    assert "used as it is" in result.stdout
    assert (project.folder / "results/whole/report/index.html").stat().st_size > 10_000
    assert "Test accuracy:" in result.stdout
