"""Random crop, rotation, flip and shift of training images, as Keras layers."""

import keras


def augmentation_layers(crop: float, rotation: float, flip: str, shift: float) -> list[keras.layers.Layer]:
    """Layers that act in training only; a strength of 0 (or flip `none`) leaves its layer out.

    crop: the largest share of the side that is cut off, the rest being enlarged to the frame. rotation: the largest
    angle in degrees, to either side. flip: none, horizontal, vertical or both. shift: the largest displacement as a
    share of the side. What comes in from outside the frame is its mirror image, since black borders are no blood.
    """
    layers = []
    if flip != "none":
        layers.append(keras.layers.RandomFlip("horizontal_and_vertical" if flip == "both" else flip))
    if rotation:
        layers.append(keras.layers.RandomRotation(rotation / 360, fill_mode="reflect"))
    if shift:
        layers.append(keras.layers.RandomTranslation(shift, shift, fill_mode="reflect"))
    if crop:
        layers.append(keras.layers.RandomZoom((-crop, 0.0), fill_mode="reflect"))
    return layers
