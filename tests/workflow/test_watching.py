"""A run on a machine with two made-up GPUs: its cells share them out, and it tells while it runs how far it is."""

import os
import re
import subprocess
import sys
import time

import pytest
from smear.status.cells import read_experiment
from smear.status.table import render

pytestmark = pytest.mark.rare  # whole runs; leases and status have their unit tests

GRID = "grid={architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.001, 0.002, 0.003], epochs: [8]}"
CELLS = [f"SmallCNN_adam_lr{rate}_b32_s0_e8" for rate in (0.001, 0.002, 0.003)]
LEADERBOARD = "results/tiny/comparison/leaderboard.csv"
GPUS = ["GPU-1111aaaa", "GPU-2222bbbb"]


def ask(folder) -> str:
    """What `make status` prints."""
    command = ["make", "--no-print-directory", "status"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def look(folder) -> str:
    """The same without a process, which would take a core from the run each time."""
    experiment = folder / "results/tiny"
    return f"{render(experiment, *read_experiment(experiment))}\n" if (experiment / "cells.json").exists() else ""


@pytest.fixture(scope="module")
def watched(project, tensors, tmp_path_factory):
    """The project, with what status printed before, while and after a run: `texts`, each different one once."""
    project.adopt(tensors)
    folder = project.folder
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to(sys.executable)
    machine = tmp_path_factory.mktemp("machine")
    (machine / "nvidia-smi").write_text(f"#!/bin/sh\nprintf '0, {GPUS[0]}\\n1, {GPUS[1]}\\n'\n")
    (machine / "nvidia-smi").chmod(0o755)
    variables = os.environ | {"PATH": f"{machine}:{os.environ['PATH']}", "TMPDIR": str(machine)}
    variables.pop("CUDA_VISIBLE_DEVICES", None)
    command = [sys.executable, "-m", "snakemake", LEADERBOARD, "--cores", "3"]
    command += ["--configfile", "config/tiny.yaml", "--config", GRID]
    project.texts = [ask(folder)]
    with (machine / "output").open("w+") as output:
        run = subprocess.Popen(command, cwd=folder, env=variables, stdout=output, stderr=output)
        while run.poll() is None:
            if (text := look(folder)) != project.texts[-1]:
                project.texts.append(text)
            time.sleep(0.2)
        output.seek(0)
        project.output = output.read()
    assert run.returncode == 0, project.output
    project.texts.append(ask(folder))
    return project


def read_states(text: str) -> list[str]:
    return [re.search(rf"{cell} +(\w+)", text)[1] for cell in CELLS]


def test_nothing_before_and_all_done_after(watched):
    assert watched.texts[0] == ""
    assert read_states(watched.texts[-1]) == ["done"] * 3
    assert watched.texts[-1].endswith("  3 grid cells: 3 done\n")
    assert not list((watched.folder / "results/tiny/running").iterdir())


def test_every_cell_waits_then_runs_then_is_done(watched):
    histories = zip(*(read_states(text) for text in watched.texts if text), strict=True)
    for states in histories:
        assert list(dict.fromkeys(states)) == ["waiting", "running", "done"]


def test_a_running_cell_tells_its_epoch_its_speed_and_the_time_left(watched):
    lines = re.findall(r"_e8 +running +\d+/8 +[\d.]+ +\d+ s$", "".join(watched.texts), re.MULTILINE)
    assert lines
    assert re.search(r"3 grid cells: .*running.*; about \d+ s left", "".join(watched.texts))


def test_two_cells_run_at_a_time_each_on_its_gpu(watched):
    assert 'Provided resources: gpu=Resource("gpu", 2)' in watched.output
    assert max(read_states(text).count("running") for text in watched.texts if text) == 2
    logs = [(watched.folder / f"results/tiny/logs/train_cell/{cell}.log").read_text() for cell in CELLS]
    assert {re.search("leased GPU (.*)", log)[1] for log in logs} == set(GPUS)
    assert "waiting for a GPU" not in "".join(logs)


def test_more_cells_per_gpu_retrain_nothing(watched):
    assert watched.jobs(LEADERBOARD, "--config", GRID, "training={cells_per_gpu: 2}") == {}
