"""Small trainings on a CPU, for the tests of what a training is made of."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from smear.grid import Cell
from smear.training.backends.device import STEPS_AT_ONCE, Device
from smear.training.epochs import Training, train
from smear.training.feed import Feed
from smear.training.settings import TrainingSettings
from smear.training.state import State

CELL = Cell("SmallCNN", "adam", 0.01, 8, 0, 2)
NOTHING = {"crop": 0, "rotation": 0, "flip": "none", "shift": 0, "brightness": 0, "contrast": 0, "stain": 0}
CPU = Device("CPU", gpu=False, memory=10**9, jit_compile=False, steps_at_once=1)
# What a GPU is given, on this machine's CPU.
GPU = Device("CPU in place of a GPU", gpu=True, memory=10**9, jit_compile=True, steps_at_once=STEPS_AT_ONCE)
SETTINGS = TrainingSettings(augmentation=NOTHING | {"flip": "both"}, weights="none")


class Images(NamedTuple):
    """uint8 pixels, (images, height, width, 3), and labels."""

    pixels: np.ndarray
    labels: np.ndarray


class Run(NamedTuple):
    """A training, its history, its last state and the probabilities of its images."""

    training: Training
    history: pd.DataFrame
    state: State
    probabilities: np.ndarray


class Outcome(NamedTuple):
    """What of a run must be the same bit for bit."""

    figures: list[list[float]]
    weights: list[bytes]
    probabilities: bytes


def draw_images() -> Images:
    """Forty images, 16 px, told apart by brightness."""
    labels = np.arange(40) % 2
    noise = np.random.default_rng(0).integers(0, 80, (40, 16, 16, 3))
    return Images((noise + 150 * labels[:, None, None, None]).astype(np.uint8), labels)


def run(cell, data, resident=True, start=None, save=lambda state: None, device=CPU, **changes) -> Run:
    """A training of some images that validates them too."""
    return finish(prepare(cell, data, resident, device, **changes), start, save)


def prepare(cell, data, resident=True, device=CPU, **changes) -> Training:
    """A training of images of two classes, before its first epoch."""
    return Training(cell, SETTINGS._replace(**changes), device, *(Feed(*data, resident) for _ in range(2)), 2)


def finish(training, start=None, save=lambda state: None) -> Run:
    """Run the epochs of a training."""
    state, probabilities = train(training, start, save, lambda **figures: None)
    return Run(training, pd.DataFrame(state.history), state, probabilities)


def outcome(result: Run) -> Outcome:
    figures = result.history[["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]].to_numpy().tolist()
    weights = [weight.tobytes() for weight in result.training.model.get_weights()]
    return Outcome(figures, weights, result.probabilities.tobytes())
