"""Setting a network's weights from an npz file that has an array for each, under the path of its variable."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smear.files import BROKEN_ZIP
from smear.job import UserError

if TYPE_CHECKING:
    import keras


def load_arrays(model: "keras.Model", path: Path) -> None:
    """Set all weights of `model` from the file. Errors: a UserError where it is damaged or of another network."""
    variables = {variable.path: variable for variable in model.weights}
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (*BROKEN_ZIP, OSError) as error:
        raise UserError(f"{path} is damaged ({type(error).__name__}): delete it and call again.") from error
    wanted = {name: tuple(variable.shape) for name, variable in variables.items()}
    if wanted != {name: array.shape for name, array in arrays.items()}:
        raise UserError(f"{path} does not hold the weights of {model.name}: delete it and call again.")
    for name, variable in variables.items():
        variable.assign(arrays[name])
