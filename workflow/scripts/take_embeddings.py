"""Take the features of one split's images from the user's own file."""

from pathlib import Path

import smear.environment
import numpy as np
import pandas as pd
from smear.arrays import new_array
from smear.embeddings.user_file import find_rows, open_features, read_names
from smear.job import UserError, log, logged_to
from smear.records import recorded
from smear.tables import read_csv

ROWS = 1000  # copied at a time


def copy_rows(features: np.ndarray, rows: np.ndarray, image_ids: pd.Series, path: Path) -> None:
    """Write these rows as float32, (rows, features). Errors: a UserError for a row with NaN or infinity."""
    shape = (len(rows), features.shape[1])
    with new_array(path, shape, np.float32, "A table of the images' features") as table:
        for start in range(0, len(rows), ROWS):
            taken = features[rows[start : start + ROWS]].astype(np.float32)
            bad = ~np.isfinite(taken).all(axis=1)
            if bad.any():
                place = start + int(bad.argmax())
                raise UserError(
                    f"embeddings.file: row {rows[place]} (counted from 0), of {image_ids.iloc[place]}, has a value "
                    "that is no finite number of 32 bits; replace it in the file."
                )
            table[start : start + len(taken)] = taken


def main(snakemake) -> None:
    files = snakemake.input
    catalog, manifest = read_csv(files.catalog), read_csv(files.manifest)
    features = open_features(files.features)
    names = read_names(files.names) if files.names else None
    sources = dict(zip(catalog["image_id"], catalog["source"], strict=True)) if "source" in catalog else {}
    rows = pd.Series(find_rows(features, catalog["image_id"].tolist(), names, sources), index=catalog["image_id"])
    image_ids = manifest.loc[manifest["split"] == snakemake.wildcards.split, "image_id"]
    copy_rows(features, rows[image_ids].to_numpy(), image_ids, Path(snakemake.output.embeddings))
    log.info("%s: %d features of %d images", snakemake.wildcards.split, features.shape[1], len(image_ids))


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake, "manifest"):
        main(snakemake)
