"""Train one combination of hyperparameters and measure it on the validation images."""

import math
import os
import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from smear.files import replacing, write_json
from smear.grid import Cell
from smear.job import log, logged_to
from smear.metrics import wilson_interval
from smear.predictions import get_classes, tabulate_predictions
from smear.progress import write_progress
from smear.provenance import digest_file, get_commit, get_versions
from smear.tables import read_csv, write_csv
from smear.training.lease import lease_gpu
from smear.training.tensors import JoinedImages, divide_rows


def summarise(cell: Cell, history: pd.DataFrame, predictions: pd.DataFrame, parameters: int) -> dict:
    """What `metrics.json` holds; a diverged cell has no figures."""
    last = history.iloc[-1]
    summary = {
        "cell": cell.name,
        **cell._asdict(),
        "parameters": parameters,
        "seconds": float(history["seconds"].sum()),
    }
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
    settings = dict(snakemake.params.settings)
    if settings["weights"] == "imagenet":
        # Keras looks for its published weights in `models` of this folder, and checks them, before it would download.
        os.environ["KERAS_HOME"] = str(Path(snakemake.input.weights).absolute().parents[1])
    # Imported here, so that what TensorFlow says when it starts goes to the log.
    import keras
    from smear.training.device import prepare_device
    from smear.training.epochs import Training, train
    from smear.training.randomness import shuffle_labels

    started = datetime.now(UTC)
    cell = Cell(**snakemake.params.cell)
    running = Path(snakemake.output.metrics).parents[2] / "running" / cell.name
    report = partial(write_progress, running, cell.name, cell.epochs, started)
    report(state="starting")
    device = prepare_device(snakemake.threads)
    tables = [read_csv(snakemake.input[f"{split}_rows"]) for split in ("train", "validation")]
    images = [np.load(snakemake.input[split], mmap_mode="r") for split in ("train", "validation")]
    everything = pd.concat(tables, ignore_index=True)
    rows = {split: everything.loc[places] for split, places in divide_rows(tables, cell.fold).items()}
    tensors = {split: JoinedImages(images, part.index.to_numpy()) for split, part in rows.items()}
    classes = get_classes(rows["train"])
    log.info("%s on %s with %d threads", cell.name, device.name, snakemake.threads)
    log.info("%d training and %d validation images, classes %s", *map(len, rows.values()), ", ".join(classes))

    labels = {split: rows[split]["label"].to_numpy() for split in rows}
    if settings["shuffle_labels"]:
        labels["train"] = shuffle_labels(labels["train"], cell.seed)
        log.info("negative control: the training labels are shuffled")
    splits = [(tensors[split], labels[split]) for split in rows]
    training = Training(cell, settings, device.jit_compile, *splits, len(classes))
    history = train(training, report)
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
    shutil.rmtree(running)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), lease_gpu(snakemake.resources.cells_per_gpu) as gpu:
        os.environ.update({"CUDA_VISIBLE_DEVICES": gpu} if gpu else {})
        main(snakemake)
