"""Time and memory of every stage as the images grow.

    python benchmarks/images.py [--images 3000 30000 300000] [--size 64]

A whole run of the workflow for each number, with one epoch of the small network. Prints a table in Markdown: seconds,
and MB of the stage's processes together at their peak, as Snakemake measured them.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import rounds
from workflows import call, copy_workflow, read_benchmark

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


def measure(folder: Path, images: int, size: int) -> dict[str, tuple[float, float]]:
    """The stages of a run on so many images, whose results are removed."""
    experiment = f"n{images}"
    options = {
        "experiment": experiment,
        "grid": GRID,
        "dataset": f"{{synthetic: {{images: {images}, size: {size}}}}}",
        "image": f"{{size: {size // 2}}}",
        "training": "{threads: 2}",
    }
    call(folder, options)
    stages = read_stages(folder / "results", experiment)
    shutil.rmtree(folder / "results")
    return stages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, nargs="+", default=[3_000, 30_000, 300_000])
    parser.add_argument("--size", type=int, default=64)
    arguments = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as name:
        copy_workflow(Path(name))
        for images in arguments.images:
            found[images] = measure(Path(name), images, arguments.size)
            print(images, found[images], file=sys.stderr, flush=True)
    print(f"# Many images\n\n{rounds.describe_machine()}. Synthetic smears of {arguments.size} px. Seconds and MB.\n")
    print("| stage |" + "".join(f" {images:,} | MB |" for images in found))
    print("|---|" + "---:|---:|" * len(found))
    for rule in found[arguments.images[-1]]:
        figures = (found[images].get(rule, (0.0, 0.0)) for images in found)
        print(f"| {rule} |" + "".join(f" {seconds:.1f} | {memory:,.0f} |" for seconds, memory in figures))


if __name__ == "__main__":
    main()
