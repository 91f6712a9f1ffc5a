"""EfficientNet-Lite0: EfficientNet-B0 without squeeze-and-excitation, with ReLU6 in place of swish (Apache-2.0).

Source: TensorFlow's TPU models, `efficientnet/lite`. Stem and head keep their width, and layers have the names that
those of `keras.applications.EfficientNetB0` have. Differences: batch normalization with an epsilon of 1e-3, padding
inside the convolutions.
"""

import keras
from keras import layers

from smear.training.architectures.lite0_blocks import BLOCKS, STAGES, Stage

EPSILON = 1e-3
DROPPED = 0.2  # of the last block's residuals, whole images at a time; that of earlier blocks grows from 0 to it
HEAD = 1280


def connect(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """The features, (n, 1280), of RGB pixels of about -1 to 1, (n, size, size, 3), size 32 or more."""
    features = layers.Conv2D(32, 3, 2, padding="same", use_bias=False, name="stem_conv")(pixels)
    features = activate(normalize(features, "stem"), "stem")
    number = 0
    for stage in STAGES:
        for place in range(stage.blocks):
            shape = stage if place == 0 else stage._replace(stride=1)
            features = connect_block(features, shape, BLOCKS[number], DROPPED * number / len(BLOCKS))
            number += 1
    features = layers.Conv2D(HEAD, 1, use_bias=False, name="top_conv")(features)
    return layers.GlobalAveragePooling2D()(activate(normalize(features, "top"), "top"))


def connect_block(features: keras.KerasTensor, stage: Stage, name: str, dropped: float) -> keras.KerasTensor:
    """An inverted bottleneck: expansion, depthwise convolution, projection, and the residual where shapes agree."""
    start, channels = features, features.shape[-1]
    if stage.expansion > 1:
        features = layers.Conv2D(channels * stage.expansion, 1, use_bias=False, name=f"{name}_expand_conv")(features)
        features = activate(normalize(features, f"{name}_expand"), f"{name}_expand")
    features = layers.DepthwiseConv2D(
        stage.kernel, stage.stride, padding="same", use_bias=False, name=f"{name}_dwconv"
    )(features)
    features = activate(normalize(features, name), name)
    features = layers.Conv2D(stage.channels, 1, use_bias=False, name=f"{name}_project_conv")(features)
    features = normalize(features, f"{name}_project")
    if stage.stride > 1 or channels != stage.channels:
        return features
    if dropped:
        features = layers.Dropout(dropped, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(features)
    return layers.Add(name=f"{name}_add")([features, start])


def normalize(features: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_bn")(features)


def activate(features: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.ReLU(6, name=f"{name}_activation")(features)
