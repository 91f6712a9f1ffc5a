"""Write the split manifest, and the audit that says what the split is worth."""

from pathlib import Path

import smear.environment
import pandas as pd
from smear.files import read_json, write_json
from smear.job import UserError, log, logged_to
from smear.records import check_files, recorded
from smear.split.assignment import assign_groups
from smear.split.audit import count_repeats, measure_shares
from smear.split.folder_splits import draw_validation, read_folder_splits
from smear.split.group_levels import PREFIX, audit_levels, list_columns, name_columns, name_level
from smear.split.labels import check_labels, merge_classes
from smear.split.leave_one_out import FOLDS, find_lacking, leave_one_out
from smear.split.overlap import audit_start, check_overlap
from smear.split.targets import SPLITS, TEST, check_class_sizes, fold_targets, split_targets
from smear.split.units import GUARANTEES, UNSEARCHED, get_groups
from smear.split.user_groups import find_groups
from smear.tables import read_csv, write_csv
from smear.training_images import read_training_images

COLUMNS = ["image_id", "path", "class", "label", "field_id", "group", "sha256", "split", "fold"]


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


def place_images(images: pd.DataFrame, method: dict, kept: pd.Series) -> pd.DataFrame:
    """Add `split` and `fold`: 0 to k - 1 for images that are not for the test, -1 otherwise and without folds."""
    counts = images["class"].value_counts().sort_index().to_dict()
    folds, fractions, seed = method["folds"], method["fractions"], method["seed"]
    if folds != FOLDS:
        check_class_sizes(counts, fractions)
    if folds:
        if folds == FOLDS:
            places = leave_one_out(images, fractions, seed)
        else:
            places = assign_groups(images, fold_targets(counts, fractions, folds), seed, kept)
        # Fold 0 is validated first, so that the manifest is a split like any other.
        split = places.map(lambda place: place if place == TEST else "validation" if place == "0" else "train")
        return images.assign(split=split, fold=places.replace(TEST, "-1").astype(int))
    return images.assign(split=assign_groups(images, split_targets(counts, fractions), seed, kept), fold=-1)


def list_places(images: pd.DataFrame, folds: int | str) -> pd.Series:
    """Where each image lies: its split, or with folds `test` or the number of its fold as text."""
    return images["fold"].astype(str).where(images["split"] != TEST, TEST) if folds else images["split"]


def read_kept(output, method: dict, images: pd.DataFrame) -> pd.Series:
    """Places of the images (`image_id,sha256`), by `image_id`, in an earlier manifest of the same method, if any.

    output: `manifest,audit,digests`, as the last call has left them. Errors: a UserError where they are damaged, for
    other images would then be drawn for the test than before.
    """
    manifest, audit, digests = (Path(output[name]) for name in ("manifest", "audit", "digests"))
    # Each group is a fold by itself, and how many there are was planned without the earlier manifest.
    if method["folds"] == FOLDS or not (manifest.exists() and audit.exists()):
        return pd.Series(dtype=object)
    if digests.exists():
        check_files([manifest, audit, digests])
    if read_json(audit).get("method") != method:
        return pd.Series(dtype=object)
    earlier = read_csv(manifest)
    return keep_places(earlier.assign(place=list_places(earlier, method["folds"])), images)


def keep_places(earlier: pd.DataFrame, images: pd.DataFrame) -> pd.Series:
    """The earlier places (`image_id,sha256,place`) of those `images` (`image_id,sha256`) whose content had one.

    Each earlier row gives its place to one image: to that of its name where several have its content, else in order.
    """
    same = images.merge(earlier, on=["image_id", "sha256"])
    old, new = (table[~table["image_id"].isin(same["image_id"])] for table in (earlier, images))
    old, new = (table.assign(nth=table.groupby("sha256").cumcount()) for table in (old, new))
    renamed = new.merge(old.drop(columns="image_id"), on=["sha256", "nth"])
    return pd.concat([same, renamed]).set_index("image_id")["place"]


def check_classes_everywhere(images: pd.DataFrame) -> None:
    """Raise a UserError if a class is missing from a split, or from a fold."""
    for place in ("split", "fold") if images["fold"].max() >= 0 else ("split",):
        table = pd.crosstab(images["class"], images[place])
        for name, row in table.iterrows():
            absent = [str(value) for value in (SPLITS if place == "split" else table.columns) if not row.get(value, 0)]
            if absent:
                groups = images.loc[images["class"] == name, "group"].nunique()
                raise UserError(
                    f"Class {name} has no image in {place} {', '.join(absent)}: its {row.sum()} images lie in {groups} "
                    f"group{'s' * (groups != 1)}, which stay whole; use a finer split.unit or other groups."
                )


def check_leave_one_out(images: pd.DataFrame, planned: int) -> None:
    """Raise a UserError unless there are as many folds as planned, each with every class in its training."""
    folds = int(images["fold"].max()) + 1
    if folds != planned:
        raise UserError(
            f"split.folds is leave_one_out: {planned} groups were counted before the work started, and {folds} are "
            f"left of the usable images; remove the files that rejected.csv lists from the source."
        )
    if (lacking := find_lacking(images, list_places(images, FOLDS))) is not None:
        raise UserError(
            f"Class {lacking} is missing from the test or from a training, since groups stay whole; add groups, or "
            f"leave the class out with dataset.classes."
        )


def audit_groups(images: pd.DataFrame, unit: str, method: dict) -> dict:
    """What `audit.json` holds besides, where the user gave groups: each level, and the classes' shares."""
    if unit not in ("group", "given") or (unit == "given" and (images["group"] == images["image_id"]).all()):
        return {}
    places = list_places(images, method["folds"])
    levels = images[list_columns(images.columns)].rename(columns=name_level)
    found = {"group_levels": audit_levels(levels, places)}
    return found if unit == "given" else found | measure_shares(images, places, method)


def audit_split(images: pd.DataFrame, unit: str, method: dict, kept: pd.Series) -> dict:
    """What `audit.json` holds."""
    counts = pd.crosstab(images["split"], images["class"])
    siblings, across = count_repeats(images["field_id"], images["split"])
    places = list_places(images, method["folds"])
    earlier = images["image_id"].map(kept)
    return {
        "method": method,
        "unit": unit,
        "seed": method["seed"],
        "fractions": method["fractions"],
        "promise": GUARANTEES[unit],
        "images": len(images),
        "fields": int(images["field_id"].nunique()),
        "groups": int(images["group"].nunique()),
        "largest_group": int(images["group"].value_counts().max()),
        "counts": {split: counts.loc[split].to_dict() for split in SPLITS},
        "folds": pd.crosstab(images["fold"], images["class"]).drop(index=-1, errors="ignore").to_dict("records"),
        "images_with_sibling": siblings,
        "images_with_sibling_across_splits": across,
        "images_with_sibling_across_folds": count_repeats(images["field_id"], places)[1],
        "images_kept": int(earlier.notna().sum()),
        "images_moved": int((earlier.notna() & (earlier != places)).sum()),
    }


def leave_out_repeats(audit: dict) -> dict:
    """What `audit.json` says where fields were not searched for: nothing is known of repeat captures."""
    unknown = dict.fromkeys(name for name in audit if name.startswith("images_with_sibling"))
    return unknown | {"fields_searched": False, "promise": f"{audit['promise']} {UNSEARCHED}"}


def audit_labels(images: pd.DataFrame, labels: dict[str, list[str]] | None) -> dict:
    """What `audit.json` holds besides, where `dataset.labels` merges classes."""
    if labels is None:
        return {}
    counts = pd.crosstab(images["split"], images["source_class"])
    return {"labels": labels, "source_counts": {split: counts.loc[split].to_dict() for split in SPLITS}}


def main(snakemake) -> None:
    params, output = snakemake.params, snakemake.output
    method = {name: params[name] for name in ("unit", "fractions", "seed", "folds", "groups")}
    if params.block:
        method["block"] = params.block
    if params.labels:
        method["labels"] = params.labels
    if params.get("pattern") is not None:
        method["pattern"] = params.pattern
    catalog = read_csv(snakemake.input.catalog).rename(columns={"class": "source_class"})
    fields = read_csv(snakemake.input.fields)
    check_labels(params.labels, set(catalog["source_class"]), snakemake.input.catalog)
    images, unit = group_images(catalog, fields, snakemake.input.groups or None, params)
    images = label_images(images, params.labels)
    kept = read_kept(output, method, images[["image_id", "sha256"]])
    if unit in ("given", "folders"):
        if unit == "folders" and "validation" not in set(images["split"]):
            images["split"] = draw_validation(images, params.fractions, params.seed)
        images["fold"] = -1
    else:
        images = place_images(images, method, kept)
    if method["folds"] == FOLDS:
        check_leave_one_out(images, params.planned)
    else:
        check_classes_everywhere(images)
    audit = audit_split(images, unit, method, kept) | audit_labels(images, params.labels)
    audit |= audit_groups(images, unit, method)
    if not params.get("fields_searched", True):
        audit |= leave_out_repeats(audit)
    audit["start_weights"] = None
    if weights := snakemake.input.weights:
        audit["start_weights"] = audit_start(weights, read_training_images(weights), images)
        check_overlap(audit["start_weights"], params.allow_overlap)
    for split, counts in audit["counts"].items():
        log.info("%s: %d images (%s)", split, sum(counts.values()), ", ".join(f"{k} {v}" for k, v in counts.items()))
    if len(kept):
        log.info(
            "%d images keep the place they had, %d moved", len(kept) - audit["images_moved"], audit["images_moved"]
        )
    more = [name for name in images if name.startswith(PREFIX)]
    write_csv(images[[*COLUMNS, *more, *(["source_class"] if params.labels else [])]], output.manifest)
    write_json(audit, output.audit)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
