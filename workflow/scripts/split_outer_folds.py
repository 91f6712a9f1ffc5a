"""Draw the outer folds: of each, the images are for the test once, and for training and validation otherwise."""

import smear.environment
import pandas as pd
from smear.files import write_json
from smear.job import UserError, log, logged_to
from smear.records import recorded
from smear.split.assignment import assign_groups
from smear.split.audit import count_repeats
from smear.split.group_levels import PREFIX
from smear.split.grouping import describe_method, read_images
from smear.split.kept import read_kept
from smear.split.targets import deal
from smear.tables import write_csv

COLUMNS = ["image_id", "path", "class", "label", "field_id", "group", "sha256", "outer_fold"]


def list_folds(manifest: pd.DataFrame) -> pd.Series:
    """The outer fold of each image, as text."""
    return manifest["outer_fold"].astype(str)


def draw_folds(images: pd.DataFrame, folds: int, seed: int, kept: pd.Series) -> pd.Series:
    """The outer fold of each image, from 1 on: whole groups, and of each class as near to equal as these allow.

    images: `image_id,class,group`. kept: folds, as text, that images already have. Errors: a UserError where a class is
    missing from a fold.
    """
    targets = deal(images["class"].value_counts().sort_index(), folds, first=1)
    drawn = assign_groups(images, targets, seed, kept).astype(int)
    found = pd.crosstab(images["class"], drawn).reindex(columns=range(1, folds + 1), fill_value=0)
    for name, row in found.iterrows():
        if not row.all():
            groups = images.loc[images["class"] == name, "group"].nunique()
            raise UserError(
                f"Class {name} is not in each of {folds} outer folds: its {row.sum()} images lie in {groups} "
                f"group{'s' * (groups != 1)}, which stay whole; use fewer split.outer_folds, or a finer split.unit."
            )
    return drawn


def main(snakemake) -> None:
    params, output = snakemake.params, snakemake.output
    method = describe_method(params, "outer_folds")
    images, _ = read_images(snakemake.input, params)
    kept = read_kept(output, method, images[["image_id", "sha256"]], list_folds)
    images["outer_fold"] = draw_folds(images, params.outer_folds, params.seed, kept)
    across = count_repeats(images["field_id"], images["outer_fold"])[1]
    log.info("%d images in %d outer folds, %d with a repeat capture elsewhere", len(images), params.outer_folds, across)
    counts = pd.crosstab(images["outer_fold"], images["class"])
    write_csv(images[[*COLUMNS, *(name for name in images if name.startswith(PREFIX))]], output.manifest)
    audit = {"method": method, "counts": counts.to_dict("index"), "images_with_sibling_across_folds": across}
    write_json(audit, output.audit)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
