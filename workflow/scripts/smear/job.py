"""What every script's main does around its work: a log file, and one sentence for a user's mistake."""

import errno
import logging
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger("blastgrid")

MIB = 1 << 20  # bytes
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


SHOWN = 3  # names in a message
MOST_FAULTS = 10
LONGEST_NAME = 48  # letters of a name in a list
LONGEST_LIST = 100  # letters of the names of a list


class UserError(Exception):
    """Something that the user can mend: the message says in one sentence what is wrong and what to do.

    remedies: what the message offers, as data: a piece of configuration (a dict to be merged into it) or a command (a
    text); each of them alone removes the fault.
    """

    def __init__(self, message: str, remedies: Iterable[dict | str] = ()):
        super().__init__(message)
        self.remedies = list(remedies)


class Fault(str):
    """The sentence for one fault of several, with its remedies beside it as in a `UserError`."""

    remedies: tuple[dict | str, ...] = ()

    def __new__(cls, text: str, *remedies: dict | str) -> "Fault":
        fault = super().__new__(cls, text)
        fault.remedies = remedies
        return fault


def join_faults(title: str, faults: Iterable[str]) -> UserError:
    """One error for several faults: the first ten, and how many more there are."""
    faults = list(faults)
    lines = [f"  - {fault}" for fault in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        lines.append(f"  and {len(faults) - MOST_FAULTS} more")
    remedies = [remedy for fault in faults for remedy in getattr(fault, "remedies", ())]
    return UserError("\n".join([title, *lines]), remedies)


def list_some(names: Iterable[object], shown: int = SHOWN) -> str:
    """The first of some names, and how many more there are: `a, b, c and 57 more`. Of long names there are fewer."""
    names = list(names)
    texts = [show_name(name) for name in names[:shown]]
    while len(texts) > 1 and sum(map(len, texts)) > LONGEST_LIST:
        texts.pop()
    more = f" and {len(names) - len(texts)} more" if len(names) > len(texts) else ""
    return ", ".join(texts) + more


def show_name(name: object, longest: int = LONGEST_NAME) -> str:
    """A name or path as it can be printed: what is not text is escaped, and of a long one the middle left out."""
    text = str(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    text = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
    return text if len(text) <= longest else f"{text[: longest // 2]}…{text[-(longest // 2 - 1) :]}"


def show_path(path: object) -> str:
    """A path in a message, of which more is shown than of a name in a list."""
    return show_name(path, 160)


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
