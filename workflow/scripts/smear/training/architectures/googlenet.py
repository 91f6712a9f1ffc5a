"""GoogLeNet, the first Inception: Szegedy et al. 2014, "Going Deeper with Convolutions", arXiv 1409.4842, table 1."""

import keras
from keras import layers

from smear.training.architectures.response_norm import local_response_norm

# Channels of 1x1, of 3x3 after their reduction, of 5x5 after theirs, and of the projection behind the pooling.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def connect(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """The features, (n, 1024), of centered RGB pixels, (n, size, size, 3), size 32 or more.

    As published: no batch normalization, local response normalization twice, 40 % dropout at the end. The two auxiliary
    classifiers are left out; the paper has them in training alone, and finds them worth half a percent.
    """
    features = convolution(64, 7, strides=2, name="conv1")(pixels)
    features = layers.MaxPooling2D(3, 2, padding="same", name="conv1_pool")(features)
    features = convolution(64, 1, name="conv2_reduce")(local_response_norm(features))
    features = convolution(192, 3, name="conv2")(features)
    features = local_response_norm(features)
    features = layers.MaxPooling2D(3, 2, padding="same", name="conv2_pool")(features)
    for name, channels in MODULES.items():
        features = inception(features, channels, f"inception{name}")
        if name in ("3b", "4e"):
            features = layers.MaxPooling2D(3, 2, padding="same", name=f"inception{name}_down")(features)
    features = layers.GlobalAveragePooling2D()(features)
    return layers.Dropout(0.4)(features)


def inception(features: keras.KerasTensor, channels: tuple, name: str) -> keras.KerasTensor:
    """Four branches of one map side by side, (n, h, w, sum of their channels)."""
    ones, reduce3, threes, reduce5, fives, projection = channels
    pooled = layers.MaxPooling2D(3, 1, padding="same", name=f"{name}_pool")(features)
    branches = [
        convolution(ones, 1, name=f"{name}_1x1")(features),
        convolution(threes, 3, name=f"{name}_3x3")(convolution(reduce3, 1, name=f"{name}_3x3_reduce")(features)),
        convolution(fives, 5, name=f"{name}_5x5")(convolution(reduce5, 1, name=f"{name}_5x5_reduce")(features)),
        convolution(projection, 1, name=f"{name}_projection")(pooled),
    ]
    return layers.Concatenate(name=f"{name}_concat")(branches)


def convolution(channels: int, width: int, **options) -> layers.Conv2D:
    """A convolution with rectifier; the paper names no initial weights, these are those of Caffe's replica."""
    return layers.Conv2D(
        channels,
        width,
        padding="same",
        activation="relu",
        kernel_initializer="glorot_uniform",
        bias_initializer=keras.initializers.Constant(0.2),
        **options,
    )
