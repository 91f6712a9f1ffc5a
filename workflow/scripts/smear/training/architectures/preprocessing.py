"""What is done to pixels of 0 to 255 inside a model, made of Keras' own parts: a saved model needs no code of ours."""

import keras

# Means and standard deviations of ImageNet, red, green and blue, as in `keras.applications.imagenet_utils`.
MEAN = (123.68, 116.779, 103.939)
MEAN_OF_ONE = (0.485, 0.456, 0.406)
DEVIATION_OF_ONE = (0.229, 0.224, 0.225)


def preprocess(pixels: keras.KerasTensor, mode: str | None) -> keras.KerasTensor:
    """Apply one of the modes of `keras.applications.imagenet_utils.preprocess_input`, or a mode of our own.

    pixels: RGB, 0 to 255, (n, height, width, 3).
    mode: `tf`, -1 to 1; `caffe`, BGR less the mean; `torch`, standardized; `mean` (ours), RGB less the mean; `lite`
    (ours), (x - 127) / 128; None leaves them as they are.
    """
    match mode:
        case None:
            return pixels
        case "tf":
            return keras.layers.Rescaling(1 / 127.5, offset=-1.0)(pixels)
        case "caffe":
            bgr = keras.ops.flip(pixels, axis=-1)
            return keras.layers.Rescaling(1.0, offset=[-mean for mean in reversed(MEAN)])(bgr)
        case "torch":
            scale = [1 / (255 * deviation) for deviation in DEVIATION_OF_ONE]
            offset = [-mean / deviation for mean, deviation in zip(MEAN_OF_ONE, DEVIATION_OF_ONE, strict=True)]
            return keras.layers.Rescaling(scale, offset=offset)(pixels)
        case "mean":
            return keras.layers.Rescaling(1.0, offset=[-mean for mean in MEAN])(pixels)
        case "lite":
            return keras.layers.Rescaling(1 / 128, offset=-127 / 128)(pixels)
        case _:
            raise ValueError(mode)
