"""Training one model epoch by epoch, with a validation after each."""

import math
import time
from collections.abc import Callable

import keras
import numpy as np

from smear.durations import format_duration
from smear.grid import Cell
from smear.job import log
from smear.statistics.metrics import log_loss
from smear.training.augmentation import augmentation_layers
from smear.training.backends.device import Device
from smear.training.batch_norm import TrainingMode, batch_norm_layers, recalibrate
from smear.training.device import adapt, drawing_weights
from smear.training.feed import Feed, count_batches
from smear.training.freezing import set_trainable
from smear.training.maker import describe_maker
from smear.training.model import build_classifier, class_weights, compile_trainer, get_backbone, learning_rate
from smear.training.phases import Phase, find_phase, plan_phases
from smear.training.randomness import SeedBackend, epoch_order, reseed
from smear.training.settings import TrainingSettings
from smear.training.state import Best, State, get_arrays, list_variables, set_arrays

EVALUATION_BATCH = 64
RECALIBRATION_IMAGES = 2048


def wants_recalibration(setting: str | bool) -> bool:
    """Whether batch-normalization statistics are recalibrated; `auto` means yes (benchmarks/batch_norm.md).

    Without quotes YAML reads `on` as true and `off` as false.
    """
    return setting in ("auto", "on", True)


def format_epoch(row: dict, epochs: int, seconds_left: float) -> str:
    """The log's line for one epoch."""
    return (
        f"epoch {row['epoch']:>{len(str(epochs))}}/{epochs}"
        f"  loss {row['loss']:.4f}  accuracy {row['accuracy']:.4f}"
        f"  val_loss {row['val_loss']:.4f}  val_accuracy {row['val_accuracy']:.4f}"
        f"  {row['images_per_second']:.1f} images/s  left {format_duration(seconds_left)}"
    )


def find_best(history: list[dict]) -> int | None:
    """The epoch (from 1) of lowest validation loss, the earliest of several; None where none is a number."""
    numbers = [row["val_loss"] for row in history if math.isfinite(row["val_loss"])]
    return next((row["epoch"] for row in history if row["val_loss"] == min(numbers)), None) if numbers else None


def has_stalled(history: list[dict], patience: int | None, head_epochs: int) -> bool:
    """Whether the validation loss has not fallen for `patience` epochs; never where that is None.

    Epochs in which the last layer was trained alone are not counted: those of the whole network have not begun.
    """
    return patience is not None and len(history) - max(find_best(history) or 0, head_epochs) >= patience


class Training:
    """One model on its way through the epochs of a cell."""

    def __init__(
        self, cell: Cell, settings: TrainingSettings, device: Device, train: Feed, validation: Feed, classes: int
    ):
        keras.utils.set_random_seed(cell.seed)
        self.cell, self.settings, self.device = cell, settings, device
        self.maker = describe_maker(device)
        self.feed, self.validation = train, validation
        self.callbacks: list[keras.callbacks.Callback] = []
        size = train.shape[0]
        with drawing_weights():
            self.model = build_classifier(cell.architecture, size, classes, settings.weights, settings.dropout)
        adapt(self.model)
        self.trainer = train.connect(*augmentation_layers(**settings.augmentation), self.model)
        self.class_weights = class_weights(settings.class_weights, train.labels)
        self.validator = validation.connect(self.model)
        self.patience = (settings.early_stopping or {}).get("patience")
        self.phases = plan_phases(cell, settings)
        self.enter(self.phases[0])

    def enter(self, phase: Phase) -> None:
        """Make the model ready for the epochs of a phase, with a fresh optimizer."""
        cell, settings = self.cell, self.settings
        self.phase = phase
        set_trainable(get_backbone(self.model), cell.architecture, phase.trainable)
        steps = (phase.last - phase.before) * count_batches(len(self.feed), cell.batch_size)
        rate = learning_rate(phase.schedule, phase.rate, steps)
        compile_trainer(self.trainer, cell, rate, settings.label_smoothing, self.device)
        self.variables = list_variables(self.model, self.trainer.optimizer)
        self.forward = None
        if wants_recalibration(settings.reestimate_batch_norm) and any(batch_norm_layers(self.model)):
            self.forward = TrainingMode(self.model, self.feed)

    def restore(self, state: State, epoch: int) -> None:
        """Make everything as it must be for `epoch`: the one after the state's, to train, or the state's, to validate.

        A phase takes over the classifier from the one before it, and begins with a fresh optimizer.
        """
        phase = find_phase(self.phases, epoch)
        if phase != self.phase:
            self.enter(phase)
            log.info("epochs %d to %d: what is trained is %s", phase.before + 1, phase.last, phase.trainable)
        if state.epoch > phase.before:
            set_arrays(self.variables, state.arrays)
        elif state.arrays:
            variables = self.model.variables
            set_arrays(variables, state.arrays[: len(variables)])

    def fit_epoch(self, epoch: int) -> dict:
        """Train for one epoch (from 1); returns its loss and accuracy."""
        reseed(self.trainer, self.cell.seed, epoch)
        rows = epoch_order(len(self.feed), self.cell.seed, epoch)
        batches = self.feed.batches(rows, self.cell.batch_size)
        callbacks = [*self.callbacks, SeedBackend(self.cell.seed, epoch)]
        figures = self.trainer.fit(
            batches, shuffle=False, verbose=0, callbacks=callbacks, class_weight=self.class_weights
        ).history
        return {name: figures[name][0] for name in ("loss", "accuracy")}

    def run_epoch(self, epoch: int) -> tuple[dict, list[np.ndarray], np.ndarray]:
        """Train for one epoch (from 1) and validate.

        Returns the row of `history.csv`, the values that the next epoch starts from, and the probabilities of the
        validation images. The model is left as it was validated.
        """
        started = time.perf_counter()
        figures = self.fit_epoch(epoch)
        trained = time.perf_counter() - started
        arrays = get_arrays(self.variables)
        probabilities = self.validate(epoch)
        row = {
            "epoch": epoch,
            **figures,
            "val_loss": log_loss(self.validation.labels, probabilities),
            "val_accuracy": float((probabilities.argmax(axis=1) == self.validation.labels).mean()),
            "seconds": time.perf_counter() - started,
            "images_per_second": len(self.feed) / trained,
        }
        return row, arrays, probabilities

    def validate(self, epoch: int) -> np.ndarray:
        """Probabilities of the validation images, (images, classes), as of the end of an epoch.

        Where it is wanted, batch-normalization statistics are recalibrated before, from training images drawn for this
        epoch, and stay in the model.
        """
        if self.forward is not None:
            rows = epoch_order(len(self.feed), self.cell.seed, epoch)[:RECALIBRATION_IMAGES]
            recalibrate(self.forward, rows, self.cell.batch_size, self.callbacks)
        return self.validation.predict(self.validator, EVALUATION_BATCH, self.callbacks)

    def has_stalled(self, state: State) -> bool:
        """Whether early stopping ends the training here."""
        return has_stalled(state.history, self.patience, self.settings.head_epochs)

    def keep_best(self, before: State, row: dict, probabilities: np.ndarray) -> Best | None:
        """The best epoch with the one just validated, which the model still holds; None without early stopping."""
        if self.patience is None or find_best([*before.history, row]) != row["epoch"]:
            return before.best
        return Best(row["epoch"], get_arrays(self.model.variables), probabilities)


def train(
    training: Training, start: State | None, save: Callable[[State], None], report: Callable[..., None]
) -> tuple[State, np.ndarray]:
    """Run the epochs that are left, calling `save` and `report` after each.

    A loss that is no number ends it early, as does a validation loss that has stalled, if that is wanted.

    start: where a shorter cell, or an interrupted training, has come to. report: takes `epoch`, `images_per_second` and
    `seconds_left`. Returns the last state and the probabilities of the validation images, (images, classes), as of the
    last epoch or, where the state has one, of the best; the model is left as it was validated then.
    """
    state, probabilities = start or State([], []), None
    set_out = state.epoch
    while state.epoch < training.cell.epochs and not has_diverged(state) and not training.has_stalled(state):
        # Training continues with the running statistics, not with the recalibrated ones of the validation.
        training.restore(state, state.epoch + 1)
        row, arrays, probabilities = training.run_epoch(state.epoch + 1)
        state = state.follow(row, arrays, training.keep_best(state, row, probabilities), training.maker)
        seconds = [row["seconds"] for row in state.history[set_out:]]
        left = (training.cell.epochs - state.epoch) * sum(seconds) / len(seconds)
        # Saved first: an epoch that the log tells of is never trained again.
        save(state)
        log.info("%s", format_epoch(row, training.cell.epochs, left))
        report(epoch=state.epoch, images_per_second=row["images_per_second"], seconds_left=left)
    if has_diverged(state):
        log.warning("the loss is %s: the grid cell has diverged, training ends here", state.history[-1]["loss"])
        state = state._replace(best=None)
    elif state.epoch < training.cell.epochs:
        stalled = "the validation loss has not fallen for %d epochs: early stopping after %d of %d"
        log.info(stalled, training.patience, state.epoch, training.cell.epochs)
    if state.best:
        log.info("the model is that of epoch %d, whose validation loss is the lowest", state.best.epoch)
        set_arrays(training.model.variables, state.best.arrays)
        return state, state.best.probabilities
    if probabilities is None:
        training.restore(state, state.epoch)
        probabilities = training.validate(state.epoch)
    return state, probabilities


def has_diverged(state: State) -> bool:
    """Whether the loss of the last epoch is no finite number."""
    return bool(state.history) and not math.isfinite(state.history[-1]["loss"])
