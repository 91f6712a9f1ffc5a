"""The architectures that a grid may name. Keras is imported when one is built, so that listing them is quick."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import keras


class Architecture(NamedTuple):
    """`images_per_second` is measured training speed at 224 px on one CPU core, for estimates of time alone."""

    application: str | None
    images_per_second: float


ARCHITECTURES = {
    "EfficientNetB0": Architecture("EfficientNetB0", 6.0),
    "MobileNetV3Large": Architecture("MobileNetV3Large", 10.0),
    "SmallCNN": Architecture(None, 40.0),
}


def build_backbone(name: str, size: int, weights: str | None) -> "keras.Model":
    """A model from pixels 0 to 255, (size, size, 3), to one feature vector an image.

    weights: None for random ones, `imagenet` for Keras' published ones, which it takes from KERAS_HOME or downloads.
    """
    import keras

    application = ARCHITECTURES[name].application
    if application is None:
        return build_small_cnn(size)
    build = getattr(keras.applications, application)
    # Without a name of ours: Keras looks for the published weights under its own.
    return build(include_top=False, weights=weights, input_shape=(size, size, 3), pooling="avg")


def build_small_cnn(size: int) -> "keras.Model":
    """Four convolutions with batch normalisation, 16 to 128 channels: for demonstrations, not from any paper."""
    import keras

    pixels = keras.Input((size, size, 3))
    features = keras.layers.Rescaling(1 / 127.5, offset=-1.0)(pixels)
    for channels in (16, 32, 64, 128):
        features = keras.layers.Conv2D(channels, 3, padding="same", use_bias=False)(features)
        features = keras.layers.BatchNormalization()(features)
        features = keras.layers.ReLU()(features)
        features = keras.layers.MaxPooling2D()(features)
    return keras.Model(pixels, keras.layers.GlobalAveragePooling2D()(features), name="small_cnn")
