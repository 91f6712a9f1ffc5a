"""What leakage adds: a split by image beside one by field, and images whose field a training has seen beside others."""

import numpy as np
import pandas as pd

from smear.grid import AXES
from smear.reproduction.claims import Claim, Comparison
from smear.reproduction.effects import Effect, unpaired_effect
from smear.reproduction.results import SplitResults, count_cells
from smear.reproduction.verdicts import NOT_TESTED, judge

BETWEEN = "image less field"
"""The split of a claim that compares both."""

CONFOUNDED = (
    "Images with a repeat capture were not drawn at random: they are of other slides and in other shares of the "
    "classes, so that not all of a difference need be leakage."
)


def find_repeats(results: SplitResults, image_ids: pd.Series) -> np.ndarray:
    """Whether each of these images has a repeat capture of its field among the training images: bool, (images,).

    An image of a fold is judged by the networks that were trained on the other folds, one for the test by that of the
    first fold, whose training the manifest has as `train`.
    """
    manifest = results.manifest.set_index("image_id")
    images, trained = manifest.loc[image_ids], set(manifest.loc[manifest["split"] == "train", "field_id"])
    folds = manifest[manifest["fold"] >= 0].groupby("field_id")["fold"].nunique()
    in_others = images["field_id"].map(folds) > 1
    return np.where(images["fold"] >= 0, in_others, images["field_id"].isin(trained))


def count_repeats(results: SplitResults) -> dict | None:
    """How many validation and test images have a repeat capture in the training; None where none were searched for."""
    if not results.fields_searched:
        return None
    counts = {}
    for name, images in (("validation", results.validation), ("test", results.test)):
        repeated = find_repeats(results, images["image_id"])
        counts[name] = {"images": len(repeated), "with_repeat_in_training": int(repeated.sum())}
    return counts


def judge_test_leakage(image: SplitResults, field: SplitResults) -> Claim:
    """The test accuracy of the grid cell selected on a split by image is higher than of that on one by field."""
    effect = unpaired_effect(image.sample_test(), field.sample_test())
    found = [Comparison("split by image", "split by field", "test accuracy, selected grid cells", 1, effect)]
    return Claim("leakage_test", BETWEEN, judge([effect]), found)


def judge_validation_leakage(image: SplitResults, field: SplitResults) -> Claim:
    """The validation accuracy, in the mean of the grid cells that finished on both splits, is higher by image."""
    rows = match_cells(image.replicates, field.replicates)
    if not len(rows):
        return Claim("leakage_validation", BETWEEN, NOT_TESTED, [], "No grid cell finished on both splits.")
    samples = image.sample_validation(rows[:, 0]), field.sample_validation(rows[:, 1])
    effect = count_images(unpaired_effect(*samples), len(rows))
    measure = describe_mean(image.replicates.iloc[rows[:, 0]])
    found = [Comparison("split by image", "split by field", measure, len(rows), effect)]
    return Claim("leakage_validation", BETWEEN, judge([effect]), found)


def judge_repeats(image: SplitResults) -> Claim:
    """On a split by image, validation images with a repeat capture in the training are right more often than others."""
    repeated = find_repeats(image, image.validation["image_id"])
    if not image.fields_searched or repeated.all() or not repeated.any():
        note = "No validation image has a repeat capture in the training, or all have."
        return Claim("repeat_captures", image.unit, NOT_TESTED, [], note)
    rows = range(len(image.replicates))
    first, second = (image.sample_validation(rows, here) for here in (repeated, ~repeated))
    effect = count_images(unpaired_effect(first, second), len(rows))
    measure = describe_mean(image.replicates)
    names = "images with a repeat capture in the training", "other images"
    found = [Comparison(*names, measure, len(rows), effect)]
    return Claim("repeat_captures", image.unit, judge([effect]), found, CONFOUNDED)


def match_cells(first: pd.DataFrame, second: pd.DataFrame) -> np.ndarray:
    """Rows of two tables with the same hyperparameters: int, (matched, 2), places."""
    tables = [table[[*AXES]].assign(place=np.arange(len(table))) for table in (first, second)]
    return tables[0].merge(tables[1], on=[*AXES])[["place_x", "place_y"]].to_numpy()


def describe_mean(replicates: pd.DataFrame) -> str:
    """What is compared where these replicates are put together."""
    cells = count_cells(replicates)
    return f"validation accuracy, mean of {cells} grid cells" if cells > 1 else "validation accuracy of the grid cell"


def count_images(effect: Effect, rows: int) -> Effect:
    """An effect of the answers of several rows, with the number of images that they answered."""
    return effect._replace(images=effect.images // rows)
