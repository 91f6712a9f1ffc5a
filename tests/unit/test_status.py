"""What `make status` makes of the files of a run: made-up folders, whole, half-written and foreign."""

import json
import os
import shlex
import socket
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_status import CELL, FIRST, NOW, OTHER, SECOND, describe, write_done, write_log, write_running
from servers.script_process import SCRIPTS
from smear.files import write_json
from smear.progress import read_progress, write_progress
from smear.status.__main__ import find_experiments
from smear.status.cells import read_cell, read_experiment
from smear.status.grid_file import NAME, read_cells, read_hyperparameters, read_shorter, write_cells
from smear.status.log_end import find_error
from smear.status.table import render

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FAILING = "import sys\nfrom smear.job import *\nwith logged_to(sys.argv[1]):\n    log.info('begun')\n    "
IN_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def experiment(tmp_path):
    """An experiment of two cells that has just been started."""
    folder = tmp_path / "results/grid"
    write_cells(describe(FIRST, SECOND), folder)
    return folder


@pytest.fixture(scope="module")
def gone():
    """The number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_a_cell_that_nothing_tells_of_waits(experiment):
    cells, remarks = read_experiment(experiment)
    assert [(cell.name, cell.state) for cell in cells] == [(CELL, "waiting"), (OTHER, "waiting")]
    assert remarks == []
    assert render(experiment, cells, remarks).endswith("2 grid cells: 2 waiting")


def test_done_and_diverged(experiment):
    write_done(experiment)
    write_done(experiment, OTHER, status="diverged", epochs_run=3)
    text = render(experiment, *read_experiment(experiment))
    assert "done   10/10" in text
    assert "validation accuracy 97.12 %" in text
    assert "3/10" in text
    assert "diverged" in text
    assert text.endswith("2 grid cells: 2 done")


def test_a_cell_that_stopped_early_is_done(experiment):
    write_done(experiment, epochs_run=7, best_epoch=5)
    text = render(experiment, *read_experiment(experiment))
    assert "done      7/10" in text
    assert "validation accuracy 97.12 %, of epoch 5" in text
    assert text.endswith("1 done, 1 waiting; about 7 min left once it is resumed"), "at most: it may stop early, too"


def test_a_running_cell_shows_its_epoch_speed_and_what_is_left_by_now(experiment):
    write_running(experiment)
    cell = read_cell(experiment, CELL, NOW)
    assert cell[:5] == (CELL, "running", 4, 812.34, 300.0)
    assert cell.epoch_seconds == 60
    text = render(experiment, [cell, read_cell(experiment, OTHER, NOW)._replace(epochs=10)], [])
    assert "running   4/10     812.3  5 min" in text
    assert text.endswith("2 grid cells: 1 running, 1 waiting; about 15 min left"), (
        "ten epochs of a minute after five minutes"
    )


def test_what_became_of_a_training_on_this_machine(experiment, gone):
    write_running(experiment, minutes=9999)
    assert read_cell(experiment, CELL, NOW).state == "running", "its process is there, however slow"
    write_running(experiment, pid=gone)
    cell = read_cell(experiment, CELL, NOW)
    assert (cell.state, cell.epoch) == ("interrupted", 4)
    assert cell.note == f"process {gone} is gone; resumes with epoch 5"
    write_running(experiment, state="stopped", message="stopped by SIGTERM")
    cell = read_cell(experiment, CELL, NOW)
    assert (cell.state, cell.note) == ("interrupted", "stopped by SIGTERM; resumes with epoch 5")


@pytest.mark.parametrize(("end", "state"), [("received SIGTERM after epoch 4", "interrupted"), ("No", "failed")])
def test_a_training_that_was_told_to_stop_has_not_failed(experiment, end, state):
    write_running(experiment, state="stopped", message="received SIGTERM")
    log = experiment / f"logs/train_cell/{CELL}.log"
    log.parent.mkdir(parents=True)
    log.write_text(f"2026-11-24 12:00:00  error: {CELL} {end}\n")
    assert read_cell(experiment, CELL, NOW).state == state


@pytest.mark.parametrize(("epoch", "minutes", "state"), [(4, 9, "running"), (4, 11, "interrupted")]
    + [(0, 59, "running"), (0, 61, "interrupted"), (1, 11, "running"), (1, 13, "interrupted")])  # fmt: skip
def test_a_training_on_another_machine_is_judged_by_its_silence(experiment, gone, epoch, minutes, state):
    write_running(experiment, minutes=minutes, epoch=epoch, host="node7", pid=gone)
    cell = read_cell(experiment, CELL, NOW)
    assert cell.state == state
    assert "node7" in cell.note


def run_and_fail(path, end):
    """Leave the log of a job whose work ends in the code `end`."""
    arguments = [sys.executable, "-c", FAILING + end, str(path)]
    subprocess.run(arguments, env={"PYTHONPATH": str(SCRIPTS)}, stderr=subprocess.DEVNULL)


def test_a_training_that_ctrl_c_ends_has_not_failed(experiment, gone):
    run_and_fail(write_log(experiment, ""), "raise KeyboardInterrupt")
    assert read_cell(experiment, CELL, NOW).state == "waiting"
    write_running(experiment, pid=gone)
    assert read_cell(experiment, CELL, NOW).state == "interrupted"


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        ("raise UserError('Class Pre has 6 images, too few.')", "Class Pre has 6 images, too few."),
        ("raise RuntimeError('out of memory\\nsecond line')", "RuntimeError: out of memory"),
        ("import smear.none", "ModuleNotFoundError: No module named 'smear.none'"),
        ("try:\n        1 / 0\n    except Exception as e:\n        raise ValueError('no') from e", "ValueError: no"),
    ],
)
def test_a_real_log_tells_why_its_job_failed(experiment, gone, running, end, sentence):
    path = write_log(experiment, "")
    run_and_fail(path, end)
    if running:
        write_running(experiment, pid=gone)
    cell = read_cell(experiment, CELL, NOW)
    assert (cell.state, cell.details) == ("failed", (sentence, str(path)))
    assert f"\n      {sentence}\n      {path}\n" in render(experiment, [cell], [])


@pytest.mark.parametrize(
    "text",
    ["", "\n", "2026-11-24 03:13:25  epoch 1/1\n", "no date\n", "2026-11-24 03:13:25  the error: is small\n"]
    + ["Traceback (most recent call last):\n  it was caught\nValueError: x\n2026-11-24 03:13:25  goes on\n"],
)
def test_a_log_without_an_error_at_its_end(experiment, text):
    assert find_error(write_log(experiment, text)) is None
    assert read_cell(experiment, CELL, NOW).state == "waiting"


def test_only_the_end_of_a_long_log_is_read(experiment):
    path = write_log(experiment, "2026-11-24 03:13:25  line\n" * 100_000 + "2026-11-24 03:13:25  error: The end.\n")
    assert find_error(path) == "The end."


def test_half_written_and_foreign_files_are_named(experiment):
    write_done(experiment)
    (experiment / "cells" / CELL / "metrics.json").write_text('{"status": "fin')
    (experiment / "running" / OTHER).mkdir(parents=True)
    (experiment / "running" / OTHER / "progress.json").write_bytes(b"\xff\xfe")
    (experiment / NAME).write_text("[1, 2]")
    text = render(experiment, *read_experiment(experiment))
    assert "cells.json holds no JSON object; these are the grid cells that have begun" in text
    assert "metrics.json cannot be read (Unterminated string" in text
    assert "progress.json cannot be read ('utf-8' codec" in text
    assert text.endswith("2 grid cells: 1 unclear, 1 waiting")


@IN_ONE_FOLDER
@given(st.sampled_from([f"cells/{CELL}/metrics.json", f"running/{CELL}/progress.json", NAME]), st.data())
def test_no_json_breaks_it(experiment, name, data):
    write_running(experiment)
    if "metrics" in name:
        write_done(experiment)
    path = experiment / name
    values = json.loads(path.read_text())
    key = data.draw(st.sampled_from(sorted(values)))
    path.write_text(json.dumps(data.draw(JSON | JSON.map(lambda value: values | {key: value}))))
    assert render(experiment, *read_experiment(experiment)).startswith(str(experiment))
    path.unlink()
    write_cells(describe(FIRST, SECOND), experiment)


@IN_ONE_FOLDER
@given(
    epoch=st.integers(0, 50),
    images_per_second=st.none() | st.floats(0, 1e6),
    seconds_left=st.none() | st.floats(0, 1e6),
    state=st.sampled_from(["starting", "training", "stopped"]),
    message=st.text(st.characters(exclude_categories=["Cs"])),
    started=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()),
)
def test_progress_comes_back_as_it_was_written(tmp_path, started, **values):
    write_progress(tmp_path, CELL, 50, started, **values)
    read = read_progress(tmp_path)
    assert {key: read[key] for key in values} == values
    assert abs(read["started"] - started) < timedelta(seconds=1)
    assert (read["host"], read["pid"], read["epochs"]) == (socket.gethostname(), os.getpid(), 50)
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]


def test_the_grid_is_written_when_it_changes(tmp_path):
    write_cells(describe(FIRST), tmp_path)
    before = (tmp_path / NAME).stat().st_ino
    write_cells(describe(FIRST), tmp_path)
    assert (tmp_path / NAME).stat().st_ino == before
    write_cells(describe(SECOND, FIRST), tmp_path)
    assert read_cells(tmp_path) == [OTHER, CELL]
    assert read_hyperparameters(tmp_path) == describe(FIRST, SECOND)
    write_cells(describe(SECOND, FIRST), tmp_path, {CELL: OTHER})
    assert read_shorter(tmp_path) == {CELL: OTHER}
    (tmp_path / NAME).write_text("{")
    write_cells(describe(FIRST), tmp_path)
    assert read_cells(tmp_path) == [CELL]


def test_a_grid_that_was_recorded_without_hyperparameters_is_written_again(experiment):
    write_json({"cells": [CELL, OTHER], "shorter": {}}, experiment / NAME)
    assert [cell.epochs for cell in read_experiment(experiment).cells] == [0, 0]
    write_cells(describe(FIRST, SECOND), experiment)
    assert [cell.epochs for cell in read_experiment(experiment).cells] == [10, 10]


def test_architecture_and_epochs_come_from_the_records_and_not_from_the_name(experiment, gone):
    write_cells({"a": FIRST._asdict(), "b": SECOND._replace(epochs=12)._asdict()}, experiment)
    assert [(cell.architecture, cell.epochs) for cell in read_experiment(experiment).cells] == [
        ("SmallCNN", 10),
        ("SmallCNN", 12),
    ]
    (experiment / NAME).unlink()
    write_done(experiment, "a", architecture="AlexNet", epochs=7)
    write_running(experiment, "b", epochs=8, pid=gone)
    assert [(cell.architecture, cell.epochs) for cell in read_experiment(experiment).cells] == [("AlexNet", 7), ("", 8)]


def test_a_cell_whose_epochs_are_all_trained_only_wants_its_results(experiment, gone):
    write_running(experiment, epoch=10, pid=gone)
    assert f"process {gone} is gone; its results are written by the next call" in render(
        experiment, *read_experiment(experiment)
    )


def call_status(folder, *arguments):
    command = [sys.executable, "-m", "smear.status", *arguments]
    return subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(SCRIPTS)}, capture_output=True, text=True)


def test_all_experiments_one_or_none(experiment, tmp_path):
    results = experiment.parent
    write_done(results / "other", OTHER)
    (results / "datasets/x/images").mkdir(parents=True)
    assert [path.name for path in find_experiments(results)] == ["grid", "other"]
    text = call_status(tmp_path).stdout
    assert text.index("results/grid\n") < text.index("\n\nresults/other\n")
    assert "results/grid" not in call_status(tmp_path, "results/other").stdout
    wrong = call_status(tmp_path, "results/no")
    assert (wrong.returncode, wrong.stderr) == (1, "blastgrid: results/no is no folder of results.\n")
    empty = call_status(experiment)
    assert (empty.returncode, empty.stdout, empty.stderr) == (0, "", "")


def test_who_reads_may_stop_reading(experiment):
    write_cells(describe(*(FIRST._replace(seed=seed) for seed in range(5000))), experiment)
    command = f"{shlex.join([sys.executable, '-m', 'smear.status', str(experiment)])} | head -n 2"
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], env={"PYTHONPATH": str(SCRIPTS), "PATH": os.environ["PATH"]},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 2
