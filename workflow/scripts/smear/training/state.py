"""Where a training stands after an epoch: all that the next one needs, and nothing else.

What is random depends on seed and epoch alone (`randomness.py`), so that a state holds no random numbers. Its
batch-normalisation statistics are the running ones, never those re-estimated for a validation.
"""

import json
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from smear.files import replacing


class State(NamedTuple):
    """Variables after the last row of `history`, in the order of `list_variables`."""

    history: list[dict]
    arrays: list[np.ndarray]

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
    arrays = {f"variable_{number}": array for number, array in enumerate(state.arrays)}
    with replacing(path) as temporary:
        np.savez(temporary, history=np.array(json.dumps(state.history)), key=np.array(key), **arrays)


def read_state(path: str | Path, key: str = "") -> State | None:
    """Read a state; None where it was written with another key."""
    with np.load(path) as file:
        if str(file["key"]) != key:
            return None
        count = len(file.files) - 2
        history = json.loads(str(file["history"]))
        return State(history, [file[f"variable_{number}"] for number in range(count)])
