"""Write the split manifest, and the audit that says what the split is worth."""

from functools import partial

import smear.environment
import pandas as pd
from smear.files import write_json
from smear.job import UserError, log, logged_to
from smear.records import recorded
from smear.split.assignment import assign_groups
from smear.split.audit import count_repeats, measure_shares
from smear.split.folder_splits import draw_validation
from smear.split.group_levels import PREFIX, audit_levels, list_columns, name_level
from smear.split.grouping import describe_method, read_images
from smear.split.kept import list_places, read_kept
from smear.split.leave_one_out import FOLDS, find_lacking, leave_one_out
from smear.split.overlap import audit_start, check_overlap
from smear.split.targets import SPLITS, TEST, check_class_sizes, fold_targets, rest_targets, split_targets
from smear.split.units import GUARANTEES, UNSEARCHED
from smear.tables import read_csv, write_csv
from smear.training_images import read_training_images

COLUMNS = ["image_id", "path", "class", "label", "field_id", "group", "sha256", "split", "fold"]


def place_images(images: pd.DataFrame, method: dict, kept: pd.Series, tested: pd.Series | None = None) -> pd.DataFrame:
    """Add `split` and `fold`: 0 to k - 1 for images that are not for the test, -1 otherwise and without folds.

    tested: bool, the images that are for the test where an outer fold says so.
    """
    places = find_places(images, method, kept) if tested is None else place_rest(images, method, kept, tested)
    if not method["folds"]:
        return images.assign(split=places, fold=-1)
    # Fold 0 is validated first, so that the manifest is a split like any other.
    split = places.map(lambda place: place if place == TEST else "validation" if place == "0" else "train")
    return images.assign(split=split, fold=places.replace(TEST, "-1").astype(int))


def find_places(images: pd.DataFrame, method: dict, kept: pd.Series) -> pd.Series:
    """The place of each image, as `list_places` has it."""
    counts = images["class"].value_counts().sort_index().to_dict()
    folds, fractions, seed = method["folds"], method["fractions"], method["seed"]
    if folds == FOLDS:
        return leave_one_out(images, fractions, seed)
    check_class_sizes(counts, fractions)
    targets = fold_targets(counts, fractions, folds) if folds else split_targets(counts, fractions)
    return assign_groups(images, targets, seed, kept)


def place_rest(images: pd.DataFrame, method: dict, kept: pd.Series, tested: pd.Series) -> pd.Series:
    """As `find_places`, where the images for the test are drawn already."""
    rest = images[~tested]
    targets = rest_targets(rest["class"].value_counts().sort_index().to_dict(), method["fractions"], method["folds"])
    return assign_groups(rest, targets, method["seed"], kept).reindex(images.index, fill_value=TEST)


def read_tested(inputs, images: pd.DataFrame, outer_fold: int | None) -> pd.Series | None:
    """Which of the images (`image_id`) are for the test of this outer fold; None without outer folds."""
    if outer_fold is None:
        return None
    drawn = read_csv(inputs.outer).set_index("image_id")["outer_fold"]
    return images["image_id"].map(drawn) == outer_fold


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
                    f"group{'s' * (groups != 1)}, which stay whole; use a finer split.unit, other "
                    "groups, or more split.outer_folds where there are some."
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
    outer = ["outer_fold", "outer_folds"] if params.outer_fold else []
    method = describe_method(params, "fractions", "folds", *outer)
    images, unit = read_images(snakemake.input, params)
    kept = pd.Series(dtype=object)
    # Else each group is a fold by itself, and how many there are was planned without the earlier manifest.
    if method["folds"] != FOLDS:
        known = partial(list_places, folds=method["folds"])
        kept = read_kept(output, method, images[["image_id", "sha256"]], known)
    if unit in ("given", "folders"):
        if unit == "folders" and "validation" not in set(images["split"]):
            images["split"] = draw_validation(images, params.fractions, params.seed)
        images["fold"] = -1
    else:
        images = place_images(images, method, kept, read_tested(snakemake.input, images, params.outer_fold))
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
