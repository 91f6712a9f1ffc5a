"""The figure of augmented training images: made from training images, for the sets that the grid uses."""

import csv

import numpy as np
import pytest
from conftest import Project

FIGURE = "results/shown/augmentation/augmentation.svg"
REPORT = "results/shown/report/index.html"
JOBS = {"augment_images", "plot_augmentation"}
SETS = "augmentations={tinted: {crop: 0, rotation: 0, flip: none, shift: 0, stain: 0.3}, unused: {}}"
GRID = (
    "grid={architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.001], epochs: [1], "
    "augmentation: [default, tinted]}"
)
GIVEN = ("--config", "experiment=shown", GRID, SETS)


@pytest.fixture(scope="module")
def shown(project, tensors) -> Project:
    project.adopt(tensors, "shown")
    result = project.snakemake(FIGURE, *GIVEN)
    assert result.returncode == 0, result.output
    return project


def read_column(path, name: str) -> list[str]:
    with path.open(newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def test_sets_that_change_images_are_shown_with_training_images(shown):
    folder = shown.folder / "results/shown"
    images, pixels = np.load(folder / "augmentation/images.npy"), np.load(folder / "tensors/train.npy")
    assert images.shape == (1, 4, 7, 32, 32, 3), "the set default changes nothing, another one is not in the grid"
    assert read_column(folder / "augmentation/images.csv", "class") == ["Benign", "Early", "Pre", "Pro"]
    trained = read_column(folder / "tensors/train.csv", "image_id")
    places = [trained.index(name) for name in read_column(folder / "augmentation/images.csv", "image_id")]
    assert np.array_equal(images[0, :, 0], pixels[places])
    assert "tinted: stain up to 30" in (shown.folder / FIGURE).read_text(encoding="utf-8")
    jobs = shown.jobs(REPORT, *GIVEN)
    assert jobs["train_cell"] == 2
    assert not JOBS & set(jobs)


@pytest.mark.rare
def test_other_strengths_and_damage_make_them_again(shown):
    assert shown.jobs(FIGURE, *GIVEN[:-1], SETS.replace("0.3", "0.2")) == dict.fromkeys(JOBS, 1)
    assert not JOBS & set(shown.jobs(REPORT, *GIVEN[:2], GRID.replace("default, tinted", "default")))
    damaged = shown.folder / "results/shown/augmentation/images.npy"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    result = shown.snakemake("-f", FIGURE, *GIVEN)
    assert result.returncode == 1
    assert "images.npy is not as augment_images wrote it" in result.output
