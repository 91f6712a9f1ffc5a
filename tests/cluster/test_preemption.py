"""A cell that has to leave its GPU to a more urgent job, on a real SLURM."""

import os
import re
import signal

import pytest
from cluster.calls import (
    EPOCHS,
    PATIENCE,
    Run,
    make_tensors,
    outcome,
    start_slurm,
    status,
    train_in_one_go,
    trainers,
)
from cluster.mini_slurm import ask

CELL = f"SmallCNN_adam_lr0.001_b32_s0_e{EPOCHS}"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    with start_slurm(tmp_path_factory.mktemp("slurm")) as slurm:
        yield slurm


def test_a_preempted_cell_waits_in_the_queue_and_goes_on_to_the_same_end(slurm, tmp_path_factory):
    project, whole = make_tensors(*(tmp_path_factory.mktemp(name) for name in ("preempted", "whole")))
    run = Run(project, slurm, CELL)
    run.wait_for_epoch(CELL, 2)
    (job,) = run.jobs(CELL)
    os.kill(trainers(project.folder)[job["number"]][0], signal.SIGSTOP)
    in_one_go = train_in_one_go(whole, CELL)
    ask("sbatch", "--partition=urgent", "--gres=gpu:2", "--output=/dev/null", "--wrap=sleep 20")
    run.wait_until(lambda: run.jobs(CELL)[0]["state"] == "PENDING")
    assert re.search(r"interrupted +\d+/25 .*told to stop", status(project.folder, CELL))
    # SLURM would let two minutes pass.
    ask("scontrol", "update", f"JobId={job['number']}", "StartTime=now")
    assert run.process.wait(timeout=PATIENCE) == 0, run.output.read_text()
    assert [(each["number"], each["state"]) for each in run.jobs(CELL)] == [(job["number"], "COMPLETED")]
    assert "going on after epoch" in run.log(CELL)
    assert in_one_go.wait(timeout=PATIENCE) == 0
    assert outcome(project.folder, CELL) == outcome(whole.folder, CELL)
