"""Building an architecture of the registry without its classifier. Keras is imported when one is built."""

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from smear.training.architectures.registry import ARCHITECTURES

if TYPE_CHECKING:
    import keras


def build_backbone(name: str, size: int, weights: str | None) -> "keras.Model":
    """A model from pixels 0 to 255, (size, size, 3), to one feature vector an image.

    weights: None for random ones, `imagenet` for the published ones, from `models` in the folder KERAS_HOME. Those of
    Keras' own architectures are downloaded to it where they are not there.
    """
    import keras

    from smear.training.architectures.array_file import load_arrays
    from smear.training.architectures.preprocessing import preprocess

    architecture = ARCHITECTURES[name]
    pixels = keras.Input((size, size, 3))
    prepared = preprocess(pixels, architecture.preprocessing)
    if module := architecture.module:
        # By its name, so that a grid cell is trained again for a change of its own architecture's module alone: the
        # rule adds that module to the digest of the code.
        connect = import_module(f"smear.training.architectures.{module}").connect
        model = keras.Model(pixels, connect(prepared), name=name.lower())
        if weights == "imagenet":
            load_arrays(model, Path(os.environ["KERAS_HOME"]) / "models" / architecture.published.file_name)
        return model
    # Without a name of ours: Keras looks for the published weights under its own. Without `input_shape`: the MobileNets
    # then take the weights for 224 px, whose file is the one that is fetched, at every size.
    return getattr(keras.applications, name)(include_top=False, weights=weights, input_tensor=prepared, pooling="avg")
