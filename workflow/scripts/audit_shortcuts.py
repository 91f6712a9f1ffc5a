"""Measure shortcut baselines, and a linear probe, on the very images that the networks are trained on."""

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
from smear.correctness import find_groups
from smear.images.shortcut_features import SHORTCUT_FEATURES
from smear.intervals import bound_share
from smear.job import log, logged_to
from smear.parallel import map_parallel
from smear.records import recorded
from smear.tables import read_csv, write_csv
from smear.training.tensors import TRAINING_SPLITS, JoinedImages, TensorFile, divide_rows

TREES = 300
MOST = 20_000  # images of a split, or fold: distances and trees grow faster than the images, and the accuracies hardly


def build_classifiers(threads: int) -> dict[str, ClassifierMixin]:
    """Fresh classifiers by their names in `shortcuts.csv`; those that measure distances get scaled features."""
    return {
        "naive_bayes": GaussianNB(),
        "nearest_neighbours": make_pipeline(StandardScaler(), KNeighborsClassifier(n_jobs=threads)),
        "logistic_regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        "random_forest": RandomForestClassifier(TREES, random_state=0, n_jobs=threads),
    }


def build_probes(threads: int) -> dict[str, ClassifierMixin]:
    """Fresh classifiers of embeddings by their names in `shortcuts.csv`.

    The probe's penalty is fixed and strong, for there are about as many features as training images: C is 0.01, with
    which 0.1 agreed on the leukemia images.
    """
    return {
        "linear_probe": make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000)),
        "nearest_neighbours": make_pipeline(StandardScaler(), KNeighborsClassifier(n_jobs=threads)),
    }


def compute_features(images: JoinedImages, rows: np.ndarray, threads: int) -> dict[str, np.ndarray]:
    """The features of the images of these rows, by the names of SHORTCUT_FEATURES: (rows, numbers) each."""

    def take_all(row: int) -> list[np.ndarray]:
        (image,) = images[np.array([row])]
        return [take(image) for take in SHORTCUT_FEATURES.values()]

    taken = list(map_parallel(take_all, rows, threads, "shortcut features"))
    return {name: np.stack(column) for name, column in zip(SHORTCUT_FEATURES, zip(*taken, strict=True), strict=True)}


def audit_color(
    images: JoinedImages,
    labels: np.ndarray,
    groups: np.ndarray,
    folds: list[dict],
    threads: int,
    embeddings: JoinedImages | None = None,
) -> tuple[list[dict], np.ndarray, dict[str, np.ndarray]]:
    """A row of `shortcuts.csv` for each pair of features and classifier, but for its color, of all folds together.

    images: uint8, (n, height, width, 3). labels: (n,). groups: (n,), the name of each image's group. folds: row numbers
    for `train` and `validation`, of each fold. embeddings: float32, (n, features). Returns besides the row numbers of
    the validation images, in order, and the classes that were predicted for them by each pair, by
    "<features>/<classifier>".
    """
    used = np.unique(np.concatenate([rows for fold in folds for rows in fold.values()]))
    folds = [{split: np.searchsorted(used, rows) for split, rows in fold.items()} for fold in folds]
    validated = np.sort(np.concatenate([fold["validation"] for fold in folds]))
    labels, groups, numbers = labels[used], groups[used], compute_features(images, used, threads)
    pairs = [("none", {"prior": DummyClassifier()})]
    pairs += [(features, build_classifiers(threads)) for features in SHORTCUT_FEATURES]
    numbers["none"] = np.zeros((len(used), 1))
    if embeddings is not None:
        numbers["embeddings"] = embeddings[used]
        pairs.append(("embeddings", build_probes(threads)))
    rows, predictions = [], {}
    for features, classifiers in pairs:
        for name, classifier in classifiers.items():
            predicted = predict_folds(classifier, numbers[features], labels, folds)[validated]
            predictions[f"{features}/{name}"] = predicted
            figures = describe(predicted == labels[validated], groups[validated])
            rows.append({"features": features, "classifier": name, **figures})
            log.info("%s, %s: %.4f", features, name, rows[-1]["validation_accuracy"])
    return rows, used[validated], predictions


def predict_folds(
    classifier: ClassifierMixin, numbers: np.ndarray, labels: np.ndarray, folds: list[dict]
) -> np.ndarray:
    """The class that the classifier, fitted to the training images of each fold, predicts for its validation images.

    Returns labels, (n,); -1 for images that no fold validates.
    """
    predicted = np.full(len(labels), -1)
    for fold in folds:
        train, validation = fold["train"], fold["validation"]
        predicted[validation] = classifier.fit(numbers[train], labels[train]).predict(numbers[validation])
    return predicted


def describe(right: np.ndarray, groups: np.ndarray) -> dict:
    """The figures of a row of `shortcuts.csv`. right: bool, (images,). groups: of each image its group's name."""
    correct, images = int(right.sum()), len(right)
    low, high = bound_share(right, groups)
    return {
        "validation_accuracy": correct / images,
        "validation_low": low,
        "validation_high": high,
        "validation_correct": correct,
        "validation_images": images,
    }


def divide_folds(tables: list[pd.DataFrame]) -> list[dict[str, np.ndarray]]:
    """Row numbers for `train` and `validation` in the tables of both splits, as the cells of each fold get them.

    Without folds there is one such division. Of more than MOST images so many are drawn at random.
    """
    folds = sorted(set(pd.concat(tables)["fold"]))
    divisions = [divide_rows(tables, fold) for fold in ([None] if folds == [-1] else folds)]
    return [{split: draw(rows) for split, rows in division.items()} for division in divisions]


def draw(rows: np.ndarray) -> np.ndarray:
    """At most MOST of the rows, in order."""
    if len(rows) <= MOST:
        return rows
    return rows[np.sort(np.random.default_rng(0).permutation(len(rows))[:MOST])]


def read_embeddings(files, index: int) -> JoinedImages | None:
    """The embeddings of the images of both splits in one of the colors; None where they are turned off."""
    if not hasattr(files, "train_embeddings"):
        return None
    parts = [TensorFile(paths[index]) for paths in (files.train_embeddings, files.validation_embeddings)]
    return JoinedImages(parts, np.arange(sum(map(len, parts))))


def main(snakemake) -> None:
    files = snakemake.input
    figures, predictions = [], []
    for index, color in enumerate(snakemake.params.colors):
        tables = [read_csv(paths[index]) for paths in (files.train_rows, files.validation_rows)]
        images = pd.concat(tables, ignore_index=True)[["image_id", "label"]]
        parts = [TensorFile(paths[index]) for paths in (files.train, files.validation)]
        folds = divide_folds(tables)
        for number, fold in enumerate(folds):
            counts = (len(fold[split]) for split in TRAINING_SPLITS)
            log.info("%s, fold %d: %d training and %d validation images", color, number, *counts)
        joined, embeddings = JoinedImages(parts, np.arange(len(images))), read_embeddings(files, index)
        labels, groups = images["label"].to_numpy(), find_groups(files.manifest, images["image_id"].to_numpy()).names
        rows, validated, columns = audit_color(joined, labels, groups, folds, snakemake.threads, embeddings)
        figures += [{"color": color, **row} for row in rows]
        named = {f"{color}/{name}": predicted for name, predicted in columns.items()}
        predictions.append(images.loc[validated].reset_index(drop=True).assign(**named))
    write_csv(pd.DataFrame(figures), snakemake.output.shortcuts)
    # The colors of a grid have the same images, in the same order.
    others = [table.drop(columns=["image_id", "label"]) for table in predictions[1:]]
    write_csv(pd.concat([predictions[0], *others], axis=1), snakemake.output.predictions)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
