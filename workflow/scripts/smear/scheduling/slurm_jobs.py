"""Jobs of SLURM that a call of Snakemake has left behind."""

import getpass
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

# The plugin names every job of a call by the call's UUID, behind a prefix if there is one.
NAME = re.compile(r"(?:.*_)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
POLL_SECONDS = 1


def find_jobs(folder: Path) -> list[str]:
    """Numbers of this user's jobs that Snakemake has submitted from `folder` and that have not ended.

    None where there is no SLURM: jobs may run on a cluster of another kind.
    """
    if shutil.which("squeue") is None:
        return []
    jobs = (line.split("|", 2) for line in list_queue("%A|%j|%Z"))
    return list(dict.fromkeys(number for number, name, place in jobs if NAME.fullmatch(name) and place == str(folder)))


def cancel_jobs(numbers: list[str]) -> Iterator[str]:
    """Cancel jobs and wait until they have ended, ending ones included; yields a line before, none without jobs."""
    if not numbers:
        return
    yield f"Ending jobs of an earlier call on the cluster: {', '.join(numbers)}"
    subprocess.run(["scancel", *numbers], check=True)
    while not set(list_queue("%A")).isdisjoint(numbers):
        time.sleep(POLL_SECONDS)


def list_queue(columns: str) -> list[str]:
    """A line for each of this user's jobs that have not ended, with these columns of squeue."""
    command = ["squeue", "--noheader", f"--user={getpass.getuser()}", f"--format={columns}"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.strip() for line in listing.splitlines()]
