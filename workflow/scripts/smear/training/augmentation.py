"""Random changes of training images, of place and of color, as layers that XLA can compile on every backend."""

import math

import keras
from keras import ops

from smear.training.stain import RandomStain


def augmentation_layers(
    crop: float = 0,
    rotation: float = 0,
    flip: str = "none",
    shift: float = 0,
    brightness: float = 0,
    contrast: float = 0,
    stain: float = 0,
) -> list[keras.layers.Layer]:
    """Layers that act in training only; a strength of 0 (or flip `none`) leaves its part out.

    crop: the largest share of the side that is cut off, at any place, the rest being enlarged to the frame. rotation:
    the largest angle in degrees, to either side. flip: none, horizontal, vertical or both. shift: the largest
    displacement as a share of the side. brightness: the most that is added to all values or taken from them, as a share
    of 255. contrast: the largest relative change of the distance from each channel's mean. stain: the largest relative
    change of the amount of each stain. Each is drawn for every image on its own.
    """
    # One layer for each direction: of both together Keras 3.15 draws one number, and an image is turned or left alone.
    directions = {"none": [], "both": ["horizontal", "vertical"]}.get(flip, [flip])
    layers = [keras.layers.RandomFlip(direction) for direction in directions]
    if crop or rotation or shift:
        layers.append(RandomAffine(crop, rotation, shift))
    return layers + color_layers(brightness, contrast, stain)


def color_layers(brightness: float, contrast: float, stain: float) -> list[keras.layers.Layer]:
    """Layers for the colors, in the order of a photograph's making: stain, light, camera. Values stay in 0 to 255."""
    layers = []
    if stain:
        layers.append(RandomStain(stain))
    if brightness:
        layers.append(keras.layers.RandomBrightness(brightness, dtype="float32"))
    if contrast:
        # Of a single number Keras 3.15 takes the increase alone.
        layers.append(keras.layers.RandomContrast((contrast, contrast), dtype="float32"))
    # Keras' layers compute in the type of what they are given, where uint8 overflows.
    return [keras.layers.Rescaling(1.0, dtype="float32"), *layers] if layers else []


class RandomAffine(keras.layers.Layer):
    """Crops, rotates and shifts each image on its own, with one interpolation for all three.

    Keras' own layers interpolate once each, and none of them can be compiled by XLA, which leaves the whole step of a
    GPU uncompiled. See `augmentation_layers` for the strengths.
    """

    def __init__(self, crop: float, rotation: float, shift: float):
        super().__init__(trainable=False, dtype="float32")
        self.crop, self.rotation, self.shift = crop, rotation, shift
        self.generator = keras.random.SeedGenerator()

    def call(self, images, training=False):
        """images: (n, height, width, channels), of any type; returns the same shape, float32."""
        if not training:
            return ops.cast(images, "float32")
        number, height, width, _ = ops.shape(images)

        def draw(lowest, highest):
            return keras.random.uniform((number, 1, 1), lowest, highest, seed=self.generator)

        angle = draw(-math.radians(self.rotation), math.radians(self.rotation))
        cut = draw(0.0, self.crop)
        # The place of what is left after the crop, and the shift, both of the frame's center and in shares of the side.
        down = draw(-0.5, 0.5) * cut + draw(-self.shift, self.shift)
        right = draw(-0.5, 0.5) * cut + draw(-self.shift, self.shift)

        rows = ops.reshape(ops.arange(height, dtype="float32") - (height - 1) / 2, (1, height, 1))
        columns = ops.reshape(ops.arange(width, dtype="float32") - (width - 1) / 2, (1, 1, width))
        cosine, sine = (1 - cut) * ops.cos(angle), (1 - cut) * ops.sin(angle)
        return sample(
            images,
            (height - 1) / 2 + height * down + cosine * rows + sine * columns,
            (width - 1) / 2 + width * right - sine * rows + cosine * columns,
        )


def sample(images, rows, columns):
    """Images between their pixels, by bilinear interpolation.

    images: (n, height, width, channels). rows, columns: where to look in each, (n, h, w), in pixels from the center of
    the first one. Returns (n, h, w, channels), float32. What lies outside the frame is its mirror image, since black
    borders are no blood.
    """
    number, height, width, channels = ops.shape(images)
    top, bottom, below = neighbors(rows, height)
    left, right, beside = neighbors(columns, width)
    pixels = ops.reshape(images, (number * height * width, channels))
    first = ops.reshape(ops.arange(number, dtype="int32") * (height * width), (number, 1, 1))

    def look(row, column):
        return ops.cast(ops.take(pixels, first + row * width + column, axis=0), "float32")

    upper = look(top, left) * (1 - beside) + look(top, right) * beside
    lower = look(bottom, left) * (1 - beside) + look(bottom, right) * beside
    return upper * (1 - below) + lower * below


def neighbors(positions, size: int):
    """Before and after each position, (n, h, w), the nearest of `size` pixels, mirrored at the edges.

    Returns both as int32, and how far the position lies from the first to the second, 0 to 1, (n, h, w, 1).
    """
    # Edges lie half a pixel beyond the centers of the outermost pixels.
    folded = size - ops.abs(ops.mod(positions + 0.5, 2 * size) - size) - 0.5
    folded = ops.clip(folded, 0, size - 1)
    before = ops.floor(folded)
    after = ops.minimum(before + 1, size - 1)
    return ops.cast(before, "int32"), ops.cast(after, "int32"), ops.expand_dims(folded - before, -1)
