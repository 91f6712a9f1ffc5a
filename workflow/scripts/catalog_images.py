"""Open every image once, and list the good ones and the others."""

import math
import shlex
from functools import partial
from pathlib import Path

import smear.environment
import pandas as pd
from smear.images.announcements import warn_of_range
from smear.images.decoding import ImageFile, inspect_image
from smear.images.digests import catalog_digests, check_digests, read_digests, write_digests
from smear.images.source_table import read_sources
from smear.job import UserError, list_some, log, logged_to, show_name
from smear.parallel import map_parallel
from smear.records import recorded
from smear.tables import write_csv

SHOWN = 10


def catalog_images(folder: Path, threads: int, max_megapixels: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The catalog of `folder/<Class>/<name>` and the table `image_id,class,reason` of files that are none."""
    paths = sorted(path for path in folder.glob("*/*") if not path.is_dir())
    inspect = partial(inspect_image, max_megapixels=max_megapixels)
    good, rejected = [], []
    for path, found in zip(paths, map_parallel(inspect, paths, threads, "opening"), strict=True):
        image_id, name = path.relative_to(folder).as_posix(), path.parent.name
        if isinstance(found, ImageFile):
            good.append({"image_id": image_id, "path": path.as_posix(), "class": name, **found._asdict()})
        else:
            rejected.append({"image_id": image_id, "class": name, "reason": found})
    columns = ["image_id", "path", "class", *ImageFile._fields]
    catalog = pd.DataFrame(good, columns=columns).sort_values("image_id", ignore_index=True)
    return catalog, pd.DataFrame(rejected, columns=["image_id", "class", "reason"])


def check_rejected(catalog: pd.DataFrame, rejected: pd.DataFrame, allowed: float) -> None:
    """Raise a UserError that lists the rejected files where they are more than `allowed` of all, or all of a class."""
    files = len(catalog) + len(rejected)
    classes = sorted(set(rejected["class"]) - set(catalog["class"]))
    # Not a product, which may fall below the count that the share was made of: 0.288 of 375 files is 107.99….
    if files and len(rejected) / files > allowed:
        share = math.ceil(1000 * len(rejected) / files) / 1000
        remedy, remedies = (
            f"set dataset.max_rejected_share to {share:g} or more",
            [{"dataset": {"max_rejected_share": share}}],
        )
    elif classes:
        others = sorted(set(catalog["class"]))
        remedy = f"leave {list_some(classes)}, which has no other, out of dataset.classes"
        remedies = [{"dataset": {"classes": others}}] if len(others) > 1 else []
    else:
        return
    lines = [f"  {show_name(row.image_id)}: {row.reason}" for row in rejected.head(SHOWN).itertuples()]
    if len(rejected) > SHOWN:
        lines.append(f"  and {len(rejected) - SHOWN} more")
    subject = f"1 file of {files} is" if len(rejected) == 1 else f"{len(rejected)} files of {files} are"
    raise UserError(
        f"{subject} no usable image; remove or replace what is listed, or {remedy}\n" + "\n".join(lines), remedies
    )


def compare_published(digests: dict[str, str], reference: Path, classes: list[str] | None, archive: Path) -> None:
    """Raise a UserError where a data set, downloaded as `archive`, is not the published one."""
    remedy = f"to accept what came instead, set dataset: {{source: archive, path: {archive}, name: null}}:"
    remedies = [{"dataset": {"source": "archive", "path": str(archive), "name": None}}]
    check_digests(digests, reference, classes, remedy, remedies)
    log.info("every image is the one of %s", reference)


def compare_recorded(digests: dict[str, str], record: Path, classes: list[str] | None, resource: str) -> None:
    """Record a data set's digests, after comparing them with those of an earlier download, if any (a UserError)."""
    known = {}
    if record.exists():
        remedy = f"the data set, or what dataset takes of it, has changed; to accept what came, remove {record}:"
        check_digests(digests, record, classes, remedy, [f"rm {shlex.quote(str(record))}"])
        known = read_digests(record)
        log.info("every image is the one of the first download (%s)", record)
    else:
        log.info("recorded the digests in %s; put it at resources/%s to keep them", record, resource)
    write_digests(known | digests, record)


def tell_about(catalog: pd.DataFrame, rejected: pd.DataFrame) -> None:
    """Log what was left out, what was changed, and how many images each class has."""
    for row in rejected.itertuples():
        log.warning("left out %s: %s", row.image_id, row.reason)
    for image_id in catalog.loc[catalog["transparent"].astype(bool), "image_id"]:
        log.warning("%s has transparent pixels, which are shown on white", image_id)
    for name, count in catalog["class"].value_counts().sort_index().items():
        log.info("%s: %d images", name, count)


def main(snakemake) -> None:
    params, output = snakemake.params, snakemake.output
    catalog, rejected = catalog_images(Path(snakemake.input.images), snakemake.threads, params.max_megapixels)
    check_rejected(catalog, rejected, params.max_rejected_share)
    sources = read_sources(snakemake.input.sources) if snakemake.input.get("sources") else {}
    catalog["source"] = [sources.get(image_id, image_id) for image_id in catalog["image_id"]]
    digests = catalog_digests(catalog)
    if reference := snakemake.input.get("reference"):
        archive = Path(snakemake.input.images).with_name("archive.zip")
        compare_published(digests, Path(reference), params.classes, archive)
    elif record := output.get("record"):
        compare_recorded(digests, Path(record), params.classes, params.resource)
    tell_about(catalog, rejected)
    warn_of_range(catalog["high"])
    write_csv(catalog.drop(columns="transparent"), output.catalog)
    write_csv(rejected.drop(columns="class"), output.rejected)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
