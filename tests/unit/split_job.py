"""The rules `split_images` and `split_outer_folds` on made-up images, without Snakemake."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd
import split_images
import split_outer_folds
from smear.files import read_json
from smear.tables import read_csv, write_csv


class Names(dict):
    """What a script gets from Snakemake: values by their names, as keys and as attributes."""

    __getattr__ = dict.__getitem__


class Split(NamedTuple):
    """What the rule `split_images` makes."""

    manifest: pd.DataFrame
    audit: dict


CLASSES = ("Benign", "Early", "Pre", "Pro")
NAMES = [f"{name}/Smear-{number:03}.png" for name in CLASSES for number in range(1, 21)]


def write_images(folder: Path, names: list[str], table: str) -> Names:
    """The inputs that the rules which draw images have in common: catalog, fields (two images each) and groups."""
    folder.mkdir(exist_ok=True)
    classes = [name.partition("/")[0] for name in names]
    digests = [f"{number:064x}" for number in range(len(names))]
    catalog = pd.DataFrame({"image_id": names, "path": names, "class": classes, "sha256": digests})
    write_csv(catalog, folder / "catalog.csv")
    fields = pd.DataFrame({"image_id": names, "field_id": [number // 2 for number in range(len(names))]})
    write_csv(fields, folder / "fields.csv")
    if table:
        (folder / "groups.csv").write_text(table)
    inputs = {"catalog": folder / "catalog.csv", "fields": folder / "fields.csv", "weights": ""}
    return Names(inputs | {"groups": folder / "groups.csv" if table else ""})


PARAMS = {"unit": "field", "seed": 0, "groups": None, "block": None, "labels": None}


def draw_outer(folder: Path, names: list[str] = NAMES, table: str = "", **changes) -> pd.DataFrame:
    """The outer folds of these images, as the rule `split_outer_folds` draws them in `folder`: `outer.csv` there."""
    inputs = write_images(folder, names, table)
    outputs = {name: folder / f"outer.{name}.json" for name in ("audit", "digests")}
    outputs |= {"manifest": folder / "outer.csv"}
    params = Names(PARAMS | {"outer_folds": 5} | changes)
    split_outer_folds.main(Names(input=inputs, output=Names(outputs), params=params))
    return read_csv(outputs["manifest"])


def split(folder: Path, labels: dict | None = None, names: list[str] = NAMES, table: str = "", **changes) -> Split:
    """The split of these images, two a field, as the rule `split_images` makes them in `folder`.

    table: the text of `split.groups_csv`. changes: of the parameters.
    """
    inputs = write_images(folder, names, table)
    params = PARAMS | {
        "fractions": {"train": 0.6, "validation": 0.2, "test": 0.2}, "folds": 0, "outer_fold": None,
        "outer_folds": None, "allow_overlap": None, "labels": labels,
    } | changes  # fmt: skip
    if params["outer_fold"]:
        inputs["outer"] = folder / "outer.csv"
    outputs = {name: folder / f"{name}.json" for name in ("audit", "digests")} | {"manifest": folder / "manifest.csv"}
    job = Names(input=inputs, output=Names(outputs), params=Names(params))
    split_images.main(job)
    return Split(read_csv(outputs["manifest"]), read_json(outputs["audit"]))
