"""Change the validation images, and measure what the selected grid cell's model still classifies correctly."""

from collections.abc import Callable
from pathlib import Path

import smear.environment
import numpy as np
import pandas as pd
from smear.arrays import new_array
from smear.evaluation.correctness import find_groups
from smear.files import read_json, write_json
from smear.images.examples import LARGEST, choose_images, reduce
from smear.job import log, logged_to
from smear.perturbation.kinds import Kind, list_kinds
from smear.perturbation.rows import choose_rows
from smear.predictions import get_classes
from smear.records import recorded
from smear.statistics.intervals import bound_share
from smear.statistics.permutation import PERMUTATIONS, compare_with_chance, permute_over_groups
from smear.tables import read_csv, write_csv
from smear.training.keras_start import start_keras
from smear.training.tensors import TRAINING_SPLITS, JoinedImages, TensorFile

BATCH = 64


def change_images(images: np.ndarray, kind: Kind, strength: float, into: np.ndarray) -> None:
    """Write changed images, uint8 (n, height, width, 3), into an array of their shape, a batch at a time."""
    for start in range(0, len(images), BATCH):
        into[start : start + BATCH] = kind.change(images[start : start + BATCH], strength)


def measure_kinds(
    images: np.ndarray,
    kinds: dict[str, Kind],
    predict: Callable[[np.ndarray], np.ndarray],
    labels: np.ndarray,
    groups: np.ndarray,
    classes: list[str],
) -> pd.DataFrame:
    """The rows of `network.csv`, one for each kind of change and strength.

    images: uint8, (n, height, width, 3). predict: from such images to probabilities, (n, classes). groups: of each
    image its group's name.
    """
    permuted = permute_over_groups(labels, groups, PERMUTATIONS)
    plain, changed, rows = predict(images), np.empty_like(images), []
    for name, kind in kinds.items():
        for strength in kind.strengths:
            probabilities = plain
            if strength:
                change_images(images, kind, strength, changed)
                probabilities = predict(changed)
            figures = describe(probabilities, plain, labels, groups, permuted, classes)
            rows.append({"perturbation": name, "strength": strength, **figures})
            log.info("%s, %g: %d of %d correct", name, strength, figures["correct"], len(labels))
    return pd.DataFrame(rows)


def describe(
    probabilities: np.ndarray,
    plain: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    permuted: np.ndarray,
    classes: list[str],
) -> dict:
    """The figures of one row. plain: probabilities of the images as they are. permuted: labels, (permutations, n)."""
    predicted = probabilities.argmax(axis=1)
    right = predicted == labels
    low, high = bound_share(right, groups)
    counts = np.bincount(predicted, minlength=len(classes))
    return {
        "images": len(labels),
        "correct": int(right.sum()),
        "accuracy": right.mean(),
        "accuracy_low": low,
        "accuracy_high": high,
        **compare_with_chance(right.mean(), (permuted == predicted).mean(axis=1))._asdict(),
        "unchanged": (predicted == plain.argmax(axis=1)).mean(),
        "confidence": probabilities.max(axis=1).mean(),
        "most_predicted": classes[counts.argmax()],
        "most_predicted_share": counts.max() / len(labels),
    }


def show_examples(images: np.ndarray, kinds: dict[str, Kind]) -> np.ndarray:
    """Images, (n, height, width, 3), as they are and in each kind of change: uint8, (n, 1 + kinds, h, w, 3)."""
    shown = [images, *(kind.change(images, kind.shown) for kind in kinds.values())]
    side = min(images.shape[1], LARGEST)
    return np.stack([[reduce(image, side) for image in row] for row in zip(*shown, strict=True)])


def main(snakemake) -> None:
    params = snakemake.params
    # Imported here, so that the backend is chosen before and what it says when it starts goes to the log.
    start_keras(params.backend)
    from smear.training.device import adapt, prepare_device
    from smear.training.feed import Feed
    from smear.training.model_file import load_model

    memory = 1_000_000 * snakemake.resources.mem_mb
    prepare_device(snakemake.threads, memory, params.deterministic, params.precision, Path(params.cache))
    files = snakemake.input
    tables = [read_csv(files[f"{split}_rows"]) for split in TRAINING_SPLITS]
    everything = JoinedImages([TensorFile(files[split]) for split in TRAINING_SPLITS], np.arange(sum(map(len, tables))))
    chosen = choose_rows(tables, params.fold)["validation"]
    rows, images = pd.concat(tables, ignore_index=True).loc[chosen], everything[chosen]
    classes, labels = get_classes(pd.concat(tables)), rows["label"].to_numpy()
    groups = find_groups(files.manifest, rows["image_id"].to_numpy())

    model = load_model(files.model, "delete it and start again, and its grid cell is trained again")
    adapt(model)
    # One model, and so one compiled program, for all changes: they take turns in one array.
    given = np.empty_like(images)
    feed = Feed(given, labels, resident=False)
    connected = feed.connect(model)

    def predict(changed: np.ndarray) -> np.ndarray:
        given[:] = changed
        return feed.predict(connected, BATCH)

    kinds = list_kinds(params.rectangles, np.rint(images.mean(axis=(0, 1, 2))).astype(np.uint8))
    write_csv(measure_kinds(images, kinds, predict, labels, groups.names, classes), snakemake.output.network)
    counts = np.bincount(labels, minlength=len(classes))
    facts = {
        "cell": read_json(files.selected)["model_cell"],
        "fold": params.fold,
        "unit": groups.unit,
        "groups": len(np.unique(groups.names)),
        "majority_class": classes[counts.argmax()],
        "majority": counts.max() / len(labels),
        "permutations": PERMUTATIONS,
        "shown": {name: kind.shown for name, kind in kinds.items()},
    }
    write_json(facts, snakemake.output.facts)
    shown = choose_images(rows, 1)
    examples = show_examples(images[shown], kinds)
    with new_array(Path(snakemake.output.examples), examples.shape, np.uint8, "A figure of changed images") as array:
        array[:] = examples
    write_csv(rows.iloc[shown][["image_id", "class"]], snakemake.output.example_rows)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
