"""Cells that share their epochs, and trainings that are stopped: in the end all is as if nothing had happened."""

import json
import os
import re
import signal
import tempfile
import time
from collections.abc import Callable
from multiprocessing import Process
from pathlib import Path
from typing import TextIO

import pytest
from command_line import start_snakemake
from trained_cells import find_trainers, read_outcome

NAME = "SmallCNN_{}_lr0.001_b32_s0_e{}"
AUGMENTATION = "augmentation={crop: 0.1, rotation: 20, flip: both, shift: 0.1}"
SHORT, BETWEEN, LONG = (NAME.format("adam", epochs) for epochs in (4, 10, 20))
OTHER_LONG = NAME.format("rmsprop", 20)


def settings(experiment: str, *epochs: int, share: str = "true", more: str = "", dropout: float = 0.2) -> list[str]:
    """What a call is given: a grid of these numbers of epochs of two optimizers; `more` for its training."""
    numbers = ", ".join(map(str, epochs))
    grid = f"{{architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001], epochs: [{numbers}]}}"
    training = f"training={{threads: 1, share_epochs: {share}, {more}}}"
    model = f"model={{weights: none, dropout: {dropout}}}"
    return ["--config", f"experiment={experiment}", f"grid={grid}", AUGMENTATION, training, model]


def target(experiment: str, cell: str) -> str:
    return f"results/{experiment}/cells/{cell}/metrics.json"


def outcome(project, experiment: str, cell: str) -> dict:
    return read_outcome(project.folder / f"results/{experiment}/cells/{cell}")


def provenance(project, experiment: str, cell: str) -> dict:
    return json.loads((project.folder / f"results/{experiment}/cells/{cell}/provenance.json").read_text())


@pytest.fixture(scope="module")
def whole(project, tensors):
    """The project after a cell that was trained in one go."""
    project.adopt(tensors, "whole", "shared", "stopped", "ended")
    result = project.snakemake(target("whole", LONG), *settings("whole", 4, 20, share="false"))
    assert result.returncode == 0, result.output
    return project


@pytest.fixture(scope="module")
def shared(whole):
    """The same cell, in an experiment where it continues its shorter run."""
    result = whole.snakemake(target("shared", LONG), *settings("shared", 4, 20))
    assert result.returncode == 0, result.output
    return whole


def test_a_cell_continues_its_shorter_run_to_the_same_end(whole, shared):
    assert outcome(whole, "shared", LONG) == outcome(whole, "whole", LONG)
    assert provenance(whole, "shared", LONG)["continued_from"] == SHORT
    assert provenance(whole, "shared", LONG)["epochs_trained"] == 16
    assert provenance(whole, "whole", LONG)["continued_from"] is None
    assert outcome(whole, "shared", SHORT)["history"] == outcome(whole, "whole", LONG)["history"][:4]


@pytest.mark.parametrize(
    ("epochs", "cells", "changes", "trained"),
    [
        ((4, 10, 20), (BETWEEN, LONG), {}, 1),
        ((20,), (LONG, OTHER_LONG), {}, 1),
        ((10, 20), (LONG,), {}, 0),
        ((4, 20), (SHORT, LONG), {"share": "false"}, 0),
        ((4, 20), (SHORT, LONG), {"more": "feed: streamed"}, 0),
        ((4, 20), (SHORT, LONG), {"more": "cells_per_gpu: 2"}, 0),
        ((4, 20), (SHORT, LONG), {"dropout": 0.3}, 2),
        ((4, 20), (LONG,), {"dropout": 0.3}, 2),
        ((20,), (LONG,), {"dropout": 0.3}, 1),
    ],
)
def test_a_changed_grid_trains_what_is_new_and_changed_settings_train_chains(shared, epochs, cells, changes, trained):
    jobs = shared.jobs(*(target("shared", cell) for cell in cells), *settings("shared", *epochs, **changes))
    assert jobs.get("train_cell", 0) == trained, jobs


def test_a_shorter_cell_that_is_gone_trains_nothing(shared):
    folder = shared.folder / "results/shared/cells" / SHORT
    folder.rename(folder.with_name("elsewhere"))
    try:
        assert shared.jobs(target("shared", LONG), *settings("shared", 20)) == {}
        assert shared.jobs(target("shared", LONG), *settings("shared", 4, 20)) == {}
    finally:
        folder.with_name("elsewhere").rename(folder)


@pytest.mark.rare
def test_a_cell_that_is_trained_again_keeps_its_shorter_run(shared):
    before = outcome(shared, "shared", LONG)
    result = shared.snakemake("-f", target("shared", LONG), *settings("shared", 4, 10, 20))
    assert result.returncode == 0, result.output
    assert provenance(shared, "shared", LONG)["continued_from"] == SHORT
    assert outcome(shared, "shared", LONG) == before


def wait_for_epoch(log: Path, epoch: int, process: Process, output: TextIO) -> None:
    """Return as soon as a training's log tells of this epoch or a later one. output: what the process prints."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if log.exists() and any(int(reached) >= epoch for reached in re.findall(r"epoch +(\d+)/", log.read_text())):
            return
        assert process.is_alive(), output.read()
        time.sleep(0.05)
    raise TimeoutError(log)


def find_trainer(folder: Path) -> int:
    """The process that trains in a folder."""
    (number,) = find_trainers(folder)
    return number


def interrupt(project, epoch: int, log: Path, stop: Callable[[Process], object], *arguments: str) -> str:
    """Start the workflow, end it by `stop`, which is given its process, after this epoch; returns what it printed."""
    log.unlink(missing_ok=True)
    call = [*arguments, "--cores", "1", "--configfile", "config/tiny.yaml"]
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        process = start_snakemake(call, project.folder, dict(os.environ), output.name, grouped=True)
        wait_for_epoch(log, epoch, process, output)
        stop(process)
        process.join(timeout=120)
        assert process.exitcode
        return output.read()


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def unlock(project, arguments: list[str]) -> None:
    """Remove the lock that a killed Snakemake leaves."""
    result = project.snakemake("--unlock", *arguments)
    assert result.returncode == 0, result.output


def test_a_training_stopped_again_and_again_goes_on_to_the_same_end(whole):
    folder = whole.folder / "results/stopped"
    arguments = [target("stopped", LONG), *settings("stopped", 20)]
    log = folder / f"logs/train_cell/{LONG}.log"
    checkpoint = folder / f"running/{LONG}/checkpoint.npz"

    def send_sigterm_to_trainer(process):
        os.kill(find_trainer(whole.folder), signal.SIGTERM)

    other = settings("stopped", 20, dropout=0.3)
    output = interrupt(whole, 3, log, send_sigterm_to_trainer, target("stopped", LONG), *other)
    assert f"blastgrid: {LONG} received SIGTERM after epoch" in output
    assert "Traceback" not in output
    assert checkpoint.exists()

    # Snakemake alone: its training saves the epochs that it has finished, and ends.
    interrupt(whole, 2, log, lambda process: process.kill(), *arguments)
    wait_until(lambda: not find_trainers(whole.folder))
    assert "made with other settings, data or code: it is not used" in log.read_text()
    assert "epoch  1/" in log.read_text()
    assert "which started this training, has ended: the training ends too" in log.read_text()
    assert re.search(r"error: .* received SIGTERM after epoch \d+ of 20; the next call resumes", log.read_text())
    reached = json.loads((checkpoint.parent / "progress.json").read_text())["epoch"]
    unlock(whole, arguments)

    # The whole workflow, as when a machine is switched off: its lock stays. The checkpoint is beyond the shorter cell.
    interrupt(whole, 6, log, lambda process: os.killpg(process.pid, signal.SIGKILL), *arguments)
    assert f"resuming after epoch {reached}" in log.read_text()
    unlock(whole, arguments)

    # A shorter cell that comes into the grid meanwhile is trained, and the checkpoint of the longer one is used.
    result = whole.snakemake(*arguments[:1], *settings("stopped", 4, 20))
    assert result.returncode == 0, result.output
    assert "resuming after epoch" in log.read_text()
    assert not re.search("epoch +[1-4]/", log.read_text())
    for cell in (SHORT, LONG):
        assert (whole.folder / target("stopped", cell)).exists()
    assert provenance(whole, "stopped", LONG)["continued_from"] is None
    assert outcome(whole, "stopped", LONG) == outcome(whole, "whole", LONG)
    assert not checkpoint.parent.exists()


@pytest.mark.rare
def test_a_snakemake_that_is_killed_when_all_is_trained_trains_nothing_again(whole, shared):
    arguments = [target("ended", SHORT), *settings("ended", 4)]
    log = whole.folder / f"results/ended/logs/train_cell/{SHORT}.log"
    metrics = whole.folder / target("ended", SHORT)

    def stop_snakemake_and_kill_it_when_the_results_are_there(process):
        os.kill(process.pid, signal.SIGSTOP)
        wait_until(lambda: metrics.exists() and not find_trainers(whole.folder))
        process.kill()

    interrupt(whole, 1, log, stop_snakemake_and_kill_it_when_the_results_are_there, *arguments)
    unlock(whole, arguments)
    result = whole.snakemake(*arguments)
    assert result.returncode == 0, result.output
    assert "resuming after epoch 4" in log.read_text()
    assert not re.search("epoch +[1-4]/", log.read_text())
    assert outcome(whole, "ended", SHORT) == outcome(shared, "shared", SHORT)
    assert not (whole.folder / f"results/ended/running/{SHORT}").exists()
