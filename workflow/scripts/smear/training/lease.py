"""A GPU for each cell: jobs that run side by side on one machine must not all take the first one.

Snakemake counts GPUs and does not number them. A lease is a lock on a file for the device and slot, which the kernel
releases when its holder ends, however it ends.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smear.job import log
from smear.training.gpus import find_gpus

POLL_SECONDS = 1


@contextmanager
def lease_gpu(cells_per_gpu: int, devices: list[str] | None = None) -> Iterator[str | None]:
    """Wait for one of `cells_per_gpu` slots of one of `devices` and yield the device's name.

    devices: by default those that this process may use. Where there is none, it yields None at once. The name is for
    CUDA_VISIBLE_DEVICES, to be set before the backend is imported.
    """
    devices = find_gpus() if devices is None else devices
    if not devices:
        yield None
        return
    folder = open_lease_folder()
    # An idle device comes before a second cell on a busy one.
    places = [(device, folder / f"{device}.{slot}") for slot in range(cells_per_gpu) for device in devices]
    device, file = wait_for_place(places)
    try:
        log.info("leased GPU %s", device)
        yield device
    finally:
        os.close(file)


def open_lease_folder() -> Path:
    """The folder of the lock files: one for the machine, since the GPUs are, whoever the user.

    It lies in the temporary folder and not in XDG_RUNTIME_DIR, which is removed when its user logs out, under the
    trainings that go on.
    """
    folder = Path(tempfile.gettempdir()) / "blastgrid-leases"
    try:
        folder.mkdir()
    except FileExistsError:
        return folder
    folder.chmod(0o1777)
    return folder


def wait_for_place(places: list[tuple[str, Path]]) -> tuple[str, int]:
    """The first device of `places` whose lock file is free, and the open file; a log line says once what is taken."""
    told = False
    while True:
        for device, path in places:
            file = try_lock(path)
            if file is not None:
                return device, file
        if not told:
            holders = ", ".join(f"{device} by process {read_holder(path)}" for device, path in places)
            log.info("waiting for a GPU; taken are %s", holders)
            told = True
        time.sleep(POLL_SECONDS)


def try_lock(path: Path) -> int | None:
    """Lock the file, write this process's number into it and return its descriptor; None where another has it."""
    file = open_shared(path)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # What cleans temporary folders may have removed the file since it was opened: the next would lock a new one.
        if not os.path.samestat(os.fstat(file), path.stat()):
            raise FileNotFoundError
    except (BlockingIOError, FileNotFoundError):
        os.close(file)
        return None
    os.ftruncate(file, 0)
    os.pwrite(file, str(os.getpid()).encode(), 0)
    return file


def open_shared(path: Path) -> int:
    """Open a file that every user may write; the first makes it."""
    while True:
        try:
            # Without O_CREAT: Linux refuses that for another user's file in a folder that all may write.
            return os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        except FileNotFoundError:
            pass
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        except FileExistsError:
            continue
        os.fchmod(file, 0o666)
        return file


def read_holder(path: Path) -> str:
    """The number of the process that holds a lock, as far as it has been written."""
    try:
        return path.read_text().strip() or "unknown"
    except OSError:
        return "unknown"
