"""Find repeat captures of one microscope field, and group the images by field."""

from collections.abc import Callable
from pathlib import Path

import smear.environment
import numpy as np
import pandas as pd
from smear.fields.detail import read_detail, shrink, shrink_area, valid_area
from smear.fields.grouping import group_fields
from smear.fields.landmarks import Landmarks, find_alike, find_landmarks
from smear.fields.search import Search, screen, search_fields
from smear.fields.verification import MEDIUM, verify
from smear.files import write_json
from smear.images.decoding import UNREADABLE, describe_lost
from smear.job import UserError, log, logged_to
from smear.parallel import map_parallel
from smear.records import recorded
from smear.tables import read_csv, write_csv

ALL_PAIRS = 8_000  # images; twice as many take four times as long
BIN = 0.01


def search_catalog(catalog: pd.DataFrame, params, threads: int) -> Search:
    """Search the images of the catalog: all pairs, or those with a landmark alike."""
    valid = valid_area(params.ignore)
    images = list(catalog[["path", "sha256"]].itertuples(index=False))

    def read(image) -> np.ndarray:
        try:
            return read_detail(Path(image.path), image.sha256, valid)
        except UNREADABLE as error:
            raise UserError(describe_lost(error)) from error

    every_pair = params.search == "all" or (params.search == "auto" and len(catalog) <= ALL_PAIRS)
    propose = (propose_from_all if every_pair else propose_from_landmarks)(read, images, valid, threads)
    return search_fields(len(images), lambda row: read(images[row]), valid, propose, params.similarity, threads)


def propose_from_all(read: Callable, images: list, valid: np.ndarray, threads: int) -> Callable[[float], np.ndarray]:
    """A function that proposes the likely pairs of all: see `search_fields`."""
    coarse = np.stack(list(map_parallel(lambda image: shrink(read(image)), images, threads, "reading")))
    return lambda threshold: np.concatenate(list(screen(coarse, shrink_area(valid))))


def propose_from_landmarks(
    read: Callable, images: list, valid: np.ndarray, threads: int
) -> Callable[[float], np.ndarray]:
    """A function that proposes the pairs with a landmark alike whose surroundings fit too: see `search_fields`."""

    def look(image) -> tuple[Landmarks, np.ndarray]:
        detail = read(image)
        return find_landmarks(detail), np.rint(127 * shrink(detail, MEDIUM)).astype(np.int8)

    landmarks, medium = zip(*map_parallel(look, images, threads, "reading"), strict=True)
    details = np.stack(medium)
    likenesses = find_alike(landmarks, threads)

    def propose(threshold: float) -> np.ndarray:
        pairs = verify(likenesses, details, shrink_area(valid, MEDIUM), threshold, threads)
        log.info("%d likenesses of landmarks, %d pairs of images fit", len(likenesses), len(pairs))
        return pairs

    return propose


def list_pairs(catalog: pd.DataFrame, search: Search) -> pd.DataFrame:
    """`first,second,similarity,dx,dy,evidence,same_class` of the matches, the shift in pixels of the first image."""
    found = search.pairs[search.pairs["evidence"] >= search.threshold].reset_index(drop=True)
    first, second = (catalog.iloc[found[side]].reset_index(drop=True) for side in ("first", "second"))
    pairs = pd.DataFrame(
        {
            "first": first["image_id"],
            "second": second["image_id"],
            "similarity": found["similarity"].round(4),
            "dx": (found["dx"] * first["width"]).round().astype(int),
            "dy": (found["dy"] * first["height"]).round().astype(int),
            "evidence": found["evidence"].round(4),
            "same_class": first["class"] == second["class"],
        }
    )
    return pairs.sort_values(["first", "second"], ignore_index=True)


def summarise(search: Search, pairs: pd.DataFrame, fields: pd.DataFrame) -> dict:
    """What `fields.json` holds."""
    sizes = fields["field_id"].value_counts()
    return {
        "images": len(fields),
        "fields": len(sizes),
        "images_with_sibling": int(sizes[sizes > 1].sum()),
        "largest_field": int(sizes.max()),
        "pairs": len(pairs),
        "pairs_across_classes": int((~pairs["same_class"]).sum()),
        "pairs_compared": search.compared,
        "pairs_registered": len(search.pairs),
        "threshold": search.threshold,
        "pairs_by_chance": float(search.compared * search.chance.share(search.threshold)),
        "chance": search.chance._asdict(),
    }


def count_evidence(search: Search) -> pd.DataFrame:
    """`evidence,random_pairs,registered_pairs`: how many pairs there are from each evidence to the next, BIN higher."""
    edges = np.arange(-1, 1 + 2 * BIN, BIN).round(6)
    counts = {
        "random_pairs": np.histogram(search.sample, edges)[0],
        "registered_pairs": np.histogram(search.pairs["evidence"], edges)[0],
    }
    return pd.DataFrame({"evidence": edges[:-1], **counts})


def main(snakemake) -> None:
    catalog = read_csv(snakemake.input.catalog)
    search = search_catalog(catalog, snakemake.params, snakemake.threads)
    pairs = list_pairs(catalog, search)
    fields = group_fields(catalog["image_id"], pairs)
    summary = summarise(search, pairs, fields)
    log.info(
        "%d of %d images have a sibling: %d pairs, %d fields",
        *(summary[name] for name in ("images_with_sibling", "images", "pairs", "fields")),
    )
    for row in pairs[~pairs["same_class"]].itertuples():
        log.warning("%s and %s show one field, but have different classes", row.first, row.second)
    write_csv(fields, snakemake.output.fields)
    write_csv(pairs, snakemake.output.pairs)
    write_json(summary, snakemake.output.summary)
    write_csv(count_evidence(search), snakemake.output.evidence)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake, "catalog"):
        main(snakemake)
