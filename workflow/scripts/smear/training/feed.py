"""How images come to the network: from the device's own memory, or streamed from files in constant memory."""

import math
from collections.abc import Sequence

import keras
import numpy as np

from smear.training.device import stream

SHARE = 0.25  # of the device's memory that resident images may take


class Batches(keras.utils.PyDataset):
    """One pass over some rows: batches of (inputs, labels), all of one size.

    The last batch is filled up with the first rows again: XLA would compile a second program for the rest of an epoch,
    and batch normalization would take its statistics from a few images.

    inputs: what a row stands for, (n, …), usually images in a file or the row numbers themselves. labels: integers,
    (n,). rows: which to take, in turn; a row may be missing or appear twice.
    """

    def __init__(self, inputs: np.ndarray, labels: np.ndarray, batch_size: int, rows: np.ndarray):
        super().__init__()
        self.inputs = inputs
        self.labels = labels
        self.batch_size = batch_size
        self.take(rows)

    def take(self, rows: np.ndarray) -> None:
        """Make the next pass one over these rows."""
        self.rows = np.resize(rows, count_batches(len(rows), self.batch_size) * self.batch_size)

    def __len__(self) -> int:
        return len(self.rows) // self.batch_size

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.rows[index * self.batch_size : (index + 1) * self.batch_size]
        return self.inputs[rows], self.labels[rows]


def count_batches(images: int, batch_size: int) -> int:
    """How many batches hold all images: the steps of an epoch."""
    return math.ceil(images / batch_size)


class TakeRows(keras.layers.Layer):
    """Gathers images by their row numbers, (n,), from a tensor that lies on the device: uint8, (images, h, w, 3)."""

    def __init__(self, images: np.ndarray):
        super().__init__(trainable=False)
        self.images = self.add_weight(
            images.shape, lambda shape, dtype: images, dtype="uint8", trainable=False, autocast=False, name="images"
        )

    def call(self, rows):
        return keras.ops.take(self.images, rows, axis=0)


class Feed:
    """The images and labels of one split, ready for a model that begins with `layers`."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, resident: bool):
        """images: uint8, (n, height, width, 3), anything that gives an array for an array of rows."""
        self.labels = labels
        self.shape = images.shape[1:]
        self.streams = {}
        if resident:
            everything = np.arange(len(images), dtype=np.int32)
            self.inputs, self.input_layers = everything, [TakeRows(images[everything])]
        else:
            self.inputs, self.input_layers = images, []

    def __len__(self) -> int:
        return len(self.labels)

    def connect(self, *layers: keras.layers.Layer) -> keras.Sequential:
        """A model from this feed's batches through `layers`."""
        start = keras.Input((), dtype="int32") if self.input_layers else keras.Input(self.shape, dtype="uint8")
        return keras.Sequential([start, *self.input_layers, *layers])

    def batches(self, rows: np.ndarray, batch_size: int):
        """The rows in turn, and the first ones again until the last batch is full, as `fit` takes them.

        What is returned serves one pass, until the next call: a stream is used again for as many batches of one size,
        since to make one takes TensorFlow as long as several steps of a small network.
        """
        kind = batch_size, count_batches(len(rows), batch_size)
        if kind not in self.streams:
            batches = Batches(self.inputs, self.labels, batch_size, rows)
            self.streams[kind] = batches, stream(batches)
        batches, streamed = self.streams[kind]
        batches.take(rows)
        return streamed

    def predict(self, model: keras.Model, batch_size: int, callbacks: Sequence[keras.callbacks.Callback] = ()):
        """What `model`, which `connect` has made, says of every image: (images, …)."""
        batches = self.batches(np.arange(len(self)), batch_size)
        return model.predict(batches, verbose=0, callbacks=list(callbacks))[: len(self)]


def is_resident(setting: str, images: int, memory: int) -> bool:
    """Whether images of so many bytes lie on a device with that memory; `auto` lets them take a quarter of it."""
    return setting == "resident" or (setting == "auto" and images <= SHARE * memory)
