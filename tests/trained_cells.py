"""What is left of trained cells, and who trains them while they are trained."""

import csv
import hashlib
from pathlib import Path


def read_outcome(folder: Path) -> dict:
    """All of a cell that must be the same however it was trained: figures, and the SHA-256 of the files."""
    with (folder / "history.csv").open(newline="") as file:
        history = [{key: row[key] for key in row if "second" not in key} for row in csv.DictReader(file)]
    names = ("state.npz", "model.keras", "validation_predictions.csv")
    return {"history": history} | {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def find_trainers(folder: Path) -> dict[int, dict[str, str]]:
    """The processes that train in a folder, by number, and the variables of their environments."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            if (process / "cwd").resolve() != folder or not any(word.endswith(b".train_cell.py") for word in words):
                continue
            entries = (process / "environ").read_bytes().decode().split("\0")
        except OSError:
            continue
        if b"python" in words[0]:
            found[int(process.name)] = {name: value for name, _, value in (entry.partition("=") for entry in entries)}
    return found
