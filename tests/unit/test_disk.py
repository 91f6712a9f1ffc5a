"""The disk that a run takes, estimated before it."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.disk import describe_disk, estimate_cell, estimate_state, estimate_tensor, format_size
from smear.grid import Cell
from smear.images.source import examine_source
from smear.training.settings import TrainingSettings

CELL = Cell("EfficientNetB0", "adam", 0.0001, 32, 0, 30)
FRACTIONS = {"train": 0.8, "validation": 0.1, "test": 0.1}
# Bytes of model.keras and state.npz, written by Keras 3.15.1 with four classes.
WRITTEN = {
    ("EfficientNetB0", "adam"): (17_060_429, 48_513_378),
    ("EfficientNetB0", "rmsprop"): (17_060_429, 32_408_162),
    ("MobileNetV3Large", "adamw"): (12_687_319, 35_964_130),
    ("MobileNetV3Large", "rmsprop"): (12_687_319, 24_016_914),
    ("ResNet50", "adam"): (95_043_553, 282_918_754),
    ("SmallCNN", "adam"): (473_342, 1_194_492),
}


@pytest.mark.parametrize(("architecture", "optimizer"), WRITTEN)
def test_a_grid_cell_takes_what_was_measured(architecture, optimizer):
    cell = CELL._replace(architecture=architecture, optimizer=optimizer)
    written = sum(WRITTEN[architecture, optimizer])
    assert estimate_cell(cell, TrainingSettings()) == pytest.approx(written, rel=0.05)


def test_a_state_has_what_is_trained_and_the_best_epoch():
    every, model = estimate_state(CELL, TrainingSettings()), 4 * 4_054_695
    assert every == 3 * model
    assert estimate_state(CELL, TrainingSettings(early_stopping={"patience": 3})) == 4 * model
    assert estimate_state(CELL, TrainingSettings(trainable="head")) == model
    assert estimate_state(CELL, TrainingSettings(head_epochs=30)) == model
    assert estimate_state(CELL, TrainingSettings(head_epochs=29)) == every


def test_tensors_take_a_byte_a_pixel_and_color():
    counts = {"Benign": 504, "Early": 985, "Pre": 963, "Pro": 804}
    splits = [estimate_tensor(counts, FRACTIONS, split, 224) for split in FRACTIONS]
    assert splits == [images * 224 * 224 * 3 for images in (2604, 324, 328)]


def test_the_sentence_lists_parts_and_warns_where_the_disk_has_less():
    parts = {"images": 0, "tensors": 490_000_000, "grid cells": 1_574_000_000}
    text = describe_disk(parts, 77 * 10**9)
    assert text == (
        "blastgrid: this call writes about 2.1 GB to results (tensors 490 MB, grid cells 1.6 GB); 77 GB are free there."
    )
    text = describe_disk(parts, 2 * 10**9, ["archive", "images"], kept=65_600_000)
    assert "not counting archive, images, which only the download can tell; 2.0 GB are free" in text
    assert "After the test 66 MB of the grid cells stay." in text
    assert "warning: the disk of results lacks 64 MB: make room there" in text
    assert all(len(line) < 400 for line in text.splitlines())


def test_an_archive_takes_what_it_unpacks_to_and_links_nothing(tmp_path):
    files = {f"set/{name}/{number}.png": bytes(100 + number) for name in ("a", "b") for number in range(12)}
    with zipfile.ZipFile(tmp_path / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr("elsewhere.txt", bytes(1000))
        archive.extractall(tmp_path)
    dataset = {"variant": None, "layout": None, "classes": None, "archive_encoding": None, "labels_csv": None}
    dataset |= {"max_files": 100, "max_gigabytes": 1}
    archived = examine_source(dataset | {"source": "archive", "path": str(tmp_path / "set.zip")})
    assert archived.copied == sum(map(len, files.values()))
    assert examine_source(dataset | {"source": "folder", "path": str(tmp_path / "set")}).copied == 0


@given(st.integers(0, 10**15))
def test_sizes_are_written_with_two_digits_at_least(size):
    number, unit = format_size(size).split()
    amount = float(number.replace(",", "")) * {"GB": 1e9, "MB": 1e6, "kB": 1e3}[unit]
    assert amount == pytest.approx(size, rel=0.06, abs=50)
