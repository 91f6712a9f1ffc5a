"""Cells as jobs of a real SLURM: two calls of Snakemake in which much goes wrong, and one that meets a preemption."""

import json
import os
import re
import signal

import pytest
from cluster.calls import (
    EPOCHS,
    PATIENCE,
    Run,
    outcome,
    read,
    start_slurm,
    status,
    train_in_one_go,
    trainers,
)
from cluster.mini_slurm import ask
from conftest import Project

LIMITED, ENDING, FAILING, PREEMPTED = (
    f"SmallCNN_{name}_b32_s0_e{EPOCHS}"
    for name in ("adam_lr0.001", "rmsprop_lr0.001", "adam_lr0.003", "rmsprop_lr0.003")
)


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    with start_slurm(tmp_path_factory.mktemp("slurm")) as slurm:
        yield slurm


@pytest.fixture(scope="module")
def story(slurm, tensors, tmp_path_factory):
    """All that happens, in turn; what the tests ask about is noted as it is seen."""
    project, whole = (Project(tmp_path_factory.mktemp(name)) for name in ("cluster", "whole"))
    for each in (project, whole):
        each.adopt(tensors, "tiny")
    seen = {"projects": (project, whole), "folder": project.folder, "whole": whole.folder}

    # The default profile beside it, and one GPU for all: on a cluster that must not make the cells wait for each other.
    first = Run(project, slurm, LIMITED, ENDING, way="--profile", more=["--resources", "gpu=1"])
    for cell in (LIMITED, ENDING):
        first.wait_for_epoch(cell, 2)
        os.kill(trainers(project.folder)[first.jobs(cell)[0]["number"]][0], signal.SIGSTOP)
    seen["side by side"], seen["trainers"] = slurm.jobs(), trainers(project.folder)
    seen["status running"] = status(project.folder, LIMITED)
    first.process.kill()
    first.process.wait()
    os.kill(seen["trainers"][first.jobs(ENDING)[0]["number"]][0], signal.SIGCONT)
    first.wait_until(lambda: first.jobs(ENDING)[0]["state"] == "COMPLETED", alive=False)
    seen["made by"] = read(project.folder, ENDING, "provenance.json")
    assert project.snakemake("--unlock").returncode == 0

    # A file where the folder of its checkpoints belongs: the first attempt must fail.
    obstacle = project.folder / f"results/tiny/running/{FAILING}"
    obstacle.write_text("")
    second = seen["second"] = Run(project, slurm, LIMITED, ENDING, FAILING)
    second.wait_until(lambda: all(second.jobs(cell)[-1:] for cell in (LIMITED, ENDING, FAILING)))
    second.wait_until(lambda: len(second.jobs(LIMITED)) == 2 and second.jobs(LIMITED)[1]["state"] == "RUNNING")
    second.wait_until(lambda: second.jobs(FAILING)[0]["state"] != "PENDING")
    slurm.drain("a test")  # What runs goes on; the second attempt of the failing cell waits.
    seen["first orphan"] = second.jobs(LIMITED)[0]
    limited = second.jobs(LIMITED)[1]["number"]
    second.wait_until(lambda: limited in trainers(project.folder))
    second.wait_until(lambda: "resuming after epoch" in second.log(LIMITED))
    os.kill(trainers(project.folder)[limited][0], signal.SIGSTOP)
    ask("scontrol", "update", f"JobId={limited}", "TimeLimit=1")
    in_one_go = train_in_one_go(whole, LIMITED)

    second.wait_until(lambda: "Trying to restart" in second.output.read_text())
    seen["status failed"] = status(project.folder, FAILING)
    obstacle.unlink()
    second.wait_until(lambda: len(second.jobs(FAILING)) == 2)
    again = second.jobs(FAILING)[1]
    ask("scancel", again["number"])
    second.wait_until(lambda: len(second.jobs(FAILING)) == 3)
    second.wait_until(lambda: second.jobs(LIMITED)[1]["state"] not in ("RUNNING", "COMPLETING"))
    second.wait_until(lambda: len(second.jobs(LIMITED)) == 3)
    seen["limit"], seen["drained"] = second.jobs(LIMITED)[1], [second.jobs(cell)[-1] for cell in (LIMITED, FAILING)]
    seen["status limit"] = status(project.folder, LIMITED)
    slurm.drain(None)
    assert second.process.wait(timeout=PATIENCE) == 0, second.output.read_text()
    assert in_one_go.wait(timeout=PATIENCE) == 0
    seen["jobs"] = second.jobs(FAILING)
    return seen


def test_cells_run_in_parallel_each_on_its_gpu_whatever_the_default_profile_says(story):
    states = [job["state"] for job in story["side by side"]]
    assert states == ["RUNNING"] * 2
    assert sorted(gpus for _, gpus in story["trainers"].values()) == ["0", "1"]
    assert re.search(r"running +\d+/25", story["status running"])


def test_a_killed_snakemake_started_again_trains_nothing_twice(story):
    # One job had ended by itself, and its cell is not trained again; the other was ended, and its cell went on.
    assert read(story["folder"], ENDING, "provenance.json") == story["made by"]
    assert story["first orphan"]["state"] in ("CANCELLED", "FAILED")
    assert (
        f"Ending jobs of an earlier call on the cluster: {story['first orphan']['number']}"
        in story["second"].output.read_text()
    )
    for cell in (LIMITED, ENDING, FAILING):
        assert len(outcome(story["folder"], cell)["history"]) == EPOCHS
        assert json.loads(read(story["folder"], cell, "metrics.json"))["status"] == "finished"
    assert not list((story["folder"] / "results/tiny/running").iterdir())


def test_a_failing_cell_is_tried_again_with_more_memory_and_time(story):
    jobs = story["jobs"]
    assert [(job["state"], job["memory"], job["limit"]) for job in jobs] == [
        ("FAILED", "8000M", "4:00:00"),
        ("CANCELLED", "16000M", "8:00:00"),
        ("COMPLETED", "24000M", "12:00:00"),
    ]


def test_a_failed_job_shows_its_log_and_where_it_lies(story):
    error = "FileExistsError"
    log = f"results/tiny/logs/train_cell/{FAILING}.log"
    assert error in story["second"].output.read_text()
    assert log in story["second"].output.read_text()
    state, sentence, path = (line.strip() for line in story["status failed"].strip().splitlines())
    assert " failed" in state
    assert sentence.startswith(error)
    assert path == log


def test_a_job_canceled_by_hand_is_submitted_again(story):
    assert "SLURM status is: 'CANCELLED'" in story["second"].output.read_text()
    assert [job["state"] for job in story["jobs"]] == ["FAILED", "CANCELLED", "COMPLETED"]


def test_a_job_at_its_time_limit_goes_on_to_the_same_end(story):
    # Told to stop a minute before, it ends by itself, which SLURM calls FAILED; where a minute is too short, TIMEOUT.
    assert story["limit"]["state"] in ("FAILED", "TIMEOUT")
    assert re.search(r"interrupted +\d+/25 .*received SIGTERM", story["status limit"])
    assert "resuming after epoch" in story["second"].log(LIMITED)
    assert outcome(story["folder"], LIMITED) == outcome(story["whole"], LIMITED)


def test_jobs_wait_while_a_node_is_drained(story):
    assert [job["state"] for job in story["drained"]] == ["PENDING"] * 2
    assert [story["second"].jobs(cell)[-1]["state"] for cell in (LIMITED, FAILING)] == ["COMPLETED"] * 2


def test_a_preempted_cell_waits_in_the_queue_and_goes_on_to_the_same_end(slurm, story):
    project, whole = story["projects"]
    run = Run(project, slurm, PREEMPTED)
    run.wait_for_epoch(PREEMPTED, 2)
    (job,) = run.jobs(PREEMPTED)
    os.kill(trainers(project.folder)[job["number"]][0], signal.SIGSTOP)
    in_one_go = train_in_one_go(whole, PREEMPTED)
    ask("sbatch", "--partition=urgent", "--gres=gpu:2", "--output=/dev/null", "--wrap=sleep 20")
    run.wait_until(lambda: run.jobs(PREEMPTED)[0]["state"] == "PENDING")
    assert re.search(r"interrupted +\d+/25 .*received SIGTERM", status(project.folder, PREEMPTED))
    # SLURM would let two minutes pass.
    ask("scontrol", "update", f"JobId={job['number']}", "StartTime=now")
    assert run.process.wait(timeout=PATIENCE) == 0, run.output.read_text()
    assert [(each["number"], each["state"]) for each in run.jobs(PREEMPTED)] == [(job["number"], "COMPLETED")]
    assert "resuming after epoch" in run.log(PREEMPTED)
    assert in_one_go.wait(timeout=PATIENCE) == 0
    assert outcome(project.folder, PREEMPTED) == outcome(whole.folder, PREEMPTED)


def test_ctrl_c_takes_jobs_out_of_the_queue(slurm, project):
    slurm.drain("a test")
    try:
        run = Run(project, slurm, LIMITED)
        run.wait_until(lambda: "has been submitted with SLURM jobid" in run.output.read_text())
        assert slurm.jobs()[-1]["state"] == "PENDING"
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(timeout=PATIENCE) != 0
        assert slurm.jobs()[-1]["state"] == "CANCELLED"
    finally:
        slurm.drain(None)
    assert not list(project.folder.glob(".snakemake/locks/*"))
