"""A training ends with the Snakemake that started it: nobody else would take its results, and the next call resumes it.

Linux can send a signal when a parent ends (PR_SET_PDEATHSIG), but a shell may stand between the two, and lives on. So
the processes above this one are looked at, twice a second.
"""

import os
import signal
import threading
import time
from pathlib import Path

from smear.job import log

SNAKEMAKE = "BLASTGRID_SNAKEMAKE_PID"
POLL_SECONDS = 0.5


def announce_snakemake() -> None:
    """Tell the jobs of this Snakemake process, on a cluster the one inside the job, its number."""
    os.environ[SNAKEMAKE] = str(os.getpid())


def end_with_snakemake() -> None:
    """Send SIGTERM to this process as soon as the Snakemake that started it is gone; it may be gone already."""
    if number := os.environ.get(SNAKEMAKE):
        threading.Thread(target=watch, args=(int(number),), daemon=True).start()


def watch(number: int) -> None:
    """Wait until the process of that number is no longer above this one, then send SIGTERM to this one."""
    while is_below(number):
        time.sleep(POLL_SECONDS)
    log.warning("Snakemake (process %d), which started this training, has ended: the training ends too", number)
    os.kill(os.getpid(), signal.SIGTERM)


def is_below(number: int) -> bool:
    """Whether the process of that number is the parent of this one, or a parent further above.

    A process whose parent ends, even one that nobody has waited for, goes to another parent at once.
    """
    if not Path("/proc/self/stat").exists():
        return os.getppid() != 1
    parent = os.getppid()
    while parent not in (number, 0):
        parent = read_parent(parent)
    return parent == number


def read_parent(number: int) -> int:
    """The number of a process' parent; 0 where it has none or has ended."""
    try:
        return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
