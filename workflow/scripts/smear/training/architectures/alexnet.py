"""AlexNet: Krizhevsky, Sutskever and Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks"."""

import keras
from keras import layers

from smear.training.architectures.response_norm import local_response_norm

PUBLISHED_SIZES = (224, 227)


def connect(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """The features, (n, 4096), of centered RGB pixels, (n, size, size, 3), size 64 or more.

    Groups of two, local response normalization, overlapping pooling, dropout, and the initial weights are the paper's.
    At 224 and 227 px the first fully connected layer sees all 6 x 6 positions, as published. At other sizes it sees
    their mean: a layer for every number of positions would have up to a thousand million weights.
    """
    size = pixels.shape[1]
    features = pixels
    if size != 227:
        # The paper says 224 px and maps of 55, which takes a border of three.
        features = layers.ZeroPadding2D(((1, 2), (1, 2)), name="conv1_pad")(features)
    features = convolution(96, 11, strides=4, padding="valid", name="conv1")(features)
    features = layers.MaxPooling2D(3, 2, name="conv1_pool")(local_response_norm(features))
    features = two_convolutions(256, 5, "conv2", features)
    features = layers.MaxPooling2D(3, 2, name="conv2_pool")(local_response_norm(features))
    features = convolution(384, 3, name="conv3")(features)
    features = two_convolutions(384, 3, "conv4", features)
    features = two_convolutions(256, 3, "conv5", features)
    features = layers.MaxPooling2D(3, 2, name="conv5_pool")(features)
    flatten = layers.Flatten if size in PUBLISHED_SIZES else layers.GlobalAveragePooling2D
    features = flatten(name="fc6_input")(features)
    for name in ("fc6", "fc7"):
        features = layers.Dense(4096, activation="relu", name=name, **start(bias=1))(features)
        features = layers.Dropout(0.5, name=f"{name}_dropout")(features)
    return features


def two_convolutions(channels: int, width: int, name: str, features: keras.KerasTensor) -> keras.KerasTensor:
    """A convolution in two groups, as on the paper's two GPUs, each seeing half of the maps.

    `groups=2` would be the same; on a CPU TensorFlow runs that through XLA, almost three times slower.
    """
    halves = keras.ops.split(features, 2, axis=-1)
    convolved = [
        convolution(channels // 2, width, bias=1, name=f"{name}_{half}")(maps)
        for half, maps in zip(("first", "second"), halves, strict=True)
    ]
    return layers.Concatenate(name=name)(convolved)


def convolution(channels: int, width: int, bias: float = 0, padding: str = "same", **options) -> layers.Conv2D:
    """A convolution with rectifier."""
    return layers.Conv2D(channels, width, padding=padding, activation="relu", **start(bias), **options)


def start(bias: float) -> dict:
    """The initial weights of section 5."""
    return {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.01),
        "bias_initializer": keras.initializers.Constant(bias),
    }
