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
from itertools import pairwise
from pathlib import Path

import rounds
from builders import BATCH, PLAIN, build_training, count_threads, prepare_device

RATES = (0.0001, 0.0003, 0.001, 0.003)


def build(arguments, rate: float, seed: int = 0):
    """A training with recalibration, of the first images of a shuffled training split."""
    import numpy as np
    from smear.grid import Cell
    from smear.tables import read_csv
    from smear.training.tensors import JoinedImages, TensorFile

    data = []
    for split in ("train", "validation"):
        labels = read_csv(arguments.results / f"tensors/{split}.csv")["label"].to_numpy()
        rows = np.random.default_rng(0).permutation(len(labels))
        rows = rows[: arguments.images] if split == "train" else np.arange(len(labels))
        images = JoinedImages([TensorFile(arguments.results / f"tensors/{split}.npy")], rows)
        data.append((images, labels[rows]))
    cell = Cell(arguments.architecture, "adam", rate, BATCH, seed, arguments.epochs)
    settings = {"reestimate_batch_norm": "on", "augmentation": PLAIN | {"flip": "both"}}
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


def measure(arguments, rate: float, start: list | None) -> tuple[list[float], list[float], float]:
    """Validation accuracies with running and with recalibrated statistics, by epoch, and the share of more time."""
    from smear.training.batch_norm import get_statistics, set_statistics
    from smear.training.epochs import EVALUATION_BATCH

    training = build(arguments, rate)
    if start:
        training.model.set_weights(start)
    labels, running, estimated, cost, whole = training.validation.labels, [], [], 0.0, 0.0
    for epoch in range(1, arguments.epochs + 1):
        times = [time.perf_counter()]
        training.fit_epoch(epoch)
        statistics = get_statistics(training.model)
        times.append(time.perf_counter())
        plain = training.validation.predict(training.validator, EVALUATION_BATCH)
        times.append(time.perf_counter())
        fresh = training.validate(epoch)
        times.append(time.perf_counter())
        set_statistics(training.model, statistics)
        fit, validation, estimation = (later - earlier for earlier, later in pairwise(times))
        # The first epoch is longer by the tracing of all three.
        if epoch > 1:
            cost += estimation - validation
            whole += fit + validation
        running.append(float((plain.argmax(axis=1) == labels).mean()))
        estimated.append(float((fresh.argmax(axis=1) == labels).mean()))
        print(f"rate {rate} epoch {epoch}: {running[-1]:.3f} {estimated[-1]:.3f}", file=sys.stderr, flush=True)
    return running, estimated, cost / whole


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
        running, estimated, cost = measure(arguments, rate, start)
        for name, values, more in (("running", running, ""), ("recalibrated", estimated, f"{100 * cost:.0f} %")):
            print(f"| {rate} | {name} | {' '.join(f'{100 * value:.1f}' for value in values)} | {more} |", flush=True)


if __name__ == "__main__":
    main()
