"""What each augmentation of color costs a training, in images per second beside one without.

    python benchmarks/color_augmentation.py [--architecture SmallCNN] [--size 96] [--images 320] [--rounds 7]

Every way is a process of its own, and the processes take turns, an epoch each; what counts are the ratios within a
turn. Of a machine that is in use, processor time says more than the clock. Prints a table in Markdown. Images are
random pixels, which take as long as any. It needs TensorFlow.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

import builders
import rounds
from builders import BATCH, STRONG

COLORS = {"brightness": 0.2, "contrast": 0.2, "stain": 0.2}
WAYS = {
    "none": {},
    **{name: {name: strength} for name, strength in COLORS.items()},
    "all three": COLORS,
    "crop, rotation, flip, shift": STRONG,
    "all seven": STRONG | COLORS,
}


def prepare(options: dict) -> Callable[[], int]:
    """An epoch of a grid cell with these strengths, each time the next one, without its validation.

    It returns the microseconds of processor time that it took.
    """
    from itertools import count

    import numpy as np
    from smear.grid import Cell

    random = np.random.default_rng(0)
    images = random.integers(0, 256, (options["images"], *[options["size"]] * 2, 3)).astype(np.uint8)
    labels = random.integers(0, 4, len(images))
    cell = Cell(options["architecture"], "adam", 0.001, BATCH, 0, 1)
    device = builders.prepare_device(options["threads"])
    data, few = (images, labels), (images[:BATCH], labels[:BATCH])
    training = builders.build_training(cell, device, data, few, True, augmentation=options["strengths"])
    epochs = count(1)

    def run() -> int:
        before = time.process_time()
        training.fit_epoch(next(epochs))
        return round(1e6 * (time.process_time() - before))

    return run


def alternate(ways: dict[str, dict], turns: int) -> dict[str, list[tuple[float, int]]]:
    """Seconds and microseconds of processor time of every turn of every way."""
    workers = []
    try:
        for name, options in ways.items():
            workers.append(rounds.Worker(__file__, name, options))
            workers[-1].wait()
        measured = [[worker.run() for worker in workers] for _ in range(turns)]
    finally:
        for worker in workers:
            worker.close()
    return dict(zip(ways, zip(*measured, strict=True), strict=True))


def describe_ratio(reference: list[float], times: list[float]) -> str:
    """How many times as long it took: median, least and greatest over the turns."""
    return "{:.2f} ({:.2f} to {:.2f})".format(*rounds.ratio(times, reference))


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        return rounds.serve(sys.argv[2], prepare)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="SmallCNN")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--images", type=int, default=320)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    ways = {name: vars(arguments) | {"strengths": strengths} for name, strengths in WAYS.items()}
    measured = alternate(ways, arguments.rounds)
    words = " ".join([sys.executable.rpartition("/")[2], "benchmarks/color_augmentation.py", *sys.argv[1:]])
    print(f"# Cost of augmentations\n\n`{words}`: {rounds.describe_machine()}.\n")
    print(
        f"{arguments.architecture}, {arguments.size} px, batch {BATCH}, {arguments.images} images, "
        f"{arguments.threads} threads; median of {arguments.rounds} turns, in brackets the least and the greatest.\n"
    )
    print("| augmentation | images/s | time, of none | processor time, of none |\n|---|---:|---:|---:|")
    for name, turns in measured.items():
        speed = arguments.images / statistics.median(seconds for seconds, _ in turns)
        pairs = zip(zip(*measured["none"], strict=True), zip(*turns, strict=True), strict=True)
        print(f"| {name} | {speed:.0f} | {' | '.join(describe_ratio(*pair) for pair in pairs)} |")


if __name__ == "__main__":
    main()
