"""Proposals for folders of images: the workflow accepts each, and it fits what the images are like."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from folders import fill_archive, raised
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from proposals import MACHINE, accept, fill, name_images, propose_for, read_file
from smear.images.entries import is_hidden
from smear.images.source import examine_source
from smear.job import UserError
from smear.propose.entries import to_config
from smear.propose.plan import Machine, choose_plan, count_threads
from smear.propose.proposal import ANY_GRID, complete, propose
from smear.propose.summary import summarize
from smear.propose.table import BUDGET_HOURS, CPU, MOST_TRAININGS
from smear.split.labels import check_labels

LETTERS = st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=("Cs",))
NAMES = st.text(LETTERS, min_size=1, max_size=12).filter(
    lambda name: not is_hidden(name) and name.strip() and len(name.encode()) < 100
)

LOOK = {"experiment": "own", "grid": ANY_GRID}


def attempt(function, *arguments) -> tuple:
    """What a call returns, or the sentence of its error."""
    try:
        return function(*arguments), None
    except UserError as error:
        return None, str(error)


@settings(max_examples=15)
@given(st.data())
def test_whatever_the_folder_the_workflow_accepts_the_file_or_has_refused_the_folder(data):
    classes = data.draw(st.lists(NAMES, min_size=2, max_size=6, unique_by=str.casefold))
    counts = {name: data.draw(st.integers(4, 30)) for name in classes}
    before, groups = data.draw(NAMES), data.draw(st.integers(1, 12))
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), name_images(counts, lambda _, number: f"{before}{number % groups}_{number}.png"))
        dataset = {"source": "folder", "path": folder}
        proposal, refusal = attempt(propose, "own", dataset, MACHINE)
        if refusal:
            config = complete(LOOK | {"dataset": dataset | {"variant": None}})
            examined, same = attempt(examine_source, config["dataset"])
            assert refusal == (same or attempt(check_labels, None, examined.counts, folder)[1])
            return
        assert read_file(proposal) == to_config(proposal.entries)
        assert accept(read_file(proposal)) == proposal.seen.counts == counts


@given(st.integers(2, 50), st.integers(4, 200_000), st.integers(0, 5000), st.integers(1, 64))
def test_a_plan_stays_in_the_budget_or_is_the_smallest(classes, largest, side, cores):
    counts = {str(number): max(4, largest // (number + 1)) for number in range(classes)}
    fractions = {"train": 0.8, "validation": 0.1, "test": 0.1}
    plan = choose_plan(counts, fractions, 0, side, Machine(cores, 0))
    smallest = [list(CPU[-1].optimizers), list(CPU[-1].rates)]
    assert plan.fits or [plan.grid["optimizer"], plan.grid["learning_rate"]] == smallest
    assert not plan.fits or (plan.hours <= BUDGET_HOURS and len(plan.cells) <= MOST_TRAININGS)
    assert 1 <= count_threads(plan, cores) <= cores


def test_many_images_get_less_training_on_a_cpu(tmp_path):
    fractions = {"train": 0.8, "validation": 0.1, "test": 0.1}
    few, many = (choose_plan({"A": n, "B": n}, fractions, 0, 300, MACHINE) for n in (1_500, 50_000))
    assert few.size == 96
    assert len(few.cells) == 8
    assert many.size < few.size
    assert many.grid["epochs"] == [1]
    assert len(many.cells) < len(few.cells)
    assert many.fits
    huge = choose_plan({"A": 10**6, "B": 10**6}, fractions, 0, 300, MACHINE)
    assert not huge.fits


def test_a_gpu_gets_larger_images_and_no_estimate(tmp_path):
    fill(tmp_path, name_images({"A": 60, "B": 60}))
    proposal = propose_for(tmp_path, Machine(16, 1))
    assert proposal.plan.hours is None
    assert "no estimate of time for a GPU" in summarize(proposal, Path("config/own.yaml"), str(tmp_path))


@pytest.mark.parametrize("small", [4, 10, 49])
def test_few_images_are_validated_by_folds(tmp_path, small):
    fill(tmp_path, name_images({"A": small, "B": 60}))
    split = read_file(propose_for(tmp_path))["split"]
    assert split["folds"] == min(5, small - 1) or split["folds"] == 5
    assert split["fractions"]["validation"] > 0.1


def test_enough_images_are_split_as_usual(tmp_path):
    fill(tmp_path, name_images({"A": 60, "B": 60}))
    split = read_file(propose_for(tmp_path))["split"]
    assert split == {"unit": "image", "fractions": {"train": 0.8, "validation": 0.1, "test": 0.1}, "folds": 0}


def test_a_class_that_is_too_small_is_refused_with_the_sentence_of_the_workflow(tmp_path):
    fill(tmp_path, name_images({"A": 2, "B": 30, "C": 30}))
    error = raised(propose_for, tmp_path)
    assert "Class A has 2 images, too few to be in every split" in str(error)
    assert propose_for(tmp_path, **error.remedies[0]["dataset"]).seen.counts == {"B": 30, "C": 30}


@pytest.mark.parametrize(("largest", "weights"), [(60, None), (200, "balanced")])
def test_uneven_classes_are_weighted(tmp_path, largest, weights):
    fill(tmp_path, name_images({"A": 50, "B": largest}))
    assert read_file(propose_for(tmp_path))["training"].get("class_weights") == weights


def draw(folder: Path, paths: list[str], mode: str, side: int, top: int = 255) -> Path:
    for seed, path in enumerate(paths):
        shape = (side, side, 3) if mode == "RGB" else (side, side)
        pixels = np.random.default_rng(seed).integers(0, top + 1, shape, dtype=np.uint8)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels, mode).save(folder / path)
    return folder


def test_gray_images_are_named_gray_and_dark_ones_scaled(tmp_path):
    image = read_file(propose_for(draw(tmp_path, name_images({"A": 12, "B": 12}), "L", 80, 20)))["image"]
    assert image == {"size": 96, "color": "gray", "scale": "range"}


def test_images_in_color_keep_it_and_small_ones_are_hardly_enlarged(tmp_path):
    image = read_file(propose_for(draw(tmp_path, name_images({"A": 12, "B": 12}), "RGB", 30)))["image"]
    assert image == {"size": 64, "color": "rgb"}


@pytest.mark.slow
def test_photographs_are_compared_and_small_images_are_not(tmp_path):
    large = read_file(propose_for(draw(tmp_path / "large", name_images({"A": 12, "B": 12}), "RGB", 150)))
    assert (large["split"]["unit"], large["fields"]["search"]) == ("field", "auto")
    small = read_file(propose_for(draw(tmp_path / "small", name_images({"A": 12, "B": 12}), "RGB", 100)))
    assert (small["split"]["unit"], small["fields"]["search"]) == ("image", "none")


@pytest.mark.slow
def test_images_that_cannot_be_told_apart_are_not_compared(tmp_path):
    """All show the same thing, as single blood cells in the middle do."""
    pixels = np.random.default_rng(0).integers(0, 256, (150, 150), dtype=np.uint8)
    pixels = np.minimum(np.minimum(pixels, pixels[::-1]), np.minimum(pixels[:, ::-1], pixels[::-1, ::-1]))
    data = io.BytesIO()
    Image.fromarray(np.minimum(pixels, pixels.T)).save(data, "PNG")
    for path in name_images({"A": 12, "B": 12}):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data.getvalue())
    config = read_file(propose_for(tmp_path))
    assert (config["split"]["unit"], config["fields"]["search"]) == ("image", "none")


def test_splits_in_folders_are_used(tmp_path):
    fill(tmp_path, name_images({f"{split}/{name}": 20 for split in ("train", "val", "test") for name in "AB"}))
    assert read_file(propose_for(tmp_path))["split"] == {"unit": "folders"}


def test_splits_in_folders_without_a_test_are_split_anew(tmp_path):
    fill(tmp_path, name_images({f"{split}/{name}": 60 for split in ("train", "val") for name in "AB"}))
    proposal = propose_for(tmp_path)
    assert read_file(proposal)["split"]["unit"] == "image"
    assert any("split anew" in entry.comment for entry in proposal.entries)


def test_an_archive_is_looked_at_as_a_folder_is(tmp_path):
    archive = fill_archive(tmp_path / "own.zip", name_images({"A": 60, "B": 60}))
    proposal = propose("own", {"source": "archive", "path": str(archive)}, MACHINE)
    assert accept(read_file(proposal)) == {"A": 60, "B": 60}
    assert len(proposal.seen.sample) == 120


@pytest.mark.parametrize(
    ("classes", "positive"),
    [
        (("Infected", "Uninfected"), "Infected"),
        (("A", "Benign"), "A"),
        (("Benign", "Malignant"), "Malignant"),
        (("A", "B"), "B"),
    ],
)
def test_the_positive_class_is_not_the_one_named_like_the_negative(tmp_path, classes, positive):
    fill(tmp_path, name_images(dict.fromkeys(classes, 12)))
    assert read_file(propose_for(tmp_path))["dataset"]["positive"] == positive


def test_a_damaged_file_is_allowed_for_and_said(tmp_path):
    fill(tmp_path, name_images({"A": 60, "B": 60}))
    (tmp_path / "A/0.png").unlink()
    (tmp_path / "A/0.png").write_bytes(b"no image")
    proposal = propose_for(tmp_path)
    assert read_file(proposal)["dataset"]["max_rejected_share"] == 0.05
    text = summarize(proposal, Path("config/own.yaml"), str(tmp_path))
    assert "1 of 120 opened files are no usable images: A/0.png (not an image" in text


def test_equal_files_in_two_classes_are_named(tmp_path):
    fill(tmp_path, name_images({"A": 12, "B": 12}))
    text = summarize(propose_for(tmp_path), Path("config/own.yaml"), str(tmp_path))
    assert "equal files in several classes: A/" in text


def test_files_that_are_no_images_at_all_are_refused(tmp_path):
    for path in name_images({"A": 12, "B": 12}):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"no image")
    assert "None of 24 files that were opened is a usable image" in str(raised(propose_for, tmp_path))
