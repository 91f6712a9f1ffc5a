"""Made-up results of a grid, in the shapes of the data contracts, for the tests of figures, findings and report."""

import json
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from compare_cells import bound_replicates, compare_rows, pool_replicates
from smear.evaluation.baselines import build_classifiers, build_probes
from smear.evaluation.differences import compare_network
from smear.evaluation.pooling import pool_folds
from smear.evaluation.selection import list_replicates, rank_cells, select_cell
from smear.grid import AXES, Cell
from smear.images.shortcut_features import SHORTCUT_FEATURES
from smear.report.findings import list_figures
from smear.statistics.intervals import wilson_interval

DEFAULTS = {name: axis.default for name, axis in AXES.items() if axis.default is not None}
PAPER_GRID = {
    "architecture": ["EfficientNetB0"],
    "optimizer": ["adam", "rmsprop"],
    "learning_rate": [0.0001, 0.0003, 0.001, 0.003],
    "epochs": [20, 30, 50],
    "batch_size": [32],
    "seed": [0],
    **{name: [value] for name, value in DEFAULTS.items()},
}
CLASSES = ["Benign", "Early", "Pre", "Pro"]
IMAGES = 324


def grid_cells(**axes: list) -> list[dict]:
    """Return every combination of the paper's grid with `axes` replaced."""
    grid = {**PAPER_GRID, **axes}
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def cell_name(cell: dict) -> str:
    """Return a cell's name by the data contract."""
    return Cell(**cell).name


def history_of(cell: dict, diverged: bool = False) -> pd.DataFrame:
    """Return a learning history that depends on everything but the epochs, so that shorter cells are prefixes."""
    place = [cell[axis] for axis in AXES if axis != "epochs" and cell[axis] != DEFAULTS.get(axis)]
    random = np.random.default_rng(list(json.dumps(place).encode()))
    epochs = np.arange(1, 51)
    harm = (np.log(cell["learning_rate"] / 0.0001) / 12) ** 1.5
    train = 1 - 0.55 * np.exp(-epochs / (4 + 12 * harm)) + random.normal(0, 0.003, 50)
    validation = (
        0.98
        - 0.45 * np.exp(-epochs / (5 + 20 * harm))
        - 0.25 * harm
        - np.abs(random.normal(0, 0.008 + 0.12 * harm, 50))
    )
    table = pd.DataFrame(
        {
            "epoch": epochs,
            "loss": np.clip(1.3 * (1 - train) + 0.005, 0.002, None),
            "accuracy": np.clip(train, 0, 1),
            "val_loss": 2.4 * (1 - validation) + 0.02,
            "val_accuracy": np.round(np.clip(validation, 0.2, 1) * IMAGES) / IMAGES,
            "seconds": 31.5,
            "images_per_second": 82.6,
        }
    ).head(cell["epochs"])
    if diverged:
        table.loc[7:, ["loss", "val_loss"]] = np.nan
        table.loc[7:, ["accuracy", "val_accuracy"]] = 0.155
        table = table.head(8)
    return table


def leaderboard_of(cells: list[dict], diverged: tuple[int, ...] = ()) -> pd.DataFrame:
    """Return the ranked table of `cells`; those at the places `diverged` have no figures and come last.

    Its `attrs` have what is said of all rows, `ties`, and what `replicates.csv` holds, `replicates`.
    """
    rows = []
    for place, cell in enumerate(cells):
        row = {"cell": cell_name(cell), **cell, "status": "diverged" if place in diverged else "finished"}
        if place not in diverged:
            last = history_of(cell).iloc[-1]
            correct = round(last["val_accuracy"] * IMAGES)
            row |= {
                "validation_accuracy": correct / IMAGES,
                "validation_correct": correct,
                "validation_images": IMAGES,
                "validation_loss": last["val_loss"],
                "train_accuracy": last["accuracy"],
                "train_loss": last["loss"],
            }
        row |= {"epochs_run": len(history_of(cell, place in diverged)), "best_epoch": np.nan}
        rows.append(row | {"seconds": 31.5 * cell["epochs"], **measure(cell["architecture"])})
    pooled = pool_folds(pd.DataFrame(rows))
    table = rank_cells(pooled)
    replicates = list_replicates(pooled, table)
    right, counts = right_of(replicates), table.loc[table["status"] == "finished", "replicates"].to_numpy(int)
    replicates = bound_replicates(replicates, right, np.arange(IMAGES))
    pooled_right = pool_replicates(right[: counts.sum()], counts)
    table, summary = compare_rows(table, pooled_right, np.arange(IMAGES), counts)
    table.attrs |= {"ties": summary | {"unit": "image"}, "replicates": replicates}
    return table


def right_of(replicates: pd.DataFrame) -> np.ndarray:
    """Return which images each finished replicate had right, (rows, images): the same ones are hard for all."""
    finished = replicates[replicates["status"] == "finished"]
    hardness = np.random.default_rng(0).random(IMAGES) ** 4
    rows = []
    for row in finished.itertuples():
        noise = np.random.default_rng(list(row.replicate.encode())).normal(0, 0.1, IMAGES)
        rows.append((hardness + noise).argsort().argsort() < row.validation_correct)
    return np.array(rows).reshape(-1, IMAGES)


def measure(architecture: str) -> dict:
    """Made-up cost of an architecture."""
    work = len(architecture)
    return {"images_per_second": 1156 / work, "parameters": 289_621 * work + 5}


def selection_of(leaderboard: pd.DataFrame) -> dict:
    """Return the selection that the leaderboard's first row amounts to."""
    return select_cell(leaderboard, leaderboard.attrs["replicates"], leaderboard.attrs["ties"])


def write_comparison(folder: Path, cells: list[dict], diverged: tuple[int, ...] = ()) -> SimpleNamespace:
    """Write the inputs of `plot_comparison.py` under `folder` and return the `snakemake` object that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    table = leaderboard_of(cells, diverged)
    table.to_csv(folder / "leaderboard.csv", index=False)
    table.attrs["replicates"].to_csv(folder / "replicates.csv", index=False)
    (folder / "selection.json").write_text(json.dumps(selection_of(table)), encoding="utf-8")
    histories = []
    for place, cell in enumerate(cells):
        histories.append(folder / f"{place}.csv")
        history_of(cell, diverged=place in diverged).to_csv(histories[-1], index=False)
    figures = list_figures({cell["architecture"] for cell in cells})
    return SimpleNamespace(
        input=SimpleNamespace(
            leaderboard=folder / "leaderboard.csv",
            replicates=folder / "replicates.csv",
            selection=folder / "selection.json",
            histories=histories,
        ),
        output=SimpleNamespace(
            **{f"{name}_{kind}": folder / f"{name}.{kind}" for name in figures for kind in ("svg", "png")}
        ),
        params=SimpleNamespace(cells=[cell_name(cell) for cell in cells]),
        log=[str(folder / "log.txt")],
    )


def shortcuts_of(colors: tuple[str, ...] = ("rgb",), best: int = 318, probe: int | None = None) -> pd.DataFrame:
    """Return `shortcuts.csv`: the prior, and every classifier on each kind of features, the best with `best` right.

    probe: images that the linear probe has right, None without embeddings.
    """
    rows = []
    for place, color in enumerate(colors):
        pairs = list(product(SHORTCUT_FEATURES, build_classifiers(1)))
        counts = [98, *(best - 7 * k - 30 * place for k in range(len(pairs)))]
        if probe is not None:
            pairs += product(["embeddings"], build_probes(1))
            counts += [probe, probe - 3]
        for (features, classifier), correct in zip([("none", "prior"), *pairs], counts, strict=True):
            low, high = wilson_interval(correct, IMAGES)
            figures = {"accuracy": correct / IMAGES, "low": low, "high": high, "correct": correct, "images": IMAGES}
            row = {"color": color, "features": features, "classifier": classifier}
            rows.append(row | {f"validation_{name}": value for name, value in figures.items()})
    return pd.DataFrame(rows)


def differences_of(shortcuts: pd.DataFrame, correct: int) -> pd.DataFrame:
    """Return `shortcut_differences.csv` for a network that has the first `correct` images right, as rows do."""
    places = np.arange(IMAGES)
    baselines = places < shortcuts["validation_correct"].to_numpy()[:, None]
    keys = shortcuts[["color", "features", "classifier"]].reset_index(drop=True)
    return keys.join(compare_network(places < correct, baselines, places))
