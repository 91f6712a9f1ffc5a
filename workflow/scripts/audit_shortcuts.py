"""Measure what classifiers reach that cannot see a cell, on the very images that the networks are trained on."""

import smear.environment
import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from smear.images.glimpses import GLIMPSES
from smear.job import log, logged_to
from smear.metrics import wilson_interval
from smear.parallel import map_parallel
from smear.tables import read_csv, write_csv

TREES = 300
MOST = 20_000  # images of a split: distances and trees grow faster than the images, and the accuracies hardly


def build_classifiers(threads: int) -> dict[str, ClassifierMixin]:
    """Fresh classifiers by their names in `shortcuts.csv`; those that measure distances get scaled features."""
    return {
        "naive_bayes": GaussianNB(),
        "nearest_neighbours": make_pipeline(StandardScaler(), KNeighborsClassifier(n_jobs=threads)),
        "logistic_regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        "random_forest": RandomForestClassifier(TREES, random_state=0, n_jobs=threads),
    }


def glimpse_at(images: np.ndarray, threads: int) -> dict[str, np.ndarray]:
    """The features of `images`, uint8 (images, height, width, 3), by the names of GLIMPSES: (images, numbers) each."""
    taken = list(map_parallel(lambda image: [take(image) for take in GLIMPSES.values()], images, threads, "glimpses"))
    return {name: np.stack(column) for name, column in zip(GLIMPSES, zip(*taken, strict=True), strict=True)}


def audit_color(train: tuple, validation: tuple, threads: int) -> pd.DataFrame:
    """`features,classifier` and the validation figures of each pair; train and validation are (images, labels)."""
    (images, labels), (validation_images, truth) = train, validation
    blind, still_blind = np.zeros((len(labels), 1)), np.zeros((len(truth), 1))
    rows = [measure("none", "prior", DummyClassifier(), blind, labels, still_blind, truth)]
    seen, unseen = glimpse_at(images, threads), glimpse_at(validation_images, threads)
    for features in GLIMPSES:
        for name, classifier in build_classifiers(threads).items():
            rows.append(measure(features, name, classifier, seen[features], labels, unseen[features], truth))
            log.info("%s, %s: %.4f", features, name, rows[-1]["validation_accuracy"])
    return pd.DataFrame(rows)


def measure(
    features: str,
    name: str,
    classifier: ClassifierMixin,
    seen: np.ndarray,
    labels: np.ndarray,
    unseen: np.ndarray,
    truth: np.ndarray,
) -> dict:
    """Fit a classifier to the features `seen` of training images; one row about what it makes of `unseen` ones."""
    predicted = classifier.fit(seen, labels).predict(unseen)
    correct, images = int((predicted == truth).sum()), len(truth)
    low, high = wilson_interval(correct, images)
    return {
        "features": features,
        "classifier": name,
        "validation_accuracy": correct / images,
        "validation_low": low,
        "validation_high": high,
        "validation_correct": correct,
        "validation_images": images,
    }


def read_split(tensor: str, rows: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of one split, as a memory map; of a larger one MOST images, drawn at random."""
    images, labels = np.load(tensor, mmap_mode="r"), read_csv(rows)["label"].to_numpy()
    if len(labels) <= MOST:
        return images, labels
    drawn = np.sort(np.random.default_rng(0).permutation(len(labels))[:MOST])
    return images[drawn], labels[drawn]


def main(snakemake) -> None:
    files = snakemake.input
    tables = []
    for index, color in enumerate(snakemake.params.colors):
        train = read_split(files.train[index], files.train_rows[index])
        validation = read_split(files.validation[index], files.validation_rows[index])
        log.info("%s: %d training and %d validation images", color, len(train[1]), len(validation[1]))
        tables.append(audit_color(train, validation, snakemake.threads).assign(color=color))
    table = pd.concat(tables)
    write_csv(table[["color", *table.columns.drop("color")]], snakemake.output.shortcuts)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
