"""Which part of a backbone is trained: all of it, none, or its last blocks."""

import re

import keras

from smear.training.architectures.registry import ARCHITECTURES


def list_blocks(backbone: keras.Model, architecture: str) -> list[list[keras.layers.Layer]]:
    """The layers of the stem, then those of each block of the paper, from pixels to features.

    A layer without a block's name, such as a transition, belongs to the block before it.
    """
    pattern = ARCHITECTURES[architecture].block
    if architecture == "InceptionV3":
        return list_inception_modules(backbone, pattern)
    blocks, names = [[]], []
    for layer in backbone.layers:
        found = re.match(pattern, layer.name)
        if found and found[1] not in names:
            names.append(found[1])
            blocks.append([])
        blocks[names.index(found[1]) + 1 if found else -1].append(layer)
    return blocks


def list_inception_modules(backbone: keras.Model, last: str) -> list[list[keras.layers.Layer]]:
    """The same where only a module's last layer has a name: what has none belongs to the module after it.

    The stem then is one with the first module, and an empty list stands in its place.
    """
    modules = [[]]
    for layer in backbone.layers:
        modules[-1].append(layer)
        if re.match(last, layer.name):
            modules.append([])
    return [[], *modules[:-1]]


def set_trainable(backbone: keras.Model, architecture: str, trainable: str | int) -> None:
    """Train a backbone's last `trainable` blocks and freeze the others; `all` freezes nothing, `head` everything.

    Keras runs frozen batch normalization in inference mode, whatever the mode of the model. A model that is compiled
    must be compiled anew.
    """
    blocks = list_blocks(backbone, architecture)
    count = {"all": len(blocks), "head": 0}.get(trainable, trainable)
    for place, block in enumerate(blocks):
        for layer in block:
            layer.trainable = place >= len(blocks) - count
