"""Jobs of SLURM that a call of Snakemake has left behind."""

import getpass
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

# The plugin names every job of a call by the call's UUID, behind a prefix if there is one.
NAME = re.compile(r"(?:.*_)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
POLL_SECONDS = 1


def find_jobs(folder: Path) -> list[str]:
    """Numbers of this user's jobs that Snakemake has submitted from `folder` and that have not ended."""
    command = ["squeue", "--noheader", f"--user={getpass.getuser()}", "--format=%A|%j|%Z"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    jobs = (line.strip().split("|", 2) for line in listing.splitlines())
    return list(dict.fromkeys(number for number, name, place in jobs if NAME.fullmatch(name) and place == str(folder)))


def cancel_jobs(numbers: list[str]) -> Iterator[str]:
    """Cancel jobs and wait until they have ended; yields a line before, none where there are no jobs."""
    if not numbers:
        return
    yield f"Ending jobs of an earlier call on the cluster: {', '.join(numbers)}"
    subprocess.run(["scancel", *numbers], check=True)
    while still_there(numbers):
        time.sleep(POLL_SECONDS)


def still_there(numbers: list[str]) -> bool:
    """Whether one of these jobs is in the queue, ending ones included."""
    command = ["squeue", "--noheader", f"--user={getpass.getuser()}", "--format=%A"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return not set(listing.split()).isdisjoint(numbers)
