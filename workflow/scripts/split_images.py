"""Write the split manifest, and the audit that says what the split is worth."""

import pandas as pd
from smear.files import write_json
from smear.images.class_sizes import SPLITS
from smear.images.split import count_siblings, split_images
from smear.job import log, logged_to
from smear.tables import read_csv, write_csv

PROMISES = {
    "image": "Every image was drawn by itself, as in the paper: images of one microscope field may lie on both sides.",
    "field": "All images of one microscope field lie in the same split, as far as fields.csv knows them.",
}


def make_manifest(catalog: pd.DataFrame, fields: pd.DataFrame, params) -> pd.DataFrame:
    """`image_id,path,class,label,field_id,sha256,split`, sorted by `image_id`; labels number the sorted classes."""
    images = catalog.merge(fields, on="image_id", validate="one_to_one")
    labels = {name: label for label, name in enumerate(sorted(images["class"].unique()))}
    images["label"] = images["class"].map(labels)
    images["split"] = split_images(images, params.unit, params.fractions, params.seed)
    return images[["image_id", "path", "class", "label", "field_id", "sha256", "split"]]


def audit_split(manifest: pd.DataFrame, params) -> dict:
    """What `audit.json` holds."""
    counts = pd.crosstab(manifest["split"], manifest["class"])
    siblings, across = count_siblings(manifest)
    return {
        "unit": params.unit,
        "seed": params.seed,
        "fractions": dict(params.fractions),
        "promise": PROMISES[params.unit],
        "images": len(manifest),
        "fields": int(manifest["field_id"].nunique()),
        "counts": {split: counts.loc[split].to_dict() for split in SPLITS},
        "images_with_sibling": siblings,
        "images_with_sibling_across_splits": across,
    }


def main(snakemake) -> None:
    manifest = make_manifest(read_csv(snakemake.input.catalog), read_csv(snakemake.input.fields), snakemake.params)
    audit = audit_split(manifest, snakemake.params)
    for split, counts in audit["counts"].items():
        log.info("%s: %d images (%s)", split, sum(counts.values()), ", ".join(f"{k} {v}" for k, v in counts.items()))
    write_csv(manifest, snakemake.output.manifest)
    write_json(audit, snakemake.output.audit)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
