"""Where a training stands after an epoch: all that the next one needs, and nothing else.

What is random depends on seed and epoch alone (`randomness.py`), so that a state holds no random numbers. Its
batch-normalisation statistics are the running ones, never those re-estimated for a validation. At the end of a phase it
holds that phase's optimizer, which the next one does not take over.
"""

import json
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from smear.files import replacing


class Best(NamedTuple):
    """The epoch of lowest validation loss, kept where a cell may stop early.

    arrays: the classifier's variables as they were validated, re-estimated statistics included. probabilities: of the
    validation images then, (images, classes).
    """

    epoch: int
    arrays: list[np.ndarray]
    probabilities: np.ndarray


class State(NamedTuple):
    """Variables after the last row of `history`, in the order of `list_variables`."""

    history: list[dict]
    arrays: list[np.ndarray]
    best: Best | None = None

    @property
    def epoch(self) -> int:
        return len(self.history)


def list_variables(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> list[keras.Variable]:
    """What training changes: the classifier's variables and the optimizer's."""
    return [*model.variables, *optimizer.variables]


def get_arrays(variables: list[keras.Variable]) -> list[np.ndarray]:
    """Copies of the variables' values."""
    return [np.array(keras.ops.convert_to_numpy(variable.value)) for variable in variables]


def set_arrays(variables: list[keras.Variable], arrays: list[np.ndarray]) -> None:
    """Put values back. Raises ValueError where they are those of another model."""
    shapes, wanted = [array.shape for array in arrays], [tuple(variable.shape) for variable in variables]
    if shapes != wanted:
        raise ValueError(f"{len(shapes)} variables of another model than this one with {len(wanted)}")
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def write_state(state: State, path: str | Path, key: str = "") -> None:
    """Write a state, whole or not at all, as arrays and JSON in one npz file."""
    arrays = number_arrays("variable", state.arrays)
    if state.best:
        arrays |= number_arrays("best", state.best.arrays) | {"probabilities": state.best.probabilities}
    notes = {"history": state.history, "best_epoch": state.best.epoch if state.best else None}
    with replacing(path) as temporary:
        np.savez(temporary, notes=np.array(json.dumps(notes)), key=np.array(key), **arrays)


def number_arrays(name: str, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Names for the arrays of a list in a file."""
    return {f"{name}_{number}": array for number, array in enumerate(arrays)}


def list_arrays(name: str, file: np.lib.npyio.NpzFile) -> list[np.ndarray]:
    """What `number_arrays` gave names to."""
    return [file[f"{name}_{number}"] for number in range(sum(each.startswith(f"{name}_") for each in file.files))]


def read_state(path: str | Path, key: str = "") -> State | None:
    """Read a state; None where it was written with another key."""
    with np.load(path) as file:
        if str(file["key"]) != key:
            return None
        notes, best = json.loads(str(file["notes"])), None
        if notes["best_epoch"] is not None:
            best = Best(notes["best_epoch"], list_arrays("best", file), file["probabilities"])
        return State(notes["history"], list_arrays("variable", file), best)
