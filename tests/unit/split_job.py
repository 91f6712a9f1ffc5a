"""The rule `split_images` on made-up images, without Snakemake."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd
import split_images
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


def split(folder: Path, labels: dict | None = None, names: list[str] = NAMES, table: str = "", **changes) -> Split:
    """The split of these images, two a field, as the rule `split_images` makes them in `folder`.

    table: the text of `split.groups_csv`. changes: of the parameters.
    """
    folder.mkdir(exist_ok=True)
    classes = [name.partition("/")[0] for name in names]
    digests = [f"{number:064x}" for number in range(len(names))]
    catalog = pd.DataFrame({"image_id": names, "path": names, "class": classes, "sha256": digests})
    write_csv(catalog, folder / "catalog.csv")
    fields = pd.DataFrame({"image_id": names, "field_id": [number // 2 for number in range(len(names))]})
    write_csv(fields, folder / "fields.csv")
    if table:
        (folder / "groups.csv").write_text(table)
    params = {
        "unit": "field", "fractions": {"train": 0.6, "validation": 0.2, "test": 0.2}, "seed": 0, "folds": 0,
        "groups": None, "block": None, "allow_overlap": None, "labels": labels,
    } | changes  # fmt: skip
    inputs = {"catalog": folder / "catalog.csv", "fields": folder / "fields.csv", "weights": ""}
    inputs |= {"groups": folder / "groups.csv" if table else ""}
    outputs = {name: folder / f"{name}.json" for name in ("audit", "digests")} | {"manifest": folder / "manifest.csv"}
    job = Names(input=Names(inputs), output=Names(outputs), params=Names(params))
    split_images.main(job)
    return Split(read_csv(outputs["manifest"]), read_json(outputs["audit"]))
