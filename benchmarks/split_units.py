"""What a linear probe on frozen features reaches by what a split keeps together: image, field, sequence, stain.

    python benchmarks/split_units.py config.yaml [--folds 5] [--cores 2]

The configuration names the data set (`dataset:`). Features of all images are computed once, by the workflow's own rule;
each split is the workflow's too, with folds, so that every image outside its test is validated once. Prints a table in
Markdown. Labels of test images are not read.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import rounds

UNITS = {
    "image": "{unit: image, %s}",
    "field": "{unit: field, %s}",
    "sequence, blocks of 25 numbers": "{unit: sequence, block: 25, %s}",
    "sequence, blocks of 50 numbers": "{unit: sequence, block: 50, %s}",
    "sequence, blocks of 100 numbers": "{unit: sequence, block: 100, %s}",
    "stain": "{unit: stain, %s}",
}
ALL = "splits"  # the experiment whose features are used


def make(arguments, *targets: str, **settings: str) -> None:
    """Let the workflow make these files."""
    command = [sys.executable, "-m", "snakemake", *targets, "--cores", str(arguments.cores), "--quiet", "rules"]
    command += ["--snakefile", str(rounds.ROOT / "workflow/Snakefile"), "--directory", str(arguments.directory)]
    command += ["--configfile", str(rounds.ROOT / "config/config.yaml"), str(arguments.configuration.absolute())]
    subprocess.run([*command, "--config", *(f"{key}={value}" for key, value in settings.items())], check=True)


def read_split(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "split/manifest.csv", keep_default_na=False)


def read_features(arguments) -> tuple[pd.Index, np.ndarray]:
    """The features of every image, (images, features), and the images of its rows."""
    folder = arguments.directory / f"results/{ALL}"
    splits = ("train", "validation", "test")
    make(arguments, *(f"results/{ALL}/embeddings/{split}.npy" for split in splits), experiment=ALL)
    manifest = read_split(folder)
    images = pd.concat([manifest.loc[manifest["split"] == split, "image_id"] for split in splits])
    return pd.Index(images), np.concatenate([np.load(folder / f"embeddings/{split}.npy") for split in splits])


def measure(manifest: pd.DataFrame, images: pd.Index, features: np.ndarray, threads: int) -> list[dict]:
    """The figures of the probe and of nearest neighbors, over the folds of a split."""
    from audit_shortcuts import describe
    from smear.evaluation.baselines import Division, build_probes, predict_divisions

    shown = manifest[manifest["split"] != "test"].reset_index(drop=True)
    numbers, labels, fold = features[images.get_indexer(shown["image_id"])], shown["label"].to_numpy(), shown["fold"]
    folds = [Division(np.flatnonzero(fold != nth), np.flatnonzero(fold == nth)) for nth in sorted(set(fold))]
    probes = build_probes(threads)
    groups = shown["group"].to_numpy()
    return [describe(predict_divisions(probe, numbers, labels, folds) == labels, groups) for probe in probes.values()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configuration", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--directory", type=Path, help="where results/ is, or shall be; a temporary folder by default")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        arguments.directory = arguments.directory or Path(temporary)
        images, features = read_features(arguments)
        print("| split by | images | linear probe | 95 % interval | five nearest neighbors |")
        print("|---|---:|---:|---:|---:|")
        for number, (unit, split) in enumerate(UNITS.items()):
            name, split = f"{ALL}-{number}", split % f"folds: {arguments.folds}"
            make(arguments, f"results/{name}/split/manifest.csv", experiment=name, split=split)
            manifest = read_split(arguments.directory / f"results/{name}")
            probe, neighbors = measure(manifest, images, features, arguments.cores)
            low, high = (f"{100 * probe[f'validation_{side}']:.1f}" for side in ("low", "high"))
            accuracy, other = (f"{100 * row['validation_accuracy']:.1f} %" for row in (probe, neighbors))
            print(f"| {unit} | {probe['validation_images']:,} | {accuracy} | {low} to {high} % | {other} |", flush=True)


if __name__ == "__main__":
    main()
