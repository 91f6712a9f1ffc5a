"""Group images of one microscope field: files of the same bytes."""

import pandas as pd
from smear.job import log, logged_to
from smear.tables import read_csv, write_csv


def find_pairs(catalog: pd.DataFrame) -> pd.DataFrame:
    """`first,second,similarity,dx,dy`: each image with the first one of the same bytes, shift 0."""
    first = catalog.groupby("sha256")["image_id"].transform("min")
    second = catalog["image_id"]
    pairs = pd.DataFrame({"first": first, "second": second})[first != second]
    return pairs.assign(similarity=1.0, dx=0, dy=0).sort_values(["first", "second"], ignore_index=True)


def group_fields(image_ids: pd.Series, pairs: pd.DataFrame) -> pd.DataFrame:
    """`image_id,field_id`: the connected components of the pairs; a field is named by its first image."""
    field = {image_id: image_id for image_id in image_ids}

    def find(image_id: str) -> str:
        while field[image_id] != image_id:
            image_id = field[image_id]
        return image_id

    for first, second in zip(pairs["first"], pairs["second"], strict=True):
        low, high = sorted((find(first), find(second)))
        field[high] = low
    return pd.DataFrame({"image_id": image_ids, "field_id": [find(image_id) for image_id in image_ids]})


def main(snakemake) -> None:
    catalog = read_csv(snakemake.input.catalog)
    pairs = find_pairs(catalog)
    fields = group_fields(catalog["image_id"], pairs)
    log.info("%d images in %d fields, %d pairs of equal files", len(fields), fields["field_id"].nunique(), len(pairs))
    write_csv(fields, snakemake.output.fields)
    write_csv(pairs, snakemake.output.pairs)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
