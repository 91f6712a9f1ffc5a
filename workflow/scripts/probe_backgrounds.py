"""Train a linear probe on features of images without blood cells, and set it beside permuted labels."""

import smear.environment
import numpy as np
import pandas as pd
from smear.evaluation.correctness import find_groups
from smear.job import log, logged_to
from smear.records import recorded
from smear.statistics.intervals import bound_share
from smear.statistics.permutation import PERMUTATIONS, compare_with_chance, permute_over_groups
from smear.tables import read_csv, write_csv
from smear.training.tensors import JoinedImages, TensorFile

TOGETHER = 50  # permutations that are computed at once


def standardize(features: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Features, (n, features), by split, less the mean of `train` and in its standard deviations; float64."""
    train = features["train"].astype(np.float64)
    mean, spread = train.mean(axis=0), train.std(axis=0)
    return {split: (values - mean) / np.where(spread > 0, spread, 1) for split, values in features.items()}


def solve_ridge(train: np.ndarray, validation: np.ndarray, penalty: float) -> np.ndarray:
    """The matrix, (validation images, training images), that takes centered targets to ridge regression's predictions.

    train, validation: standardized features, (n, features) each. It depends on no label, so that each of a thousand
    permutations costs one product.
    """
    images, count = train.shape
    if images < count:
        return np.linalg.solve(train @ train.T + penalty * np.eye(images), train @ validation.T).T
    return validation @ np.linalg.solve(train.T @ train + penalty * np.eye(count), train.T)


def classify(hat: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """The classes that ridge regression of one target a class, 1 or -1, gives the validation images.

    hat: as `solve_ridge` returns it. labels: of the training images, (…, n). Returns (…, validation images).
    """
    targets = 2.0 * np.eye(classes)[labels] - 1
    means = targets.mean(axis=-2, keepdims=True)
    return (hat @ (targets - means) + means).argmax(axis=-1)


def probe(features: dict[str, np.ndarray], labels: dict[str, np.ndarray], groups: dict[str, np.ndarray]) -> dict:
    """The figures of a row of `background_probe.csv`: the probe's, and those with permuted training labels.

    features: (n, features) by split, `train` and `validation`. labels, groups: (n,) by split.
    """
    classes = 1 + max(map(max, labels.values()))
    scaled = standardize(features)
    # As many features as the diagonal of the standardized images' products has on the average.
    hat = solve_ridge(scaled["train"], scaled["validation"], scaled["train"].shape[1])
    right = classify(hat, labels["train"], classes) == labels["validation"]
    permuted = permute_over_groups(labels["train"], groups["train"], PERMUTATIONS)
    parts = np.array_split(permuted, -(-PERMUTATIONS // TOGETHER))
    chance = np.concatenate([(classify(hat, part, classes) == labels["validation"]).mean(axis=1) for part in parts])
    low, high = bound_share(right, groups["validation"])
    return {
        "images": len(right),
        "correct": int(right.sum()),
        "accuracy": right.mean(),
        "accuracy_low": low,
        "accuracy_high": high,
        **compare_with_chance(right.mean(), chance)._asdict(),
    }


def main(snakemake) -> None:
    files = snakemake.input
    table = read_csv(files.rows)
    parts = [TensorFile(path) for path in (files.train_embeddings, files.validation_embeddings)]
    everything = JoinedImages(parts, np.arange(sum(map(len, parts))))
    given = {"unchanged": everything[table["row"].to_numpy()], "foreground": np.load(files.features)}
    table["group"] = find_groups(files.manifest, table["image_id"].to_numpy()).names
    places = {split: np.flatnonzero(table["split"] == split) for split in ("train", "validation")}
    labels, groups = (
        {split: table[column].to_numpy()[at] for split, at in places.items()} for column in ("label", "group")
    )
    rows = []
    for images, features in given.items():
        figures = probe({split: features[at] for split, at in places.items()}, labels, groups)
        rows.append({"perturbation": images, **figures})
        log.info("%s: %d of %d correct", images, figures["correct"], figures["images"])
    write_csv(pd.DataFrame(rows), snakemake.output.probe)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
