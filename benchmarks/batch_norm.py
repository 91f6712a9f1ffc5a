"""What batch-norm recalibration costs, and what it changes, at every learning rate of the paper.

    python benchmarks/batch_norm.py results/<experiment> [--architecture EfficientNetB0] [--epochs 6] [--images 1302]
                                    [--settled 6]

On the tensors that a run of the workflow has made, from random weights or from ones that have settled: trained for so
many epochs with Adam at 0.001 before, as a stand-in for published weights. After every epoch the same weights are
validated with the running statistics and with recalibrated ones. Prints a table in Markdown. No test image is read.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import rounds
from builders import BATCH, PLAIN, build_training, count_threads, prepare_device

RATES = (0.0001, 0.0003, 0.001, 0.003)


def read_images(results: Path, images: int | None = None) -> list[tuple]:
    """Images and class numbers of training, `images` of a shuffled split, and of validation."""
    import numpy as np
    from smear.tables import read_csv
    from smear.training.tensors import JoinedImages, TensorFile

    data = []
    for split in ("train", "validation"):
        labels = read_csv(results / f"tensors/{split}.csv")["label"].to_numpy()
        rows = np.random.default_rng(0).permutation(len(labels))[:images]
        rows = rows if split == "train" else np.arange(len(labels))
        data.append((JoinedImages([TensorFile(results / f"tensors/{split}.npy")], rows), labels[rows]))
    return data


def build(arguments, rate: float):
    """A training with recalibration, from random weights."""
    from smear.grid import Cell

    cell = Cell(arguments.architecture, "adam", rate, BATCH, 0, arguments.epochs)
    settings = {"reestimate_batch_norm": "on", "augmentation": PLAIN | {"flip": "both"}}
    data = read_images(arguments.results, arguments.images)
    return build_training(cell, prepare_device(count_threads()), *data, True, **settings)


def settle(arguments) -> list | None:
    """Weights after the epochs of `--settled`, with statistics that fit them; None for random ones."""
    if not arguments.settled:
        return None
    training = build(arguments, 0.001)
    for epoch in range(1, arguments.settled + 1):
        training.fit_epoch(epoch)
    training.validate(epoch)
    return training.model.get_weights()


class Epoch(NamedTuple):
    """Validation accuracies with running and with recalibrated statistics, and seconds of the epoch's parts."""

    running: float
    recalibrated: float
    fit: float
    validation: float
    recalibration: float


def train_epochs(training) -> Iterator[Epoch]:
    """Train a cell's epochs, each validated twice with the same weights; the running statistics train on."""
    from smear.training.batch_norm import get_statistics, set_statistics
    from smear.training.epochs import EVALUATION_BATCH

    labels = training.validation.labels
    for epoch in range(1, training.cell.epochs + 1):
        times = [time.perf_counter()]
        training.fit_epoch(epoch)
        statistics = get_statistics(training.model)
        times.append(time.perf_counter())
        plain = training.validation.predict(training.validator, EVALUATION_BATCH)
        times.append(time.perf_counter())
        fresh = training.validate(epoch)
        times.append(time.perf_counter())
        set_statistics(training.model, statistics)
        right = [float((each.argmax(axis=1) == labels).mean()) for each in (plain, fresh)]
        yield Epoch(*right, *(later - earlier for earlier, later in pairwise(times)))


def measure(training, start: list | None) -> tuple[list[float], list[float], float]:
    """Validation accuracies with running and with recalibrated statistics, by epoch, and the share of more time."""
    if start:
        training.model.set_weights(start)
    epochs = []
    for epoch in train_epochs(training):
        epochs.append(epoch)
        print(f"rate {training.cell.learning_rate}: {epoch}", file=sys.stderr, flush=True)
    # The first epoch is longer by the tracing of all three.
    cost = sum(epoch.recalibration - epoch.validation for epoch in epochs[1:])
    whole = sum(epoch.fit + epoch.validation for epoch in epochs[1:])
    return [epoch.running for epoch in epochs], [epoch.recalibrated for epoch in epochs], cost / whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--architecture", default="EfficientNetB0")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--images", type=int, default=1302)
    parser.add_argument("--settled", type=int, default=0)
    arguments = parser.parse_args()
    weights = f"weights settled in {arguments.settled} epochs at 0.001" if arguments.settled else "random weights"
    print(f"# Batch-norm recalibration\n\n{rounds.describe_machine()}.")
    print(f"{arguments.architecture}, Adam, batch {BATCH}, {arguments.images} training images, {weights}.\n")
    print("| learning rate | statistics | validation accuracy after each epoch, % | more time |\n|---:|---|---|---:|")
    start = settle(arguments)
    for rate in RATES:
        running, estimated, cost = measure(build(arguments, rate), start)
        for name, values, more in (("running", running, ""), ("recalibrated", estimated, f"{100 * cost:.0f} %")):
            print(f"| {rate} | {name} | {' '.join(f'{100 * value:.1f}' for value in values)} | {more} |", flush=True)


if __name__ == "__main__":
    main()
