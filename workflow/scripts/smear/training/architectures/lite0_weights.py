"""The published weights of EfficientNet-Lite0, under the names that our layers have. Needs no Keras."""

import re

import numpy as np

from smear.training.architectures.lite0_blocks import BLOCKS

BATCH_NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
"""Names of batch normalization in the published file and in Keras."""

BLOCK = re.compile(r"_blocks\.(\d+)\._(\w+)\.(\w+)")
OUTSIDE = {"_conv_stem": "stem_conv", "_bn0": "stem_bn", "_conv_head": "top_conv", "_bn1": "top_bn"}
INSIDE = {
    "expand_conv": "expand_conv",
    "bn0": "expand_bn",
    "depthwise_conv": "dwconv",
    "bn1": "bn",
    "project_conv": "project_conv",
    "bn2": "project_bn",
}


def convert(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of the published file by the paths of our variables, in Keras' layout, without the classifier.

    A convolution's kernel goes from (out, in, height, width) to (height, width, in, out), a depthwise one's from
    (channels, 1, height, width) to (height, width, channels, 1).
    """
    converted = {}
    for name, array in arrays.items():
        layer, kind = name_layer(name)
        if layer is None or kind == "num_batches_tracked":
            continue
        if array.ndim == 4:
            order = (2, 3, 0, 1) if layer.endswith("dwconv") else (2, 3, 1, 0)
            converted[f"{layer}/kernel"] = np.ascontiguousarray(array.transpose(order))
        else:
            converted[f"{layer}/{BATCH_NORM[kind]}"] = array
    return converted


def name_layer(name: str) -> tuple[str | None, str]:
    """Our layer of an array of the published file, None for the classifier's, and what of the layer it is."""
    if found := BLOCK.fullmatch(name):
        return f"{BLOCKS[int(found[1])]}_{INSIDE[found[2]]}", found[3]
    layer, _, kind = name.rpartition(".")
    return OUTSIDE.get(layer), kind
