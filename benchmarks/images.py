"""Time and memory of every stage as the images grow.

    python benchmarks/images.py [--images 3000 30000 300000] [--size 48]

A whole run of the workflow for each number, with one epoch of the small network. The images are colored noise of the
coarseness of cells, which is drawn in no time and has as many striking places as a smear; each tenth is another capture
of the one before. Prints a table in Markdown: seconds, and MB of the stage's processes together at their peak, as
Snakemake measured them.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import rounds
from PIL import Image
from scipy.ndimage import gaussian_filter
from workflows import call, copy_workflow, read_benchmark

CLASSES = ["Benign", "Early", "Pre", "Pro"]
GRID = "{architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.001], epochs: [1]}"


def read_stages(results: Path, experiment: str) -> dict[str, tuple[float, float]]:
    """Seconds and MB of every job of an experiment and its data set, by rule."""
    stages = {}
    for path in sorted([*results.glob("datasets/*/logs/*.tsv"), *results.glob(f"{experiment}/logs/**/*.tsv")]):
        row = read_benchmark(path)
        rule = path.parent.name if path.parent.name != "logs" else path.stem
        # The longest job of a rule: of the tensors, that of the training images.
        memory = 0.0 if row["max_rss"] in ("-", "NA") else float(row["max_rss"]) * 1.048576
        stages[rule] = max(stages.get(rule, (0.0, 0.0)), (float(row["s"]), memory))
    return stages


def draw_images(folder: Path, images: int, size: int) -> None:
    """Write so many images, in class folders."""
    random, shift = np.random.default_rng(0), size // 6
    for name in CLASSES:
        (folder / name).mkdir(parents=True)
        for number in range(images // len(CLASSES)):
            if number % 10 != 9:
                noise = random.standard_normal((size + shift, size + shift, 3), np.float32)
                noise = gaussian_filter(noise, (2, 2, 0.5))
                canvas = np.clip(140 + 50 * noise / noise.std(), 0, 255).astype(np.uint8)
            down, right = random.integers(0, shift + 1, 2)
            pixels = canvas[down : down + size, right : right + size]
            Image.fromarray(pixels).save(folder / name / f"{number:06}.png", compress_level=1)


def measure(folder: Path, images: int, size: int) -> dict[str, tuple[float, float]]:
    """The stages of a run on so many images, which are removed with the results."""
    experiment = f"n{images}"
    draw_images(folder / "images", images, size)
    options = {
        "experiment": experiment,
        "grid": GRID,
        "dataset": "{source: folder, path: images}",
        "image": "{size: 32}",
        "training": "{threads: 2}",
    }
    call(folder, options)
    stages = read_stages(folder / "results", experiment)
    for name in ("results", "images"):
        shutil.rmtree(folder / name)
    return stages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, nargs="+", default=[3_000, 30_000, 300_000])
    parser.add_argument("--size", type=int, default=48)
    arguments = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as name:
        copy_workflow(Path(name))
        for images in arguments.images:
            found[images] = measure(Path(name), images, arguments.size)
            print(images, found[images], file=sys.stderr, flush=True)
    print(f"# Many images\n\n{rounds.describe_machine()}. Colored noise of {arguments.size} px. Seconds and MB.\n")
    print("| stage |" + "".join(f" {images:,} | MB |" for images in found))
    print("|---|" + "---:|---:|" * len(found))
    for rule in found[arguments.images[-1]]:
        figures = (found[images].get(rule, (0.0, 0.0)) for images in found)
        print(f"| {rule} |" + "".join(f" {seconds:.1f} | {memory:,.0f} |" for seconds, memory in figures))


if __name__ == "__main__":
    main()
