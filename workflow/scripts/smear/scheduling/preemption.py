"""A training whose place SLURM takes for a more urgent job."""

import os
import re
import shutil
import subprocess


def requeue_if_preempted() -> bool:
    """Put this process' own job back into the queue if SLURM takes its place for a more urgent one; whether it did.

    SLURM does so itself, but not with a job that ends within the grace time which a partition may leave it.
    """
    number = os.environ.get("SLURM_JOB_ID")
    if number is None or shutil.which("scontrol") is None:
        return False
    facts = subprocess.run(["scontrol", "show", "job", number], capture_output=True, text=True).stdout
    preempted = re.search(r"\bPreemptTime=(\S+)", facts)
    if not preempted or preempted[1] == "None":
        return False
    return subprocess.run(["scontrol", "requeue", number], capture_output=True).returncode == 0
