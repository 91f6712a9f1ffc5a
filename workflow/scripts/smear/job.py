"""What every script's main does around its work: a log file, and one sentence for a user's mistake."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger("blastgrid")


class UserError(Exception):
    """Something that the user can mend: the message says in one sentence what is wrong and what to do."""


@contextmanager
def logged_to(path: str | Path) -> Iterator[None]:
    """Send the log and all output of this process, native libraries included, to `path`.

    A `UserError` ends the process with status 1 and its sentence alone, in the log and on the terminal. Any other
    exception is a fault of the workflow and keeps its traceback.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
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
    except UserError as error:
        log.error("%s", error)
        print(f"blastgrid: {error}", file=terminal, flush=True)
        sys.exit(1)
    finally:
        log.removeHandler(handler)
        terminal.close()
