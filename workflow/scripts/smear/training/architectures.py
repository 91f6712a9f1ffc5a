"""The architectures that a grid may name. Keras is imported when one is built, so that listing them is quick."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import keras

MBCONV = r"(block\d+[a-z])_"
INVERTED_RESIDUAL = r"(expanded_conv(?:_\d+)?|block_\d+)_"


class Architecture(NamedTuple):
    """What must be known of an architecture before, and while, it is built.

    preprocessing: a name in `preprocessing.py`, or None where Keras rescales inside the model.
    block: a pattern at the start of layers' names, whose group tells the blocks of the paper apart.
    blocks: how many there are, counting neither stem nor head.
    smallest: the least side of the images in pixels.
    from_keras: whether `keras.applications` has it, with ImageNet weights, under the same name.
    """

    preprocessing: str | None
    block: str
    blocks: int
    smallest: int = 32
    from_keras: bool = True


ARCHITECTURES = {
    "EfficientNetB0": Architecture(None, MBCONV, 16),
    "EfficientNetB1": Architecture(None, MBCONV, 23),
    "EfficientNetB2": Architecture(None, MBCONV, 23),
    "EfficientNetB3": Architecture(None, MBCONV, 26),
    "EfficientNetB4": Architecture(None, MBCONV, 32),
    "EfficientNetB5": Architecture(None, MBCONV, 39),
    "EfficientNetB6": Architecture(None, MBCONV, 45),
    "EfficientNetB7": Architecture(None, MBCONV, 55),
    "EfficientNetV2B0": Architecture(None, MBCONV, 21),
    "EfficientNetV2B1": Architecture(None, MBCONV, 27),
    "EfficientNetV2B2": Architecture(None, MBCONV, 28),
    "EfficientNetV2B3": Architecture(None, MBCONV, 32),
    "EfficientNetV2S": Architecture(None, MBCONV, 40),
    "EfficientNetV2M": Architecture(None, MBCONV, 57),
    "EfficientNetV2L": Architecture(None, MBCONV, 79),
    "MobileNetV3Large": Architecture(None, INVERTED_RESIDUAL, 15),
    "MobileNetV3Small": Architecture(None, INVERTED_RESIDUAL, 11),
    "MobileNet": Architecture("tf", r"conv_(?:dw|pw|pad)_(\d+)", 13),
    "MobileNetV2": Architecture("tf", INVERTED_RESIDUAL, 17),
    "ResNet50": Architecture("caffe", r"(conv\d_block\d+)_", 16),
    "VGG16": Architecture("caffe", r"(block\d)_", 5),
    "VGG19": Architecture("caffe", r"(block\d)_", 5),
    # The concatenations that end its modules are all that has a name.
    "InceptionV3": Architecture("tf", r"(mixed\d+)$", 11, smallest=75),
    "DenseNet201": Architecture("torch", r"(conv\d)_block", 4),
    "AlexNet": Architecture("mean", r"(conv\d|fc\d)", 7, smallest=64, from_keras=False),
    "GoogLeNet": Architecture("mean", r"(inception\d[a-e])", 9, from_keras=False),
    "SmallCNN": Architecture("tf", r"(block\d)_", 4, smallest=16, from_keras=False),
}


def build_backbone(name: str, size: int, weights: str | None) -> "keras.Model":
    """A model from pixels 0 to 255, (size, size, 3), to one feature vector an image.

    weights: None for random ones, `imagenet` for Keras' published ones, which it takes from KERAS_HOME or downloads.
    """
    import keras

    from smear.training.alexnet import connect_alexnet
    from smear.training.googlenet import connect_googlenet
    from smear.training.preprocessing import preprocess
    from smear.training.small_cnn import connect_small_cnn

    pixels = keras.Input((size, size, 3))
    prepared = preprocess(pixels, ARCHITECTURES[name].preprocessing)
    if not ARCHITECTURES[name].from_keras:
        connect = {"AlexNet": connect_alexnet, "GoogLeNet": connect_googlenet, "SmallCNN": connect_small_cnn}[name]
        return keras.Model(pixels, connect(prepared), name=name.lower())
    # Without a name of ours: Keras looks for the published weights under its own. Without `input_shape`: the MobileNets
    # then take the weights for 224 px, whose file is the one that is fetched, at every size.
    return getattr(keras.applications, name)(include_top=False, weights=weights, input_tensor=prepared, pooling="avg")
