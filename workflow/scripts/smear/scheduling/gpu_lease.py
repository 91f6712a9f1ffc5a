"""A GPU for each cell: jobs that run side by side on one machine must not all take the first one.

Snakemake counts GPUs and does not number them. A lease is a lock on a file for the device and slot, which the kernel
releases when its holder ends, however it ends. The files lie where every user may write: links are not followed, and
nothing is written into them.
"""

import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smear.file_lock import find_holder, try_lock
from smear.job import UserError, log
from smear.scheduling.gpus import find_gpus

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
        folder.chmod(0o1777)
    except FileExistsError:
        check_folder(folder)
    return folder


def check_folder(folder: Path) -> None:
    """Raise a UserError unless it is a folder, and no link, in which nobody can exchange another user's files."""
    found = folder.lstat()
    trusted = found.st_uid in (0, os.geteuid()) or found.st_mode & stat.S_ISVTX
    if not stat.S_ISDIR(found.st_mode) or not trusted:
        raise UserError(f"{folder}, for the locks of GPUs, is a link or not safe to share: remove it and start again.")


def wait_for_place(places: list[tuple[str, Path]]) -> tuple[str, int]:
    """The first device of `places` whose lock file is free, and the open file; a log line says once what is taken."""
    told = False
    while True:
        for device, path in places:
            file = open_shared(path)
            if try_lock(file, path):
                return device, file
            os.close(file)
        if not told:
            holders = ", ".join(f"{device} by process {find_holder(path)}" for device, path in places)
            log.info("waiting for a GPU; taken are %s", holders)
            told = True
        time.sleep(POLL_SECONDS)


def open_shared(path: Path) -> int:
    """Open a file that every user may write; the first makes it. Raises a UserError for a link or anything else."""
    while True:
        try:
            # Without O_CREAT: Linux refuses that for another user's file in a folder that all may write.
            file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise UserError(f"{path} is no lock of a GPU ({error.strerror}): remove it and start again.") from error
        else:
            found = os.fstat(file)
            if stat.S_ISREG(found.st_mode) and found.st_nlink < 2:
                return file
            os.close(file)
            raise UserError(f"{path} is no lock of a GPU but a link to another file: remove it and start again.")
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        except FileExistsError:
            continue
        os.fchmod(file, 0o666)
        return file
