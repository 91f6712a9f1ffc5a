"""Whether the mean of all batches' statistics is steadier than a moving average, for batch-norm recalibration.

    python benchmarks/batch_norm_mean.py results/<experiment> [--architecture EfficientNetV2B0] [--seeds 10]
                                         [--epochs 4] [--images 1302]

After every epoch the same weights are validated with statistics that are blended at the layers' own momentum, which
weighs the last batches most, and with their mean; each from two draws of training images. Prints a table in Markdown.
No test image is read.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import rounds
from batch_norm import build
from builders import BATCH


def measure(arguments: argparse.Namespace, seed: int) -> dict[str, np.ndarray]:
    """Accuracy, loss and seconds of each way, (epochs, draws, 3)."""
    from smear.statistics.metrics import log_loss
    from smear.training import batch_norm
    from smear.training.epochs import EVALUATION_BATCH

    training = build(arguments, 0.001, seed)
    momenta = {layer.momentum for layer in batch_norm.batch_norm_layers(training.model)}
    ways = {"moving average": min(momenta), "mean": batch_norm.EVEN}
    # What is compiled keeps its momentum.
    forwards = {way: batch_norm.TrainingMode(training.model, training.feed) for way in ways}
    labels, found = training.validation.labels, {way: [] for way in ways}
    for epoch in range(1, arguments.epochs + 1):
        training.fit_epoch(epoch)
        kept = batch_norm.get_statistics(training.model)
        for way, momentum in ways.items():
            for draw in range(2):
                rows = np.random.default_rng([seed, epoch, draw]).permutation(len(training.feed))
                started = time.perf_counter()
                batch_norm.recalibrate(forwards[way], rows, BATCH, momentum=momentum)
                seconds = time.perf_counter() - started
                probabilities = training.validation.predict(training.validator, EVALUATION_BATCH)
                accuracy = (probabilities.argmax(axis=1) == labels).mean()
                found[way].append((accuracy, log_loss(labels, probabilities), seconds))
        batch_norm.set_statistics(training.model, kept)
    print(f"seed {seed}: {found}", file=sys.stderr, flush=True)
    return {way: np.reshape(rows, (arguments.epochs, 2, 3)) for way, rows in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--architecture", default="EfficientNetV2B0")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--images", type=int, default=1302)
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    runs = [measure(arguments, seed) for seed in range(arguments.seeds)]
    found = {way: np.stack([run[way] for run in runs]) for way in runs[0]}  # (seeds, epochs, draws, 3)
    print(f"# Moving average or mean of batch-normalization statistics\n\n{rounds.describe_machine()}.")
    print(f"{arguments.architecture}, Adam at 0.001, batch {BATCH}, {arguments.images} training images, ", end="")
    print(f"{arguments.seeds} seeds, {arguments.epochs} epochs.\n")
    print("| statistics | accuracy, % | loss | accuracy between two draws, % | loss between two draws | seconds |")
    print("|---|---:|---:|---:|---:|---:|")
    for way, values in found.items():
        accuracy, loss, seconds = values.mean(axis=(0, 1, 2))
        accuracies, losses, _ = np.abs(np.diff(values, axis=2)).mean(axis=(0, 1, 2))
        print(f"| {way} | {100 * accuracy:.2f} | {loss:.4f} | {100 * accuracies:.2f} | {losses:.4f} | {seconds:.2f} |")
    moving, mean = (values.mean(axis=(1, 2)) for values in found.values())
    difference = mean - moving
    (accuracy, loss, _), errors = difference.mean(axis=0), difference.std(axis=0, ddof=1) / len(difference) ** 0.5
    print(
        f"\nMean minus moving average, over seeds: accuracy {100 * accuracy:.2f} ± {100 * errors[0]:.2f} points, "
        f"loss {loss:.4f} ± {errors[1]:.4f} (standard error)."
    )


if __name__ == "__main__":
    main()
