"""The tables of the report: what the result files say, arranged to be read."""

import pandas as pd

from smear.durations import format_duration
from smear.formats import describe_values, format_value
from smear.grid import AXES
from smear.report.replicates import describe_seeds, describe_spread, list_axes, list_seeds
from smear.split.targets import SPLITS


def cell_phrase(cell: dict) -> str:
    """Describe a cell in words: EfficientNetB0, Adam, learning rate 0.0001, batch size 32, seed 0, 30 epochs.

    Several seeds, those of the selection, stand behind all else.
    """
    several = len(cell.get("seeds", [])) > 1
    phrase = describe_values(cell, [axis for axis in AXES if axis in cell and not (several and axis == "seed")])
    return f"{phrase}, {list_seeds(cell['seeds'])}" if several else phrase


def split_table(audit: dict, classes: list[str]) -> list[dict]:
    """Return a row per class, and one of totals: `name`, one count per split, `total`.

    The rows behind a merged class are its parts, the classes of the source (`part` is true), which totals leave out.
    """
    counts, labels = audit["counts"], audit.get("labels", {})
    rows = []
    for name in classes:
        rows.append({"name": name, **{split: counts[split].get(name, 0) for split in SPLITS}, "part": False})
        for source in labels.get(name, []) if len(labels.get(name, [])) > 1 else []:
            rows.append(
                {"name": source, **{split: audit["source_counts"][split][source] for split in SPLITS}, "part": True}
            )
    whole = [row for row in rows if not row["part"]]
    rows.append({"name": "All", **{split: sum(row[split] for row in whole) for split in SPLITS}, "part": False})
    return [row | {"total": sum(row[split] for split in SPLITS)} for row in rows]


def conflicting_pairs(pairs: pd.DataFrame) -> list[dict]:
    """List the pairs of images of one field that have different classes, the highest match scores first."""
    conflicts = pairs[~pairs["same_class"].astype(bool)]
    return conflicts.sort_values("evidence", ascending=False, kind="stable").to_dict("records")


def leaderboard_table(cells: pd.DataFrame, chosen: str) -> dict:
    """Return `axes` (those that vary, with their names), `same` (what all cells share, in words) and `rows`.

    `stop` is what early stopping did to the cell of a row (see `describe_stop`), `stops` whether any row has it.
    `seeds` is how many the cells have, in words, nothing where each has one.
    """
    varying = [axis for axis in list_axes(cells) if cells[axis].nunique() > 1]
    same = describe_values(cells.iloc[0], [axis for axis in list_axes(cells) if axis not in varying])
    rows = [
        cell
        | {
            "axes": [format_value(axis, cell[axis]) for axis in varying],
            "chosen": cell["cell"] == chosen,
            "stop": describe_stop(cell),
            "spread": describe_spread(cell),
            "duration": "" if pd.isna(cell["seconds"]) else format_duration(cell["seconds"]),
        }
        for cell in cells.sort_values("rank").to_dict("records")
    ]
    stops = any(row["stop"] for row in rows)
    axes = [AXES[axis].label for axis in varying]
    return {"axes": axes, "same": same, "rows": rows, "stops": stops, "seeds": describe_seeds(cells)}


def describe_stop(cell: dict) -> str:
    """Which epoch's model a row of the leaderboard keeps, in words; nothing without early stopping."""
    return "" if pd.isna(cell["best_epoch"]) else f"epoch {cell['best_epoch']:.0f} of {cell['epochs_run']:.0f} run"


def misclassified_table(predictions: pd.DataFrame, classes: list[str]) -> list[dict]:
    """List the test images whose class was not found, the most confident errors first.

    `label` and `predicted` are indices into `classes`; each row has the names of both and their probabilities.
    """
    rows = [
        {
            "image_id": row["image_id"],
            "true": classes[row["label"]],
            "predicted": classes[row["predicted"]],
            "probability": row[f"prob_{classes[row['predicted']]}"],
            "probability_true": row[f"prob_{classes[row['label']]}"],
        }
        for row in predictions.to_dict("records")
        if row["label"] != row["predicted"]
    ]
    return sorted(rows, key=lambda row: (-row["probability"], row["image_id"]))


def image_facts(catalog: pd.DataFrame) -> dict:
    """Return how many images the data set has, their sizes in words and their megabytes."""
    sizes = catalog[["width", "height"]].drop_duplicates()
    width, height = catalog["width"], catalog["height"]
    if len(sizes) == 1:
        size = f"{width.iloc[0]} × {height.iloc[0]} pixels each"
    else:
        size = f"{width.min()} × {height.min()} to {width.max()} × {height.max()} pixels"
    return {"images": len(catalog), "size": size, "megabytes": catalog["bytes"].sum() / 1e6}


def provenance_rows(provenance: dict) -> list[tuple[str, str]]:
    """Return what made the model as (name, text), in a reader's order; what was not recorded is left out."""
    names = {
        "commit": "Commit",
        "started": "Started",
        "seconds": "Training time",
        "device": "Device",
        "backend": "Backend",
        "precision": "Precision",
        "threads": "Threads",
        "seed": "Seed",
        "versions": "Versions",
    }
    texts = {key: in_words(provenance[key]) for key in names if provenance.get(key) not in (None, "", {}, [])}
    if "seconds" in texts:
        texts["seconds"] = format_duration(provenance["seconds"])
    rows = [(names[key], text) for key, text in texts.items()]
    made_by = provenance.get("made_by") or []
    return rows + [("Epochs made in several ways", mixture(made_by))] if len(made_by) > 1 else rows


def mixture(made_by: list[dict]) -> str:
    """Say which epochs were trained on which device, in which precision and with which versions."""
    parts = []
    for maker in made_by:
        (first, last), rest = maker["epochs"], {key: value for key, value in maker.items() if key != "epochs"}
        parts.append(f"epochs {first} to {last}: {in_words(rest)}")
    return "; ".join(parts)


def in_words(value: object) -> str:
    """Write a value of a JSON file on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {in_words(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(in_words(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
