"""Which validation images each grid cell had right, as one matrix, and the groups of these images."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from smear.job import UserError, show_name
from smear.records import remedy
from smear.split.group_levels import list_columns, name_level


class Correctness(NamedTuple):
    """image_ids: (images,), sorted. right: bool, (rows, images), whether each row's prediction is the label."""

    image_ids: np.ndarray
    right: np.ndarray


def read_correctness(paths: Mapping[str, Sequence[str | Path]]) -> Correctness:
    """What each row had right. paths: by row, its tables of predictions, one or those of all its folds.

    Errors: a UserError where two rows were not validated on the same images.
    """
    first, image_ids, order, right = None, None, None, []
    for row, tables in paths.items():
        names, answers = read_answers(tables)
        if image_ids is None:
            first, image_ids, order = row, names, np.argsort(names)
        elif not np.array_equal(names, image_ids):
            other = np.argsort(names)
            if not np.array_equal(names[other], image_ids[order]):
                raise UserError(
                    f"The grid cells {first} and {row} were validated on different images, so that they cannot be "
                    f"compared: {remedy(tables[0])}"
                )
            answers = answers[other][np.argsort(order)]
        right.append(answers)
    return Correctness(image_ids[order], np.stack(right)[:, order])


def read_answers(paths: Sequence[str | Path]) -> tuple[np.ndarray, np.ndarray]:
    """The names of the images of some tables of predictions, and whether each prediction is the label.

    Errors: a UserError for a table without labels and predictions that are whole numbers.
    """
    columns = {"image_id": str, "label": int, "predicted": int}
    tables = []
    for path in paths:
        try:
            tables.append(pd.read_csv(path, usecols=list(columns), dtype=columns, keep_default_na=False))
        except ValueError as error:
            raise UserError(f"{path} is no table of predictions ({show_name(error, 100)}): {remedy(path)}") from error
    table = pd.concat(tables) if len(tables) > 1 else tables[0]
    return table["image_id"].to_numpy(object), (table["label"] == table["predicted"]).to_numpy()


class Groups(NamedTuple):
    """names: (images,), the group of each. unit: what a group is, `image` where each image is one."""

    names: np.ndarray
    unit: str


def find_groups(manifest: str | Path, image_ids: np.ndarray) -> Groups:
    """The groups whose images depend on one another.

    They are those that the manifest's split keeps together, of several levels the coarsest. Where it keeps nothing
    together, repeat captures of one field depend on one another all the same.
    """
    return name_groups(pd.read_csv(manifest, keep_default_na=False, dtype=str), image_ids)


def name_groups(table: pd.DataFrame, image_ids: np.ndarray) -> Groups:
    """As `find_groups`, of a manifest that was read: `image_id,field_id`, and the groups of the split."""
    images, column = table.set_index("image_id").loc[image_ids], list_columns(table.columns)[0]
    names, unit = images[column].to_numpy(), name_level(column)
    if images[column].equals(images["field_id"]) or images[column].is_unique:
        names, unit = images["field_id"].to_numpy(), "field"
    return Groups(names, unit if len(np.unique(names)) < len(names) else "image")
