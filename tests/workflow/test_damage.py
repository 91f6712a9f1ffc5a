"""Results that were cut or exchanged after they were made: what reads them stops, and what it says makes them again."""

import os
import re
from pathlib import Path

import pytest

ADAM, RMSPROP = "SmallCNN_adam_lr0.001_b32_s0_e1", "SmallCNN_rmsprop_lr0.001_b32_s0_e1"


def damage(path: Path, content: bytes) -> None:
    """Exchange what a file holds, as bit rot or a copy that was cut does: its times stay."""
    times = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def cut_last_row(content: bytes) -> bytes:
    return content[: content.rstrip(b"\n").rfind(b"\n") + 1]


def reverse_rows(content: bytes) -> bytes:
    header, *rows = content.splitlines(keepends=True)
    return b"".join([header, *reversed(rows)])


DAMAGES = {
    "report/test_predictions.csv": ("report/index.html", cut_last_row),
    "comparison/heatmap.svg": ("report/index.html", lambda content: content[: len(content) // 2]),
    "comparison/shortcuts.svg": ("report/index.html", lambda content: b""),
    "split/siblings.svg": ("report/index.html", lambda content: content.replace(b"<path", b"<rect", 1)),
    "../datasets/synthetic-80-48px-s0/fields.svg": ("report/index.html", lambda content: content[:-1]),
    "report/test_baseline_predictions.csv": ("report/test_comparison.csv", cut_last_row),
    "comparison/baselines.json": ("report/test_metrics.json", lambda content: content[:40]),
    "audit/shortcuts.csv": ("comparison/baselines.json", cut_last_row),
    "tensors/test.csv": ("report/test_metrics.json", reverse_rows),
    f"cells/{RMSPROP}/model.keras": ("report/test_metrics.json", lambda content: content[:-5]),
    "comparison/selection.json": ("comparison/shortcuts.svg", lambda content: content[:40]),
    "comparison/leaderboard.csv": ("comparison/selection.json", cut_last_row),
    f"cells/{ADAM}/metrics.json": ("comparison/leaderboard.csv", lambda content: content[:40]),
    "tensors/train.csv": (f"cells/{ADAM}/metrics.json", cut_last_row),
    "tensors/train.npy": (f"cells/{ADAM}/metrics.json", lambda content: content[:128] + bytes(len(content) - 128)),
    "split/manifest.csv": ("tensors/train.npy", cut_last_row),
    "../datasets/synthetic-80-48px-s0/fields.csv": ("split/manifest.csv", cut_last_row),
    "../datasets/synthetic-80-48px-s0/catalog.csv": ("split/manifest.csv", cut_last_row),
}


@pytest.mark.parametrize(
    "content",
    [b'{"model_cell":', pytest.param(b"", marks=pytest.mark.rare), pytest.param(b"{}", marks=pytest.mark.rare)],
)
def test_a_damaged_selection_is_said_before_the_start(finished, content):
    path = finished.folder / "results/tiny/comparison/selected.json"
    whole = path.read_bytes()
    damage(path, content)
    result = finished.snakemake()
    assert result.returncode == 1
    assert "blastgrid: results/tiny/comparison/selected.json is not as select_cell wrote it, " in result.output
    assert "Traceback" not in result.output
    path.unlink()
    assert finished.snakemake("-f", "results/tiny/comparison/selected.json").returncode == 0
    assert path.read_bytes() == whole


def test_a_tensor_that_is_made_again_trains_nothing_again(finished):
    assert finished.snakemake("-f", "results/tiny/tensors/train.npy").returncode == 0
    assert finished.jobs() == {}


GATE = ("comparison/heatmap.svg", "tensors/train.npy")


@pytest.mark.parametrize(
    "name", [name if name in GATE else pytest.param(name, marks=pytest.mark.rare) for name in DAMAGES]
)
def test_a_damaged_file_stops_what_reads_it_and_is_made_again_by_what_is_said(finished, name):
    path = (finished.folder / "results/tiny" / name).resolve()
    target, change = DAMAGES[name]
    whole = path.read_bytes()
    damage(path, change(whole))
    result = finished.snakemake("-f", f"results/tiny/{target}")
    assert result.returncode != 0
    shown = path.relative_to(finished.folder.resolve()).as_posix()
    (sentence,) = re.findall(r"^blastgrid: (.* is not as .*)$", result.output, re.M)
    assert sentence.startswith(shown)
    assert "Traceback" not in result.output
    (remedy,) = re.findall("with `(.*?)` at its end", sentence)
    assert remedy == f"-f {shown}"
    if "cells/" in name:
        damage(path, whole)
        return
    path.unlink()
    result = finished.snakemake(*remedy.split())
    assert result.returncode == 0, result.output
    assert path.read_bytes() == whole
