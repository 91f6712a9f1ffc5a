"""Measure shortcut baselines, and a linear probe, on the very images that the networks are trained on."""

import smear.environment
import numpy as np
import pandas as pd
from smear.evaluation.baselines import Division, draw, list_judged, predict_baselines
from smear.evaluation.correctness import find_groups
from smear.job import log, logged_to
from smear.records import recorded
from smear.statistics.intervals import bound_share
from smear.tables import read_csv, write_csv
from smear.training.tensors import JoinedImages, TensorFile, divide_rows


def audit_color(
    images: JoinedImages,
    labels: np.ndarray,
    groups: np.ndarray,
    divisions: list[Division],
    threads: int,
    embeddings: JoinedImages | None = None,
) -> tuple[list[dict], dict[str, np.ndarray]]:
    """A row of `shortcuts.csv` for each pair of features and classifier, but for its color, of all folds together.

    images: uint8, (n, height, width, 3). labels: (n,). groups: (n,), the name of each image's group. divisions: of each
    fold. embeddings: float32, (n, features). Returns besides the classes that were predicted for the judged images by
    each pair, by "<features>/<classifier>".
    """
    judged = list_judged(divisions)
    rows, predictions = [], {}
    for (features, name), predicted in predict_baselines(images, labels, divisions, threads, embeddings):
        predictions[f"{features}/{name}"] = predicted
        rows.append({"features": features, "classifier": name, **describe(predicted == labels[judged], groups[judged])})
        log.info("%s, %s: %.4f", features, name, rows[-1]["validation_accuracy"])
    return rows, predictions


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


def divide_folds(tables: list[pd.DataFrame]) -> list[Division]:
    """Training and validation images in the tables of both splits, as the cells of each fold get them.

    Without folds there is one such division. Of more than MOST images so many are drawn at random.
    """
    folds = sorted(set(pd.concat(tables)["fold"]))
    divided = [divide_rows(tables, fold) for fold in ([None] if folds == [-1] else folds)]
    return [Division(draw(rows["train"]), draw(rows["validation"])) for rows in divided]


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
        divisions = divide_folds(tables)
        for number, division in enumerate(divisions):
            counts = map(len, division)
            log.info("%s, fold %d: %d training and %d validation images", color, number, *counts)
        joined, embeddings = JoinedImages(parts, np.arange(len(images))), read_embeddings(files, index)
        labels, groups = images["label"].to_numpy(), find_groups(files.manifest, images["image_id"].to_numpy()).names
        rows, columns = audit_color(joined, labels, groups, divisions, snakemake.threads, embeddings)
        figures += [{"color": color, **row} for row in rows]
        named = {f"{color}/{name}": predicted for name, predicted in columns.items()}
        predictions.append(images.loc[list_judged(divisions)].reset_index(drop=True).assign(**named))
    write_csv(pd.DataFrame(figures), snakemake.output.shortcuts)
    # The colors of a grid have the same images, in the same order.
    others = [table.drop(columns=["image_id", "label"]) for table in predictions[1:]]
    write_csv(pd.concat([predictions[0], *others], axis=1), snakemake.output.predictions)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
