"""Four convolutions with batch normalization, 16 to 128 channels: for demonstrations, not from any paper."""

import keras
from keras import layers


def connect(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """The features, (n, 128), of pixels of -1 to 1, (n, size, size, 3)."""
    features = pixels
    for block, channels in enumerate((16, 32, 64, 128), start=1):
        features = layers.Conv2D(channels, 3, padding="same", use_bias=False, name=f"block{block}_conv")(features)
        features = layers.BatchNormalization(name=f"block{block}_bn")(features)
        features = layers.ReLU(name=f"block{block}_relu")(features)
        features = layers.MaxPooling2D(name=f"block{block}_pool")(features)
    return layers.GlobalAveragePooling2D()(features)
