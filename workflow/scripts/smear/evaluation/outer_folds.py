"""The tests of all outer folds together: the proof that they are one test of every image, and their figures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from smear.evaluation.correctness import name_groups
from smear.job import UserError, show_path
from smear.statistics.intervals import bound_share


def prove_tests(
    folds: pd.DataFrame,
    manifests: Sequence[pd.DataFrame],
    predictions: Sequence[pd.DataFrame],
    folder: str | Path,
    fields_searched: bool = True,
) -> dict:
    """How the tests of the outer folds lie to each other.

    folds: `image_id,field_id,group,outer_fold` of all images. manifests, predictions: of each outer fold, `image_id,
    split`, and `image_id`. folder: where all of them lie. fields_searched: whether repeat captures are known. Returns
    `images`, `predictions`, and how many images have one of their group, or of their field, on both sides of a test,
    None where that is not known. Errors: a UserError unless each image was tested once, in its own fold, and no group
    lies on two sides; fields do where the split does not keep them together.
    """
    remedy = f"delete {show_path(folder)} and call the same command again"
    tested = [str(name) for table in predictions for name in table["image_id"]]
    drawn = folds.set_index(folds["image_id"].astype(str))["outer_fold"]
    own = [str(fold) for fold, table in enumerate(predictions, 1) for _ in table["image_id"]]
    if sorted(tested) != sorted(drawn.index) or list(drawn[tested].astype(str)) != own:
        raise UserError(f"The outer folds did not test each of {len(folds):,} images once: {remedy}.")
    sides = pd.DataFrame(index=drawn.index)
    for fold, manifest in enumerate(manifests, 1):
        sides[fold] = manifest.set_index(manifest["image_id"].astype(str))["split"].eq("test").reindex(drawn.index)
    if not np.array_equal(sides.to_numpy(), drawn.to_numpy()[:, None] == sides.columns.to_numpy()):
        raise UserError(f"A split of an outer fold is not that of outer/folds.csv: {remedy}.")
    shared = {name: count_on_both_sides(folds[name], folds["outer_fold"]) for name in ("group", "field_id")}
    if shared["group"]:
        raise UserError(f"{shared['group']:,} images have one of their group in another outer fold: {remedy}.")
    return {
        "images": len(folds),
        "predictions": len(tested),
        "groups_on_two_sides": shared["group"],
        "fields_on_two_sides": shared["field_id"] if fields_searched else None,
    }


def count_on_both_sides(groups: pd.Series, folds: pd.Series) -> int:
    """Images of groups that lie in several outer folds, and so are tested while others of them train."""
    return int((folds.groupby(groups).transform("nunique") > 1).sum())


def tabulate_choices(
    folds: pd.DataFrame, predictions: Sequence[pd.DataFrame], selections: Sequence[dict], axes: Sequence[str]
) -> pd.DataFrame:
    """What each outer fold has selected, and how its test went: a row a fold.

    The columns are `outer_fold,cell`, the axes of the grid, `validation_accuracy,images,groups,correct,accuracy` and
    the accuracy's interval, `accuracy_low,accuracy_high`. selections: what each `selection.json` holds.
    """
    folds, rows = folds.astype({"image_id": str}), []
    for fold, (table, chosen) in enumerate(zip(predictions, selections, strict=True), 1):
        right = (table["label"] == table["predicted"]).to_numpy()
        names = name_groups(folds, table["image_id"].astype(str).to_numpy()).names
        low, high = bound_share(right, names)
        rows.append(
            {
                "outer_fold": fold,
                **{name: chosen[name] for name in ("cell", *axes, "validation_accuracy")},
                "images": len(table),
                "groups": len(np.unique(names)),
                "correct": int(right.sum()),
                "accuracy": float(right.mean()),
                "accuracy_low": low,
                "accuracy_high": high,
            }
        )
    return pd.DataFrame(rows)


def summarize_choices(choices: pd.DataFrame) -> dict:
    """How the outer folds differ: of their accuracies mean, standard deviation, lowest and highest; their choices.

    `validation_gap` is how much lower the tests are than the validation accuracies of the selected grid cells, on
    average over the folds: what the selection, and chance, have added to those.
    """
    accuracy = choices["accuracy"]
    return {
        "folds": len(choices),
        "accuracy_mean": float(accuracy.mean()),
        "accuracy_sd": float(accuracy.std(ddof=1)),
        "accuracy_lowest": float(accuracy.min()),
        "accuracy_highest": float(accuracy.max()),
        "validation_gap": float((choices["validation_accuracy"] - accuracy).mean()),
        "cells": choices["cell"].value_counts(sort=False).to_dict(),
    }
