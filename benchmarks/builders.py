"""Trainings as `train_cell.py` makes them, and their bare step, for what measures them on any backend of Keras."""

import os
import tempfile
from collections.abc import Callable
from itertools import repeat
from pathlib import Path

import rounds  # noqa: F401 (it puts the scripts on the path)
from smear.training.settings import TrainingSettings

BATCH = 32
STRONG = {"crop": 0.1, "rotation": 20, "flip": "both", "shift": 0.1}
PLAIN = {"crop": 0, "rotation": 0, "flip": "none", "shift": 0}
# From random weights, and measured as it stands; else as a configuration that says nothing.
SETTINGS = TrainingSettings(weights="none", reestimate_batch_norm="off")


def prepare_device(threads: int, deterministic: bool = True, cache: Path | None = None):
    """The device that Keras computes on, ready, with the precision that a cell has there."""
    from smear.training.device import prepare_device

    return prepare_device(threads, 8 * 10**9, deterministic, "auto", cache or Path(tempfile.gettempdir()))


def build_training(cell, device, train, validation, resident: bool, **settings):
    """A Training of images and labels.

    train, validation: images, uint8 (n, size, size, 3), with class numbers, (n,).
    """
    from smear.training.epochs import Training
    from smear.training.feed import Feed

    feeds = [Feed(*data, resident) for data in (train, validation)]
    return Training(cell, SETTINGS._replace(**settings), device, *feeds, int(train[1].max()) + 1)


def repeat_step(training) -> Callable[[], int]:
    """As many steps as an epoch has (more where several run at once): forward, backward and update on one fixed batch.

    The step is the one that `fit` has compiled. The function returns how many images went through.
    """
    import keras
    import numpy as np

    rows = np.arange(training.cell.batch_size)
    batch = training.feed.inputs[rows], training.feed.labels[rows]
    calls = -(-len(training.feed) // (len(rows) * training.device.steps_at_once))
    images = calls * training.device.steps_at_once * len(rows)
    run = {"tensorflow": repeat_on_tensorflow, "jax": repeat_on_jax, "torch": repeat_on_torch}
    step = run[keras.backend.backend()](training.trainer, batch, calls)

    def steps() -> int:
        step()
        return images

    return steps


def repeat_on_tensorflow(trainer, batch, calls: int) -> Callable[[], None]:
    import tensorflow as tf

    trainer.make_train_function()
    data = iter(tf.data.Dataset.from_tensors(tuple(map(tf.constant, batch))).repeat())

    def run() -> None:
        for _ in range(calls):
            logs = trainer.train_function(data)
        logs["loss"].numpy()

    return run


def repeat_on_jax(trainer, batch, calls: int) -> Callable[[], None]:
    import jax

    # As `fit` does: without the metrics' variables the step would be compiled for a state that it has but once.
    trainer._symbolic_build(data_batch=batch)
    trainer.make_train_function()
    kinds = ("trainable", "non_trainable", "optimizer", "metrics")
    taken = trainer._get_jax_state(**{f"{kind}_variables": True for kind in kinds})
    # Copied, since a step takes the place of what it is given.
    state = [jax.tree.map(jax.numpy.copy, taken)]
    data = repeat(tuple(map(jax.numpy.asarray, batch)))

    def run() -> None:
        for _ in range(calls):
            _, state[0] = trainer.train_function(state[0], data)
        jax.block_until_ready(state[0])

    return run


def repeat_on_torch(trainer, batch, calls: int) -> Callable[[], None]:
    import keras

    trainer.make_train_function()
    data = [tuple(map(keras.ops.convert_to_tensor, batch))]

    def run() -> None:
        for _ in range(calls):
            logs = trainer.train_function(data)
        float(logs["loss"])

    return run


def count_threads() -> int:
    """CPUs that this process may use."""
    return len(os.sched_getaffinity(0))
