"""Everything random in a training, as a function of (seed, epoch) alone, so that a training can start at any epoch."""

import keras
import numpy as np

from smear.training.device import get_backend


def epoch_order(images: int, seed: int, epoch: int) -> np.ndarray:
    """A permutation of the rows 0 to `images` - 1 for one epoch."""
    return np.random.default_rng([seed, epoch]).permutation(images)


def shuffle_labels(labels: np.ndarray, seed: int) -> np.ndarray:
    """The labels in another order, so that they say nothing about their images; no epoch has the number 0."""
    return np.random.default_rng([seed, 0]).permutation(labels)


def reseed(model: keras.Model, seed: int, epoch: int) -> None:
    """Set every random generator inside `model` (augmentation, dropout, stochastic depth) for one epoch."""
    states = [variable for variable in model.non_trainable_variables if "seed_generator_state" in variable.path]
    for index, state in enumerate(states):
        words = np.random.SeedSequence([seed, epoch, index]).generate_state(2)
        state.assign(words.astype(state.dtype))


class SeedBackend(keras.callbacks.Callback):
    """Sets what the backend itself draws from when an epoch's first step begins.

    Not before `fit`: a model's first `fit` tries its layers out, and that draws as well.
    """

    def __init__(self, seed: int, epoch: int):
        super().__init__()
        self.number = int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0])

    def on_epoch_begin(self, epoch, logs=None) -> None:
        get_backend().reseed(self.number)
