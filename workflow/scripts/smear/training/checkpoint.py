"""States to resume from: of this cell's interrupted training, and of the shorter runs of the same chain."""

import hashlib
import json
import os
from pathlib import Path

from smear.files import read_json, write_json
from smear.job import log
from smear.provenance import digest_file
from smear.training.state import Damaged, State, read_state, write_state


def digest_origin(origin: object) -> str:
    """SHA-256 of all that the epochs of a chain depend on, ready for JSON: the key of its states."""
    return hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()


class Checkpoint:
    """`checkpoint.npz` in the folder of a running cell, keyed by all that it depends on."""

    def __init__(self, folder: str | Path, key: str):
        """key: of the training, see `digest_origin`; a file with another key is not used."""
        self.path = Path(folder) / "checkpoint.npz"
        self.key = key

    def read(self) -> State | None:
        """The state to resume from; None, with a line in the log, where there is none or one of another training."""
        return read_usable(self.path, self.key)

    def write(self, state: State) -> None:
        write_state(state, self.path, self.key)

    def begin(self, path: Path | None, state: State | None) -> None:
        """Record, before the first checkpoint, the state of the shorter run that the training continues, if any."""
        cell = path and path.parent.name
        inputs = {str(path): digest_file(path)} if path else {}
        begun = {"continued_from": cell, "epoch": state.epoch if state else 0, "inputs": inputs}
        write_json(begun, self.path.with_name("begin.json"))

    def read_begin(self) -> dict:
        """What `begin` recorded for the training that the checkpoint belongs to; nothing where that is lost."""
        try:
            return read_json(self.path.with_name("begin.json"))
        except (OSError, ValueError):
            return {"continued_from": None, "epoch": 0, "inputs": {}}

    def become(self, path: Path) -> None:
        """Make the file one with that of the same state at `path` where links are possible, so that it takes no room.

        It stays until Snakemake has recorded the cell as complete: killed before that, it runs the job again.
        """
        link = self.path.with_name(".checkpoint.npz")
        try:
            link.unlink(missing_ok=True)
            os.link(path, link)
            link.replace(self.path)
        except OSError as error:
            log.info("%s stays a file of its own (%s)", self.path, error.strerror)


def read_usable(path: Path, key: str) -> State | None:
    """A state with that key; None, with a line in the log, where the file holds none. None where there is no file."""
    if not path.exists():
        return None
    try:
        state = read_state(path, key)
    except Damaged as error:
        log.warning("%s: it is not used", error)
        return None
    if state is None:
        log.warning("%s was made with other settings, data or code: it is not used", path)
    return state


def find_shorter(cells: Path, names: list[str], epochs: int, key: str) -> tuple[str, State] | None:
    """The first of these cells whose state can be continued, and the state: with that key, of fewer epochs.

    cells: the folder of the cells' folders.
    """
    for name in names:
        state = read_usable(cells / name / "state.npz", key)
        if state and state.epoch < epochs:
            return name, state
    return None
