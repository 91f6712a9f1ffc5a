"""Train one combination of hyperparameters and measure it on the validation images."""

import math
import time
from datetime import UTC, datetime

from smear.device import Device, prepare_device
from smear.job import log, logged_to

import keras
import numpy as np
import pandas as pd
from smear.batch_norm import TrainingMode, batch_norm_layers, get_statistics, reestimate, set_statistics
from smear.feed import Batches
from smear.files import read_csv, replacing, write_csv, write_json
from smear.grid import Cell
from smear.metrics import log_loss, wilson_interval
from smear.model import build_classifier, build_trainer
from smear.predictions import get_classes, tabulate_predictions
from smear.provenance import digest_file, get_commit, get_versions
from smear.randomness import epoch_order, reseed

EVALUATION_BATCH = 64
REESTIMATION_IMAGES = 2048


def wants_reestimation(setting: str, weights: str) -> bool:
    """Whether batch-normalisation statistics are re-estimated: `auto` means unless weights are ImageNet's."""
    return setting == "on" or (setting == "auto" and weights != "imagenet")


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

    def __init__(self, cell: Cell, settings: dict, device: Device, train: tuple, validation: tuple, classes: int):
        keras.utils.set_random_seed(cell.seed)
        self.cell = cell
        self.images, self.labels = train
        self.validation_images, self.validation_labels = validation
        size = self.images.shape[1]
        self.model = build_classifier(cell.architecture, size, classes, settings["weights"], settings["dropout"])
        self.trainer = build_trainer(
            self.model, settings["augmentation"], cell.optimizer, cell.learning_rate, device.jit_compile
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
        figures = self.trainer.fit(batches, verbose=0).history
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
        return self.model.predict(
            Batches(self.validation_images, self.validation_labels, EVALUATION_BATCH), verbose=0
        )


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


def summarise(cell: Cell, history: pd.DataFrame, predictions: pd.DataFrame, parameters: int) -> dict:
    """What `metrics.json` holds; a diverged cell has no figures."""
    last = history.iloc[-1]
    summary = {"cell": cell.name, **cell._asdict(), "parameters": parameters, "seconds": float(history["seconds"].sum())}
    if not math.isfinite(last["loss"]) or not math.isfinite(last["val_loss"]):
        return {**summary, "status": "diverged", "epochs_run": len(history)}
    correct, images = int((predictions["label"] == predictions["predicted"]).sum()), len(predictions)
    low, high = wilson_interval(correct, images)
    return {
        **summary,
        "status": "finished",
        "epochs_run": len(history),
        "train_loss": float(last["loss"]),
        "train_accuracy": float(last["accuracy"]),
        "validation_loss": float(last["val_loss"]),
        "validation_accuracy": correct / images,
        "validation_low": low,
        "validation_high": high,
        "validation_correct": correct,
        "validation_images": images,
    }


def main(snakemake) -> None:
    started = datetime.now(UTC)
    device = prepare_device(snakemake.threads)
    cell, settings = Cell(**snakemake.params.cell), dict(snakemake.params.settings)
    rows = {split: read_csv(snakemake.input[f"{split}_rows"]) for split in ("train", "validation")}
    tensors = {split: np.load(snakemake.input[split], mmap_mode="r") for split in rows}
    classes = get_classes(rows["train"])
    log.info("%s on %s with %d threads", cell.name, device.name, snakemake.threads)
    log.info("%d training and %d validation images, classes %s", *map(len, rows.values()), ", ".join(classes))

    splits = [(tensors[split], rows[split]["label"].to_numpy()) for split in rows]
    training = Training(cell, settings, device, *splits, len(classes))
    history = train(training)
    predictions = tabulate_predictions(rows["validation"], training.validate(), classes)

    with replacing(snakemake.output.model) as path:
        training.model.save(path)
    write_csv(history, snakemake.output.history)
    write_csv(predictions, snakemake.output.predictions)
    write_json(summarise(cell, history, predictions, training.model.count_params()), snakemake.output.metrics)
    write_json(
        {
            "cell": cell.name,
            "settings": {**cell._asdict(), **settings},
            "versions": get_versions(["keras", "tensorflow", "tensorflow-cpu", "numpy"]),
            "commit": get_commit(),
            "backend": keras.backend.backend(),
            "device": device.name,
            "precision": keras.config.dtype_policy().name,
            "threads": snakemake.threads,
            "inputs": {str(path): digest_file(path) for path in snakemake.input},
            "started": started.isoformat(timespec="seconds"),
            "seconds": (datetime.now(UTC) - started).total_seconds(),
        },
        snakemake.output.provenance,
    )


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
