"""Places of images in an earlier manifest, which they keep when images are added or renamed."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from smear.files import read_json
from smear.records import check_files
from smear.split.targets import TEST
from smear.tables import read_csv


def list_places(images: pd.DataFrame, folds: int | str) -> pd.Series:
    """Where each image lies: its split, or with folds `test` or the number of its fold as text."""
    return images["fold"].astype(str).where(images["split"] != TEST, TEST) if folds else images["split"]


def read_kept(
    output, method: dict, images: pd.DataFrame, find_places: Callable[[pd.DataFrame], pd.Series]
) -> pd.Series:
    """Places of the images (`image_id,sha256`), by `image_id`, in an earlier manifest of the same method, if any.

    output: `manifest,audit,digests`, as the last call has left them. find_places: the place of each row of a manifest.
    Errors: a UserError where they are damaged, for other images would then be drawn for the test than before.
    """
    manifest, audit, digests = (Path(output[name]) for name in ("manifest", "audit", "digests"))
    if not (manifest.exists() and audit.exists()):
        return pd.Series(dtype=object)
    if digests.exists():
        check_files([manifest, audit, digests])
    if read_json(audit).get("method") != method:
        return pd.Series(dtype=object)
    earlier = read_csv(manifest)
    return keep_places(earlier.assign(place=find_places(earlier)), images)


def keep_places(earlier: pd.DataFrame, images: pd.DataFrame) -> pd.Series:
    """The earlier places (`image_id,sha256,place`) of those `images` (`image_id,sha256`) whose content had one.

    Each earlier row gives its place to one image: to that of its name where several have its content, else in order.
    """
    same = images.merge(earlier, on=["image_id", "sha256"])
    old, new = (table[~table["image_id"].isin(same["image_id"])] for table in (earlier, images))
    old, new = (table.assign(nth=table.groupby("sha256").cumcount()) for table in (old, new))
    renamed = new.merge(old.drop(columns="image_id"), on=["sha256", "nth"])
    return pd.concat([same, renamed]).set_index("image_id")["place"]
