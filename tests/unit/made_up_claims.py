"""Made-up grids with known answers: what grid cells have right follows from an accuracy that a test plants."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from made_up import CLASSES, cell_name, grid_cells
from smear.reproduction.results import SplitResults

TRAINED, GROUP = 400, 2  # images in the training, and of each field


def make_answers(accuracies: list[float], groups: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Answers, bool, (rows, images), of rows with these accuracies; those of a group are alike, and hard for all."""
    hard = random.random(groups.max() + 1)[groups]
    luck = random.random((len(accuracies), len(groups)))
    # Half of what decides is the image's, and half is the row's own luck with it; the sum is uniform again.
    mixed = (hard + luck) / 2
    uniform = np.where(mixed < 0.5, 2 * mixed**2, 1 - 2 * (1 - mixed) ** 2)
    return uniform < np.array(accuracies)[:, None]


def make_split(
    accuracy: Callable[[dict], float],
    unit: str = "field",
    images: int = 400,
    recalls: tuple[float, ...] = (0.98,) * 4,
    tested: int = 200,
    draw: int = 0,
    repeated: int = 0,
    bonus: float = 0.0,
    **axes: list,
) -> SplitResults:
    """A grid, by default the paper's, whose cells have these validation accuracies; `axes` as of `grid_cells`.

    images: of the validation, two of each field. recalls: of the selected grid cell on `tested` test images of each
    class. repeated: validation images with a repeat capture in the training, which are right more often by `bonus`.
    """
    random, cells = np.random.default_rng(draw), grid_cells(**axes)
    groups = np.arange(images) // GROUP
    right = make_answers([accuracy(cell) for cell in cells], groups, random)
    right[:, :repeated] |= random.random((1, repeated)) < bonus
    table = pd.DataFrame([{"cell": cell_name(cell), **cell} for cell in cells])
    table["validation_accuracy"], table["place"] = right.mean(axis=1), np.arange(len(cells))
    table = table.sort_values(["validation_accuracy", "cell"], ascending=[False, True], ignore_index=True)
    labels = np.repeat(np.arange(len(CLASSES)), tested)
    wrong = random.random(len(labels)) >= np.repeat(recalls, tested)
    test = pd.DataFrame({"image_id": [f"test/{k}" for k in range(len(labels))], "label": labels})
    test["predicted"] = np.where(wrong, (labels + 1) % len(CLASSES), labels)
    test["group"] = test["image_id"]
    validation = pd.DataFrame({"image_id": [f"validation/{k}" for k in range(images)]})
    validation["group"] = [f"field {group}" for group in groups]
    trained = pd.DataFrame({"image_id": [f"train/{k}" for k in range(TRAINED)], "split": "train"})
    trained["group"] = [f"field {k // GROUP}" if k < repeated else f"other {k}" for k in range(TRAINED)]
    manifest = pd.concat([trained, validation.assign(split="validation"), test.assign(split="test")])
    return SplitResults(
        unit=unit,
        replicates=table.drop(columns="place"),
        right=right[table["place"]],
        validation=validation,
        test=test,
        classes=CLASSES,
        manifest=manifest.rename(columns={"group": "field_id"}).assign(fold=-1),
        grouped="field",
        diverged=0,
        fields_searched=True,
    )


def write_split(results: SplitResults, folder: Path) -> dict:
    """Write the files of a split under `folder`, as the workflow does; return them by the names of `read_split`."""
    (folder / "cells").mkdir(parents=True)
    labels = np.arange(len(results.validation)) % len(CLASSES)
    predictions = []
    for cell, right in zip(results.replicates["cell"], results.right, strict=True):
        table = results.validation[["image_id"]].assign(label=labels)
        table["predicted"] = np.where(right, labels, (labels + 1) % len(CLASSES))
        predictions.append(folder / "cells" / f"{cell}.csv")
        table.sample(frac=1, random_state=1).to_csv(predictions[-1], index=False)
    # Of equally accurate ones the loss decides.
    order = np.arange(1, len(predictions) + 1)
    replicates = results.replicates.assign(rank=order, validation_loss=order, parameters=1, status="finished")
    replicates.assign(replicate=replicates["cell"]).to_csv(folder / "replicates.csv", index=False)
    test = results.test.drop(columns="group").assign(**{f"prob_{name}": 0.25 for name in CLASSES})
    test.to_csv(folder / "test_predictions.csv", index=False)
    manifest = results.manifest.assign(group=results.manifest["image_id" if results.unit == "image" else "field_id"])
    manifest.assign(sha256=manifest["image_id"]).to_csv(folder / "manifest.csv", index=False)
    (folder / "audit.json").write_text(json.dumps({"unit": results.unit}), encoding="utf-8")
    return {
        "replicates": folder / "replicates.csv",
        "predictions": predictions,
        "test_predictions": folder / "test_predictions.csv",
        "manifest": folder / "manifest.csv",
        "audit": folder / "audit.json",
    }
