"""Shortcut baselines and probes: the classifiers, the numbers that they are given, and their predictions.

The audit judges all of them by the validation images, and the final test those that were chosen so by the test images.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from smear.images.shortcut_features import SHORTCUT_FEATURES
from smear.parallel import map_parallel
from smear.training.tensors import JoinedImages

TREES = 300
MOST = 20_000  # images of a split, or fold: distances and trees grow faster than the images, and the accuracies hardly


class Division(NamedTuple):
    """Row numbers of images: those that a classifier is fitted to, and those that it is judged by."""

    train: np.ndarray
    judged: np.ndarray


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


def build_baselines(threads: int, embedded: bool) -> dict[tuple[str, str], ClassifierMixin]:
    """Fresh classifiers by the features and the name that they have in `shortcuts.csv`, in its order.

    embedded: whether there are embeddings.
    """
    kinds = {"none": {"prior": DummyClassifier()}}
    kinds |= {features: build_classifiers(threads) for features in SHORTCUT_FEATURES}
    if embedded:
        kinds["embeddings"] = build_probes(threads)
    return {(features, name): each for features, classifiers in kinds.items() for name, each in classifiers.items()}


def predict_baselines(
    images: JoinedImages,
    labels: np.ndarray,
    divisions: list[Division],
    threads: int,
    embeddings: JoinedImages | None = None,
    pairs: Collection[tuple[str, str]] | None = None,
) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    """Each pair of features and classifier with the classes that it predicts for all judged images, (judged,).

    images: uint8, (n, height, width, 3). labels: (n,). The predictions have the order of the judged images' rows.
    embeddings: float32, (n, features). pairs: which ones, all of them without it.
    """
    classifiers = build_baselines(threads, embeddings is not None)
    wanted = list(classifiers if pairs is None else pairs)
    used = np.unique(np.concatenate([rows for division in divisions for rows in division]))
    judged = list_judged(divisions)
    divisions = [Division(*(np.searchsorted(used, rows) for rows in division)) for division in divisions]
    places = np.searchsorted(used, judged)
    shortcuts = [name for name in SHORTCUT_FEATURES if any(features == name for features, _ in wanted)]
    numbers = compute_features(images, used, threads, shortcuts)
    numbers["none"] = np.zeros((len(used), 1))
    if embeddings is not None:
        numbers["embeddings"] = embeddings[used]
    for pair in wanted:
        yield pair, predict_divisions(classifiers[pair], numbers[pair[0]], labels[used], divisions)[places]


def list_judged(divisions: list[Division]) -> np.ndarray:
    """The row numbers of all judged images, in order."""
    return np.sort(np.concatenate([division.judged for division in divisions]))


def compute_features(
    images: JoinedImages, rows: np.ndarray, threads: int, names: Collection[str]
) -> dict[str, np.ndarray]:
    """Those of SHORTCUT_FEATURES that are named, of the images of these rows: (rows, numbers) each."""
    if not names:
        return {}

    def take_all(row: int) -> list[np.ndarray]:
        (image,) = images[np.array([row])]
        return [SHORTCUT_FEATURES[name](image) for name in names]

    taken = list(map_parallel(take_all, rows, threads, "shortcut features"))
    return {name: np.stack(column) for name, column in zip(names, zip(*taken, strict=True), strict=True)}


def predict_divisions(
    classifier: ClassifierMixin, numbers: np.ndarray, labels: np.ndarray, divisions: list[Division]
) -> np.ndarray:
    """The class that the classifier, fitted to the training images of each division, predicts for its judged images.

    Returns labels, (n,); -1 for images that no division judges.
    """
    predicted = np.full(len(labels), -1)
    for train, judged in divisions:
        predicted[judged] = classifier.fit(numbers[train], labels[train]).predict(numbers[judged])
    return predicted


def draw(rows: np.ndarray) -> np.ndarray:
    """At most MOST of the rows, in order."""
    if len(rows) <= MOST:
        return rows
    return rows[np.sort(np.random.default_rng(0).permutation(len(rows))[:MOST])]
