"""Re-estimation of batch-normalisation statistics at fixed weights.

In a short training the running statistics lag behind the weights, and validation accuracy swings with them. Statistics
taken afresh from training images ("precise" batch normalisation: Wu and Johnson 2021, arXiv 2105.07576) cure that.
"""

from collections.abc import Iterator, Sequence

import keras
import numpy as np

from smear.training.feed import Feed, count_batches


def batch_norm_layers(model: keras.Model) -> Iterator[keras.layers.BatchNormalization]:
    """Yield the batch-normalisation layers of a model and of the models inside it, but for the frozen ones.

    A frozen layer keeps its statistics in training, so that there is nothing to re-estimate.
    """
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            if layer.trainable:
                yield layer
        elif isinstance(layer, keras.Model):
            yield from batch_norm_layers(layer)


def get_statistics(model: keras.Model) -> list[tuple[np.ndarray, np.ndarray]]:
    """Copy the running mean and variance of every batch-normalisation layer."""
    copy = keras.ops.convert_to_numpy
    return [(copy(layer.moving_mean), copy(layer.moving_variance)) for layer in batch_norm_layers(model)]


def set_statistics(model: keras.Model, statistics: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Put back what `get_statistics` copied."""
    for layer, (mean, variance) in zip(batch_norm_layers(model), statistics, strict=True):
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)


class TrainingMode(keras.Model):
    """Runs `model` in training mode whatever its caller says, since `predict` says otherwise, on a feed's images."""

    def __init__(self, model: keras.Model, feed: Feed):
        super().__init__()
        self.model = model
        self.feed = feed
        self.front = feed.front

    def call(self, inputs, training=None):
        for layer in self.front:
            inputs = layer(inputs)
        return self.model(inputs, training=True)


def reestimate(
    forward: TrainingMode, rows: np.ndarray, batch_size: int, callbacks: Sequence[keras.callbacks.Callback] = ()
) -> None:
    """Replace the running statistics inside `forward` by a weighted mean over images of its feed, weights fixed.

    Each forward pass blends a batch's statistics into the running ones with the layer's momentum m; begun from zero and
    divided by 1 - m^passes in the end, that is a weighted mean of the batches' own, free of any starting value.

    The images are not augmented: the model is used on images as they are, and augmentation smooths them (it
    interpolates), which leaves too small a variance behind.
    """
    model = forward.model
    set_statistics(model, [(np.zeros_like(mean), np.zeros_like(variance)) for mean, variance in get_statistics(model)])
    forward.predict(forward.feed.batches(rows, batch_size), verbose=0, callbacks=list(callbacks))
    for layer in batch_norm_layers(model):
        share = 1 - layer.momentum ** count_batches(len(rows), batch_size)
        layer.moving_mean.assign(layer.moving_mean / share)
        layer.moving_variance.assign(layer.moving_variance / share)
