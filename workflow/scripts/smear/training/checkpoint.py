"""The last finished epoch of a training that is under way, so that one which is stopped goes on from there."""

import hashlib
import json
import zipfile
from pathlib import Path

from smear.job import log
from smear.training.state import State, read_state, write_state


class Checkpoint:
    """`checkpoint.npz` in the folder of a running cell, keyed by all that it depends on."""

    def __init__(self, folder: str | Path, origin: object):
        """origin: whatever the training is made from, ready for JSON; with another origin the file is not used."""
        self.path = Path(folder) / "checkpoint.npz"
        self.key = hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()

    def read(self) -> State | None:
        """The state to go on from; None, with a line in the log, where there is none or one of another training."""
        if not self.path.exists():
            return None
        try:
            state = read_state(self.path, self.key)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("%s is unreadable (%s): the training begins anew", self.path, type(error).__name__)
            return None
        if state is None:
            log.warning("%s was made with other settings, data or code: the training begins anew", self.path)
        return state

    def write(self, state: State) -> None:
        write_state(state, self.path, self.key)
