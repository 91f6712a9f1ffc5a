"""The images of a split: what is kept together, and the class that each has in the task."""

import pandas as pd

from smear.job import log
from smear.split.folder_splits import read_folder_splits
from smear.split.group_levels import name_columns
from smear.split.labels import check_labels, merge_classes
from smear.split.units import get_groups
from smear.split.user_groups import find_groups
from smear.tables import read_csv


def read_images(inputs, params) -> tuple[pd.DataFrame, str]:
    """The catalog's images with what `group_images` and `label_images` add, and the key of their guarantee.

    inputs: `catalog,fields,groups`, paths. params: of the rule.
    """
    catalog = read_csv(inputs.catalog).rename(columns={"class": "source_class"})
    check_labels(params.labels, set(catalog["source_class"]), inputs.catalog)
    images, unit = group_images(catalog, read_csv(inputs.fields), inputs.groups or None, params)
    return label_images(images, params.labels), unit


def group_images(
    catalog: pd.DataFrame, fields: pd.DataFrame, user_table: str | None, params
) -> tuple[pd.DataFrame, str]:
    """The catalog with `field_id`, `group` and, where the user gives them, `split` and columns for levels of groups.

    The other value is its guarantee's key. params: of the rule, see there.
    """
    images = catalog.merge(fields, on="image_id", validate="one_to_one")
    unit, pattern = params.unit, params.get("pattern")
    if not user_table and pattern is None:
        if unit == "folders":
            return images.assign(group=images["field_id"], split=read_folder_splits(images["source"].tolist())), unit
        return images.assign(group=get_groups(images, unit, params.seed, params.block)), unit
    sources = dict(zip(images["image_id"], images["source" if "source" in images else "image_id"], strict=True))
    settings = {"groups_csv": user_table, "groups_pattern": pattern}
    found = find_groups(settings, sources, columns=params.get("columns"))
    for note in found.notes:
        log.info("%s", note)
    columns = pd.DataFrame({"group": images["image_id"]}) if found.levels is None else name_columns(found.levels)
    images[list(columns)] = columns.to_numpy()
    if found.split is None:
        return images, "group"
    return images.assign(split=found.split.to_numpy()), "given"


def label_images(images: pd.DataFrame, labels: dict[str, list[str]] | None) -> pd.DataFrame:
    """The images (`source_class`) with `class`, the task's, and its number `label`, in the order of the names."""
    classes = merge_classes(images["source_class"], labels)
    numbers = {name: number for number, name in enumerate(sorted(classes.unique()))}
    return images.assign(**{"class": classes, "label": classes.map(numbers)})


def describe_method(params, *more: str) -> dict:
    """What decides where images lie, of a rule's parameters; more: names of further ones."""
    method = {name: params[name] for name in ("unit", *more, "seed", "groups")}
    for name in ("block", "labels"):
        if params[name]:
            method[name] = params[name]
    if params.get("pattern") is not None:
        method["pattern"] = params.pattern
    return method
