"""The first import of Keras in a process, on the wanted backend."""

import os
import sys
from pathlib import Path

# Keras imports these where they are installed, for functions that nothing here calls: a third of its time to start.
UNUSED = ("sklearn", "matplotlib")


def start_keras(backend: str, weights: str | None = None) -> None:
    """Import Keras on `backend`, without optional packages that it would load beside it.

    They can be imported as usual afterwards, as the final test does with scikit-learn. weights: the file of published
    weights that will be asked for, if any, in a folder `models`.
    """
    os.environ["KERAS_BACKEND"] = backend
    if weights:
        # Keras looks for its published weights in `models` of this folder, and checks them, before it would download.
        os.environ["KERAS_HOME"] = str(Path(weights).absolute().parents[1])
    hidden = [name for name in UNUSED if name not in sys.modules]
    # An import of a module that is None fails like one of a package that is not installed.
    sys.modules.update(dict.fromkeys(hidden))
    try:
        import keras  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]
