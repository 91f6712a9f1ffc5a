"""How far a call is, as `--logger blastgrid` shows it: from the files of `make status`, read at little cost."""

import time

import pytest
import smear.status.watch as module
from hypothesis import given
from hypothesis import strategies as st
from made_up_status import FIRST, describe, write_done, write_running
from smear.files import write_json
from smear.grid import link_shorter
from smear.status.cells import CellStatus, read_experiment
from smear.status.epochs import count_left, count_own
from smear.status.grid_file import write_cells
from smear.status.table import render
from smear.status.watch import Progress, Watch, summarize

LONG = FIRST._replace(epochs=30)
ALONE = FIRST._replace(optimizer="rmsprop")
CELLS = [FIRST, LONG, ALONE]  # 10 epochs, 20 more, 10
NAMES = [cell.name for cell in CELLS]


@pytest.fixture
def experiment(tmp_path):
    folder = tmp_path / "results/grid"
    shorter = {cell.name: before.name for cell, before in link_shorter(CELLS).items()}
    write_cells(describe(*CELLS), folder, shorter)
    return folder


def watch(experiment, cells=NAMES, planned=NAMES) -> Watch:
    return Watch(*([(str(experiment), name) for name in names] for names in (cells, planned)))


def test_cells_of_two_experiments_are_counted_apart(experiment, tmp_path):
    """They have the same names, and shorter runs of their own."""
    other = tmp_path / "results/grid/outer/1"
    write_cells(describe(*CELLS), other, {LONG.name: FIRST.name})
    trainings = [(str(folder), name) for folder in (experiment, other) for name in NAMES]
    looking = Watch(trainings, trainings)
    assert looking.look()[:2] == (0, 80)
    write_trained(other, FIRST, validation_accuracy=0.5)
    assert Watch(trainings, trainings[:3]).look()[:2] == (10, 80)


def write_trained(experiment, cell, **changes):
    write_done(experiment, cell.name, epochs_run=cell.epochs, epochs=cell.epochs, **changes)


def touch_running(experiment, cell, **changes):
    write_running(experiment, cell.name, epochs=cell.epochs, **changes)


def test_shared_epochs_count_once(experiment):
    assert watch(experiment).look() == Progress(0, 40, None, None)


def test_a_call_counts_the_grid_cells_that_it_needs(experiment):
    assert watch(experiment, NAMES[:1], NAMES[:1]).look().epochs == 10


def test_a_resumed_run_begins_where_it_stands(experiment):
    write_trained(experiment, FIRST, validation_accuracy=0.875)
    touch_running(experiment, ALONE, epoch=4, state="stopped")
    looking = watch(experiment, planned=NAMES[1:])
    assert looking.look()[:2] == (14, 40)
    assert looking.look().accuracy == 0.875
    # A training that starts says epoch 0 until its first own one has ended.
    touch_running(experiment, ALONE, epoch=0, state="starting", pid=1, seconds_left=None)
    assert looking.look(at_once=True)[:2] == (14, 40)
    touch_running(experiment, ALONE, epoch=5, pid=1)
    assert looking.look(at_once=True)[:2] == (15, 40)


def test_results_that_the_call_replaces_are_not_done(experiment):
    for cell in CELLS:
        write_trained(experiment, cell, validation_accuracy=0.99)
    looking = watch(experiment, planned=NAMES[:1])
    assert looking.look()[:2] == (30, 40)
    touch_running(experiment, FIRST, epoch=9, state="stopped")
    assert looking.look(at_once=True)[:2] == (30, 40), "the old results still stand"
    time.sleep(0.01)
    write_trained(experiment, FIRST, validation_accuracy=0.5)
    assert looking.look(at_once=True)[:2] == (40, 40)


def test_a_training_that_has_stopped_early_is_done(experiment):
    write_done(experiment, ALONE.name, epochs_run=3, epochs=10, validation_accuracy=0.5)
    assert watch(experiment, planned=()).look()[:2] == (10, 40)


def test_the_time_left_is_that_of_make_status(experiment):
    write_trained(experiment, FIRST, seconds=100.0)
    seconds = watch(experiment, planned=NAMES[1:]).look().seconds_left
    assert seconds == 300
    assert "about 5 min left" in render(experiment, *read_experiment(experiment))
    assert "about 5 min left" in module.describe(Progress(10, 40, seconds, 0.9712))
    assert module.describe(Progress(40, 40, None, 0.9712)) == "40 of 40 epochs, best validation accuracy 97.12 %"


def test_after_the_last_epoch_no_time_is_left_to_tell(experiment):
    """A training writes its results for a while, as seen from outside."""
    write_trained(experiment, FIRST, seconds=100.0)
    for cell in CELLS[1:]:
        touch_running(experiment, cell, epoch=cell.epochs, seconds_left=0.0)
    assert watch(experiment, planned=NAMES[1:]).look()[:3] == (40, 40, None)
    assert " left" not in render(experiment, *read_experiment(experiment)).splitlines()[-1]


def test_only_what_has_begun_is_read_again(experiment, monkeypatch):
    looking = watch(experiment)
    looking.look()
    touch_running(experiment, ALONE, epoch=4)
    read, real = [], module.read_cell
    monkeypatch.setattr(module, "read_cell", lambda folder, name, now: read.append(name) or real(folder, name, now))
    for _ in range(5):
        looking.look()
    assert read == [], "some seconds pass between two looks"
    looking.look(at_once=True)
    assert read == [ALONE.name]
    write_trained(experiment, ALONE)
    for _ in range(3):
        looking.look(at_once=True)
    assert read == [ALONE.name] * 2, "what is done stays so"


def test_slow_files_are_read_less_often(experiment, monkeypatch):
    monkeypatch.setattr(module, "read_experiment", lambda folder: time.sleep(0.1) or read_experiment(folder))
    looking = watch(experiment)
    looking.look()
    assert looking.next_look - time.monotonic() > 0.09 / module.SHARE


def test_a_failed_grid_cell_is_found_though_it_has_never_run(experiment):
    looking = watch(experiment)
    assert looking.look()
    log = experiment / "logs/train_cell" / f"{ALONE.name}.log"
    log.parent.mkdir(parents=True)
    log.write_text("2026-11-30 01:00:00  error: no images\n")
    looking.look(everywhere=True)
    assert looking.cells[str(experiment), ALONE.name].state == "failed"


@pytest.mark.parametrize("damage", ["", "[]", '{"cells": 3}'])
def test_damaged_files_end_nothing(experiment, damage):
    (experiment / "cells.json").write_text(damage)
    assert watch(experiment).look() == Progress()
    touch_running(experiment, ALONE)
    write_json({"epoch": "four"}, experiment / "running" / ALONE.name / "progress.json")
    assert watch(experiment).look(everywhere=True).done == 0


STATES = st.sampled_from(["done", "running", "interrupted", "failed", "unclear", "waiting"])


@given(st.lists(st.tuples(STATES, st.none() | st.integers(0, 40)), min_size=3, max_size=3))
def test_epochs_lie_between_none_and_all(states):
    shorter = {cell.name: before.name for cell, before in link_shorter(CELLS).items()}
    cells = [
        CellStatus(cell.name, state, epoch, shorter=shorter.get(cell.name), epochs=cell.epochs)
        for cell, (state, epoch) in zip(CELLS, states, strict=True)
    ]
    named = {cell.name: cell for cell in cells}
    assert [count_own(cell, named) for cell in cells] == [10, 20, 10]
    assert all(0 <= count_left(cell, named) <= count_own(cell, named) for cell in cells)
    assert 0 <= summarize(cells).done <= summarize(cells).epochs == 40
