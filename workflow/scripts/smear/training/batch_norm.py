"""Batch-norm recalibration: batch-normalization statistics at fixed weights ("precise BN").

In a short training the running statistics lag behind the weights, and validation accuracy swings with them. Statistics
computed anew from training images (precise BN: Wu and Johnson 2021, arXiv 2105.07576) cure that.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import numpy as np

from smear.training.feed import Feed, count_batches

EVEN = 1 - 2**-13  # a momentum, exact in 32 bits, at which the weights of 100 batches differ by 1 %


def batch_norm_layers(model: keras.Model) -> Iterator[keras.layers.BatchNormalization]:
    """Yield the batch-normalization layers of a model and of the models inside it, but for the frozen ones.

    A frozen layer keeps its statistics in training, so that there is nothing to recalibrate.
    """
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            if layer.trainable:
                yield layer
        elif isinstance(layer, keras.Model):
            yield from batch_norm_layers(layer)


def get_statistics(model: keras.Model) -> list[tuple[np.ndarray, np.ndarray]]:
    """Copy the running mean and variance of every batch-normalization layer."""
    copy = keras.ops.convert_to_numpy
    return [(copy(layer.moving_mean), copy(layer.moving_variance)) for layer in batch_norm_layers(model)]


def set_statistics(model: keras.Model, statistics: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Restore what `get_statistics` copied."""
    for layer, (mean, variance) in zip(batch_norm_layers(model), statistics, strict=True):
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)


class TrainingMode(keras.Model):
    """Runs `model` in training mode whatever its caller says, since `predict` says otherwise, on a feed's images."""

    def __init__(self, model: keras.Model, feed: Feed):
        super().__init__()
        self.model = model
        self.feed = feed
        self.input_layers = feed.input_layers

    def call(self, inputs, training=None):
        for layer in self.input_layers:
            inputs = layer(inputs)
        return self.model(inputs, training=True)


def recalibrate(
    forward: TrainingMode,
    rows: np.ndarray,
    batch_size: int,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    momentum: float = EVEN,
) -> None:
    """Replace the running statistics inside `forward` by the mean of those of batches of its feed, weights fixed.

    Each forward pass blends a batch's statistics into the running ones. Begun from zero, with EVEN for momentum m, and
    divided by 1 - m^passes in the end, they are the batches' mean, free of any starting value. The layer's own
    momentum would weigh the last batches most: at 0.9, as in EfficientNetV2, the last ten.

    The images are not augmented: the model is used on images as they are, and augmentation smooths them (it
    interpolates), which leaves too small a variance behind.
    """
    model = forward.model
    set_statistics(model, [(np.zeros_like(mean), np.zeros_like(variance)) for mean, variance in get_statistics(model)])
    with momentum_of(model, momentum):
        forward.predict(forward.feed.batches(rows, batch_size), verbose=0, callbacks=list(callbacks))
    share = 1 - momentum ** count_batches(len(rows), batch_size)
    set_statistics(model, [(mean / share, variance / share) for mean, variance in get_statistics(model)])


@contextmanager
def momentum_of(model: keras.Model, momentum: float) -> Iterator[None]:
    """Give the batch-normalization layers this momentum inside the block; it stays in what is compiled there."""
    layers = list(batch_norm_layers(model))
    own = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = momentum
    try:
        yield
    finally:
        for layer, before in zip(layers, own, strict=True):
            layer.momentum = before
