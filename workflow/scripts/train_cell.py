"""Train one combination of hyperparameters and measure it on the validation images."""

import math
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import smear.environment
import pandas as pd
from smear.file_lock import occupied
from smear.files import atomic_write, write_json
from smear.grid import Cell
from smear.job import UserError, log, logged_to
from smear.predictions import get_classes, tabulate_predictions
from smear.progress import write_progress
from smear.provenance import digest_file, get_commit
from smear.records import is_record, recorded
from smear.scheduling.gpu_lease import lease_gpu
from smear.scheduling.orphan import end_with_snakemake
from smear.scheduling.preemption import requeue_if_preempted
from smear.tables import read_csv, write_csv
from smear.training.keras_start import start_keras
from smear.training.settings import TrainingSettings
from smear.training.tensors import TRAINING_SPLITS, JoinedImages, TensorFile, divide_rows
from smear.training_images import add_training_images, has_donor, read_training_images


def summarize(
    cell: Cell, history: pd.DataFrame, predictions: pd.DataFrame, parameters: int, best_epoch: int | None = None
) -> dict:
    """What `metrics.json` holds; a diverged cell has no figures.

    best_epoch: the one whose model is kept, where that need not be the last.
    """
    kept = history.iloc[-1 if best_epoch is None else best_epoch - 1]
    summary = {
        "cell": cell.name,
        **cell._asdict(),
        "parameters": parameters,
        "seconds": float(history["seconds"].sum()),
        "images_per_second": float(history["images_per_second"].median()),
        "epochs_run": len(history),
        "best_epoch": best_epoch,
    }
    if not math.isfinite(kept["loss"]) or not math.isfinite(kept["val_loss"]):
        return {**summary, "status": "diverged"}
    correct, images = int((predictions["label"] == predictions["predicted"]).sum()), len(predictions)
    return {
        **summary,
        "status": "finished",
        "train_loss": float(kept["loss"]),
        "train_accuracy": float(kept["accuracy"]),
        "validation_loss": float(kept["val_loss"]),
        "validation_accuracy": correct / images,
        "validation_correct": correct,
        "validation_images": images,
    }


def read_images(inputs, cell: Cell) -> tuple[dict[str, JoinedImages], dict[str, pd.DataFrame]]:
    """The images of a cell's training and validation, and the tables of their rows."""
    tables = [read_csv(inputs[f"{split}_rows"]) for split in TRAINING_SPLITS]
    parts = [TensorFile(inputs[split]) for split in TRAINING_SPLITS]
    everything = pd.concat(tables, ignore_index=True)
    rows = {split: everything.loc[places] for split, places in divide_rows(tables, cell.fold).items()}
    return {split: JoinedImages(parts, table.index.to_numpy()) for split, table in rows.items()}, rows


def main(snakemake, digests: dict[str, str]) -> None:
    """digests: SHA-256 of the inputs that were checked, see `records.recorded`."""
    params = snakemake.params
    settings = TrainingSettings(**params.settings)
    # Imported here, so that the backend is chosen before and what it says when it starts goes to the log.
    start_keras(params.backend, snakemake.input.weights if settings.weights == "imagenet" else None)
    import keras
    from smear.training.checkpoint import Checkpoint, digest_origin, find_shorter
    from smear.training.device import prepare_device
    from smear.training.epochs import Training, train
    from smear.training.feed import Feed, is_resident
    from smear.training.interruption import Interrupted, StopAfterStep
    from smear.training.maker import describe_change
    from smear.training.model_file import save_model
    from smear.training.randomness import shuffle_labels
    from smear.training.state import write_state

    started = datetime.now(UTC)
    stop = StopAfterStep()
    cell = Cell(**params.cell)
    report = partial(write_progress, Path(params.running), cell.name, cell.epochs, started)
    report(state="starting")
    memory = 1_000_000 * snakemake.resources.mem_mb
    device = prepare_device(snakemake.threads, memory, params.deterministic, params.precision, Path(params.cache))
    images, rows = read_images(snakemake.input, cell)
    classes = get_classes(pd.concat(rows.values()))
    log.info("%s on %s with %d threads, Keras on %s", cell.name, device.name, snakemake.threads, params.backend)
    log.info("%d training and %d validation images, classes %s", *map(len, rows.values()), ", ".join(classes))

    labels = {split: table["label"].to_numpy() for split, table in rows.items()}
    if settings.shuffle_labels:
        labels["train"] = shuffle_labels(labels["train"], cell.seed)
        log.info("negative control: the training labels are shuffled")
    size = sum(math.prod(part.shape) for part in images.values())
    resident = is_resident(snakemake.resources.feed, size, device.memory)
    feeds = [Feed(images[split], labels[split], resident) for split in TRAINING_SPLITS]
    log.info("images are %s", "resident on the device" if resident else "streamed from files")
    training = Training(cell, settings, device, *feeds, len(classes))
    training.callbacks.append(stop)
    if not device.gpu:
        # Sums are divided among the threads, which shows in the last bits.
        training.maker["threads"] = snakemake.threads

    data = {
        name: digests.get(path) or digest_file(path)
        for name, path in snakemake.input.items()
        if path and name != "shorter" and not is_record(path)
    }
    origin = [
        cell._replace(epochs=0)._asdict(),
        settings._asdict(),
        data,
        params.code,
        params.architecture,
        params.backend,
        params.precision,
    ]
    checkpoint = Checkpoint(params.running, digest_origin(origin))
    cells, resources = Path(snakemake.output.state).parents[1], snakemake.resources
    name, shorter = find_shorter(cells, resources.shorter.split(), cell.epochs, checkpoint.key) or (None, None)
    start = max(filter(None, (checkpoint.read(), shorter)), key=lambda state: state.epoch, default=None)
    if start is shorter:
        checkpoint.begin(cells / name / "state.npz" if name else None, start)
    begun = checkpoint.read_begin()
    if start:
        log.info("resuming after epoch %d%s", start.epoch, f" of {name}" if start is shorter else "")
        report(state="starting", epoch=start.epoch)
        if change := describe_change(start.made_by, training.maker):
            log.warning("these epochs were made otherwise (%s): the results are not those of one machine", change)
    try:
        state, probabilities = train(training, start, checkpoint.write, report)
    except Interrupted as error:
        reached = checkpoint.read() or start
        report(state="stopped", epoch=reached.epoch if reached else 0, message="received SIGTERM")
        raise UserError(describe_stop(cell, reached, requeue_if_preempted())) from error
    history = pd.DataFrame(state.history)
    predictions = tabulate_predictions(rows["validation"], probabilities, classes)

    with atomic_write(snakemake.output.model) as path:
        save_model(training.model, path)
        start_images = read_training_images(snakemake.input.weights) if has_donor(settings.weights) else None
        add_training_images(path, rows["train"]["sha256"], start_images)
    write_state(state, snakemake.output.state, checkpoint.key)
    write_csv(history, snakemake.output.history)
    write_csv(predictions, snakemake.output.predictions)
    best_epoch = state.best.epoch if state.best else None
    metrics = summarize(cell, history, predictions, training.model.count_params(), best_epoch)
    write_json(metrics, snakemake.output.metrics)
    write_json(
        {
            "cell": cell.name,
            # The strengths of its set of augmentations take the place of the name, which is in that of the cell.
            "settings": {**cell._asdict(), **settings._asdict()},
            "versions": training.maker["versions"],
            "commit": get_commit(),
            "backend": keras.backend.backend(),
            "device": device.name,
            "precision": training.maker["precision"],
            "made_by": state.made_by,
            "deterministic": params.deterministic or not device.gpu,
            "feed": "resident" if resident else "streamed",
            "threads": snakemake.threads,
            "continued_from": begun["continued_from"],
            "epochs_trained": state.epoch - begun["epoch"],
            "inputs": {str(getattr(snakemake.input, name)): digest for name, digest in data.items()} | begun["inputs"],
            "started": started.isoformat(timespec="seconds"),
            "seconds": (datetime.now(UTC) - started).total_seconds(),
        },
        snakemake.output.provenance,
    )
    record = {"continued_from": begun["continued_from"], "made_from": resources.made_from}
    write_json(record, Path(snakemake.output.state).with_name("shorter.json"))
    checkpoint.become(Path(snakemake.output.state))


def describe_stop(cell: Cell, state, requeued: bool) -> str:
    """The sentence for a training that was asked to end."""
    done = f"after epoch {state.epoch} of {cell.epochs}" if state else "before the end of its first epoch"
    then = "its job waits in the queue again, and" if requeued else "the next call"
    return f"{cell.name} received SIGTERM {done}; {then} resumes there."


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        end_with_snakemake()
        with (
            occupied(Path(snakemake.params.running)),
            recorded(snakemake) as digests,
            lease_gpu(snakemake.resources.cells_per_gpu) as gpu,
        ):
            os.environ.update({"CUDA_VISIBLE_DEVICES": gpu} if gpu else {})
            main(snakemake, digests)
