"""Where a training stands after an epoch: all that the next one needs, and nothing else.

What is random depends on seed and epoch alone (`randomness.py`), so that a state holds no random numbers. Its
batch-normalization statistics are the running ones, never those recalibrated for a validation. At the end of a phase it
holds that phase's optimizer, which the next one does not take over.

A file of a state has the same bytes for the same training: wall times lie in a file of their own beside it.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from smear.files import BROKEN_ZIP, atomic_write, read_json, write_json
from smear.training.maker import add_epoch

TIMES = ("seconds", "images_per_second")
# What numpy raises for files that are cut, empty, changed or of another kind.
UNREADABLE = (*BROKEN_ZIP, OSError, KeyError, TypeError, AttributeError)


class Damaged(Exception):  # noqa: N818
    """A file that holds no whole state."""


class Best(NamedTuple):
    """The epoch of lowest validation loss, kept where a cell may stop early.

    arrays: the classifier's variables as they were validated, recalibrated statistics included. probabilities: of the
    validation images then, (images, classes).
    """

    epoch: int
    arrays: list[np.ndarray]
    probabilities: np.ndarray


class State(NamedTuple):
    """Variables after the last row of `history`, in the order of `list_variables`.

    made_by: what has computed the epochs, see `maker.add_epoch`.
    """

    history: list[dict]
    arrays: list[np.ndarray]
    best: Best | None = None
    made_by: Sequence[dict] = ()

    @property
    def epoch(self) -> int:
        return len(self.history)

    def follow(self, row: dict, arrays: list[np.ndarray], best: Best | None, maker: dict) -> "State":
        """The state after one more epoch."""
        return State([*self.history, row], arrays, best, add_epoch(self.made_by, maker))


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


def name_times(path: str | Path) -> Path:
    """The file of a state's wall times, beside the state."""
    return Path(path).with_suffix(".times.json")


def write_state(state: State, path: str | Path, key: str = "") -> None:
    """Write a state, whole or not at all, as arrays and JSON in one npz file, and its wall times beside it.

    The times come first: those of an epoch too many do no harm.
    """
    times = [{name: row.get(name, math.nan) for name in TIMES} for row in state.history]
    known = [{name: value for name, value in row.items() if math.isfinite(value)} for row in times]
    write_json({"times": known}, name_times(path))
    arrays = number_arrays("variable", state.arrays)
    if state.best:
        arrays |= number_arrays("best", state.best.arrays) | {"probabilities": state.best.probabilities}
    history = [{name: value for name, value in row.items() if name not in TIMES} for row in state.history]
    notes = {
        "history": history,
        "variables": len(state.arrays),
        "best": {"epoch": state.best.epoch, "variables": len(state.best.arrays)} if state.best else None,
        "made_by": list(state.made_by),
    }
    with atomic_write(path) as temporary:
        np.savez(temporary, notes=np.array(json.dumps(notes)), key=np.array(key), **arrays)


def number_arrays(name: str, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Names for the arrays of a list in a file."""
    return {f"{name}_{number}": array for number, array in enumerate(arrays)}


def list_arrays(name: str, count: int, file: np.lib.npyio.NpzFile) -> list[np.ndarray]:
    """What `number_arrays` gave names to. Raises KeyError where one is missing: the names in a file may be damaged."""
    return [file[f"{name}_{number}"] for number in range(count)]


def read_state(path: str | Path, key: str = "") -> State | None:
    """Read a state; None where it was written with another key. Raises Damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["key"]) != key:
                return None
            notes = json.loads(str(file["notes"]))
            arrays, best = list_arrays("variable", notes["variables"], file), notes["best"]
            if best:
                best = Best(best["epoch"], list_arrays("best", best["variables"], file), file["probabilities"])
    except UNREADABLE as error:
        raise Damaged(f"{path} is damaged ({type(error).__name__})") from error
    history = [
        row | times for row, times in zip(notes["history"], read_times(path, len(notes["history"])), strict=True)
    ]
    return State(history, arrays, best, notes["made_by"])


def read_times(path: str | Path, epochs: int) -> list[dict]:
    """The wall times of a state's epochs; NaN where the file, which decides nothing, is missing or damaged."""
    unknown = dict.fromkeys(TIMES, math.nan)
    try:
        times = [unknown | {name: float(row[name]) for name in row} for row in read_json(name_times(path))["times"]]
    except (OSError, ValueError, KeyError, TypeError):
        times = []
    return [*times[:epochs], *[unknown] * (epochs - len(times))]
