"""Open every image once, and list the good ones and the others."""

from pathlib import Path

import pandas as pd
from smear.images.decoding import ImageFile, inspect_image
from smear.images.parallel import map_images
from smear.job import UserError, log, logged_to
from smear.tables import write_csv

SHOWN = 20


def catalog_images(folder: Path, threads: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The catalog of `folder/<Class>/<name>` and the table `image_id,reason` of files that are no readable images."""
    paths = sorted(path for path in folder.glob("*/*") if not path.is_dir())
    good, rejected = [], []
    for path, found in zip(paths, map_images(inspect_image, paths, threads, "opening"), strict=True):
        image_id = path.relative_to(folder).as_posix()
        if isinstance(found, ImageFile):
            good.append({"image_id": image_id, "path": path.as_posix(), "class": path.parent.name, **found._asdict()})
        else:
            rejected.append({"image_id": image_id, "reason": found})
    columns = ["image_id", "path", "class", *ImageFile._fields]
    catalog = pd.DataFrame(good, columns=columns).sort_values("image_id", ignore_index=True)
    return catalog, pd.DataFrame(rejected, columns=["image_id", "reason"])


def refuse_bad_images(rejected: pd.DataFrame) -> None:
    """Raise a UserError that lists the files which are no images."""
    lines = [f"  {row.image_id}: {row.reason}" for row in rejected.head(SHOWN).itertuples()]
    if len(rejected) > SHOWN:
        lines.append(f"  and {len(rejected) - SHOWN} more")
    files = "1 file is" if len(rejected) == 1 else f"{len(rejected)} files are"
    raise UserError(
        f"{files} no readable image; remove or replace what is listed, or set dataset.on_bad_image: skip\n"
        + "\n".join(lines)
    )


def main(snakemake) -> None:
    catalog, rejected = catalog_images(Path(snakemake.input.images), snakemake.threads)
    if len(rejected) and snakemake.params.on_bad_image == "stop":
        refuse_bad_images(rejected)
    for row in rejected.itertuples():
        log.warning("skipped %s: %s", row.image_id, row.reason)
    for name, count in catalog["class"].value_counts().sort_index().items():
        log.info("%s: %d images", name, count)
    write_csv(catalog, snakemake.output.catalog)
    write_csv(rejected, snakemake.output.rejected)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
