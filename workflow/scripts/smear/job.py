"""What every script's main does around its work: a log file, and one sentence for a user's mistake."""

import errno
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger("blastgrid")

MIB = 1 << 20  # bytes
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class UserError(Exception):
    """Something that the user can mend: the message says in one sentence what is wrong and what to do."""


def check_space(folder: Path, needed: int, purpose: str) -> None:
    """Raise a UserError unless `needed` bytes are free where `folder`, which exists, lies."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise UserError(
            f"{purpose} needs {needed / MIB:,.1f} MiB and the disk of {folder} has {free / MIB:,.1f} MiB free: make "
            f"room there, or make results a link to another disk."
        )


def describe_full_disk(error: OSError, folder: Path) -> str:
    """Say in one sentence that a disk is full: the one that `error` names a file on, else that of `folder`."""
    place = Path(error.filename).parent if error.filename else folder
    place = next(each for each in (place, *place.absolute().parents) if each.exists())
    free = shutil.disk_usage(place).free / MIB
    return (
        f"A file could not be written whole ({error.strerror}): the disk of {place.resolve()} has {free:,.1f} MiB "
        f"free; make room there, or make results a link to another disk, and start again."
    )


@contextmanager
def logged_to(path: str | Path) -> Iterator[None]:
    """Send the log and all output of this process, native libraries included, to `path`.

    A `UserError`, or a full disk, ends the process with status 1 and its sentence alone, in the log and on the
    terminal. Any other exception is a fault of the workflow and keeps its traceback.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A new file: an earlier job that is about to end may still write into the old one.
    path.unlink(missing_ok=True)
    terminal = os.fdopen(os.dup(2), "w")
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%Y-%m-%d %H:%M:%S"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    except (UserError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in FULL:
            raise
        sentence = describe_full_disk(error, path.parent) if isinstance(error, OSError) else error
        print(f"blastgrid: {sentence}", file=terminal, flush=True)
        log.error("error: %s", sentence)
        sys.exit(1)
    finally:
        log.removeHandler(handler)
        terminal.close()
