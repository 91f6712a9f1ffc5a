"""Locks on files, which the kernel releases when their holder ends, however it ends. Nothing is written into a file."""

import errno
import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smear.job import UserError, log

POLL_SECONDS = 0.2
PATIENCE = 600  # seconds; a training that receives SIGTERM ends after its step
UNSUPPORTED = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def try_lock(file: int, path: Path) -> bool:
    """Lock an open file; False where another has the lock, or where `path` no longer leads to the file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # What removes the file while it is waited for leaves a lock that keeps nobody out.
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False


def find_holder(path: Path) -> str:
    """The number of the process that holds the lock on a file, `unknown` where the system does not tell."""
    try:
        inode, locks = path.stat().st_ino, Path("/proc/locks").read_text()
    except OSError:
        return "unknown"
    found = re.search(rf"FLOCK +ADVISORY +WRITE +(\d+) +\w+:\w+:{inode} ", locks)
    return found[1] if found else "unknown"


@contextmanager
def occupied(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Keep a folder, which is made if need be, to this process: wait for another that has it and is about to end.

    Raises a UserError where it does not end. Where the file system knows no locks, a line in the log says so.
    """
    path, deadline, told = folder / "lock", time.monotonic() + patience, False
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            if try_lock(file, path):
                break
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            log.warning("%s cannot be locked (%s): start one call at a time", folder, error.strerror)
            break
        os.close(file)
        holder = find_holder(path)
        if time.monotonic() > deadline:
            raise UserError(
                f"{folder} is in use by process {holder}, which trains the same grid cell: "
                f"wait until it has ended, or end it, and start again."
            )
        if not told:
            log.info("waiting for process %s, which has %s", holder, folder)
            told = True
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        os.close(file)
