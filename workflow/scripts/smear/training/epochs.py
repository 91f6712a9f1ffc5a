"""Training one model epoch by epoch, with a validation after each."""

import math
import time

import keras
import numpy as np
import pandas as pd

from smear.grid import Cell
from smear.job import log
from smear.metrics import log_loss
from smear.training.batch_norm import TrainingMode, batch_norm_layers, get_statistics, reestimate, set_statistics
from smear.training.device import stream
from smear.training.feed import Batches
from smear.training.model import build_classifier, build_trainer
from smear.training.randomness import epoch_order, reseed

EVALUATION_BATCH = 64
REESTIMATION_IMAGES = 2048


def wants_reestimation(setting: str | bool, weights: str) -> bool:
    """Whether batch-normalisation statistics are re-estimated: `auto` means unless weights are ImageNet's.

    Without quotes YAML reads `on` as true and `off` as false.
    """
    return setting in ("on", True) or (setting == "auto" and weights != "imagenet")


def format_epoch(row: dict, epochs: int, seconds_left: float) -> str:
    """The log's line for one epoch."""
    left = time.strftime("%H:%M:%S", time.gmtime(seconds_left))
    return (
        f"epoch {row['epoch']:>{len(str(epochs))}}/{epochs}"
        f"  loss {row['loss']:.4f}  accuracy {row['accuracy']:.4f}"
        f"  val_loss {row['val_loss']:.4f}  val_accuracy {row['val_accuracy']:.4f}"
        f"  {row['images_per_second']:.1f} images/s  left {left}"
    )


class Training:
    """One model on its way through the epochs of a cell."""

    def __init__(self, cell: Cell, settings: dict, jit_compile: bool, train: tuple, validation: tuple, classes: int):
        keras.utils.set_random_seed(cell.seed)
        self.cell = cell
        self.images, self.labels = train
        self.validation_images, self.validation_labels = validation
        size = self.images.shape[1]
        options = [settings[name] for name in ("weights", "dropout", "trainable")]
        self.model = build_classifier(cell.architecture, size, classes, *options)
        self.trainer = build_trainer(
            self.model, settings["augmentation"], cell.optimizer, cell.learning_rate, jit_compile
        )
        self.forward = None
        if wants_reestimation(settings["reestimate_batch_norm"], settings["weights"]) and any(
            batch_norm_layers(self.model)
        ):
            self.forward = TrainingMode(self.model)

    def run_epoch(self, epoch: int) -> dict:
        """Train for one epoch (from 1), validate, and return its row of `history.csv`."""
        started = time.perf_counter()
        reseed(self.trainer, self.cell.seed, epoch)
        order = epoch_order(len(self.images), self.cell.seed, epoch)
        batches = Batches(self.images, self.labels, self.cell.batch_size, order)
        figures = self.trainer.fit(stream(batches), shuffle=False, verbose=0).history
        trained = time.perf_counter() - started
        running = get_statistics(self.model)
        self.finish(epoch)
        probabilities = self.validate()
        if epoch < self.cell.epochs:
            # The next epoch goes on from the running statistics, as it would without a validation in between.
            set_statistics(self.model, running)
        return {
            "epoch": epoch,
            "loss": figures["loss"][0],
            "accuracy": figures["accuracy"][0],
            "val_loss": log_loss(self.validation_labels, probabilities),
            "val_accuracy": float((probabilities.argmax(axis=1) == self.validation_labels).mean()),
            "seconds": time.perf_counter() - started,
            "images_per_second": len(self.images) / trained,
        }

    def finish(self, epoch: int) -> None:
        """Re-estimate the statistics, where that is wanted, from training images drawn for this epoch."""
        if self.forward is not None:
            rows = epoch_order(len(self.images), self.cell.seed, epoch)[:REESTIMATION_IMAGES]
            reestimate(self.forward, Batches(self.images, self.labels, self.cell.batch_size, rows))

    def validate(self) -> np.ndarray:
        """Probabilities of the validation images, (images, classes)."""
        batches = Batches(self.validation_images, self.validation_labels, EVALUATION_BATCH)
        return self.model.predict(stream(batches), verbose=0)


def train(training: Training) -> pd.DataFrame:
    """Run the epochs and return the history; a loss that is no number any more ends it early."""
    rows = []
    for epoch in range(1, training.cell.epochs + 1):
        rows.append(training.run_epoch(epoch))
        left = (training.cell.epochs - epoch) * sum(row["seconds"] for row in rows) / len(rows)
        log.info("%s", format_epoch(rows[-1], training.cell.epochs, left))
        if not math.isfinite(rows[-1]["loss"]):
            log.warning("the loss is %s: the cell has diverged and ends here", rows[-1]["loss"])
            break
    return pd.DataFrame(rows)
