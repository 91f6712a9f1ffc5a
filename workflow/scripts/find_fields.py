"""Find repeat captures of one microscope field, and group the images by field."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import smear.environment
import numpy as np
import pandas as pd
from smear.fields.detail import COARSE, MEDIUM, read_detail, shrink, shrink_area, valid_area
from smear.fields.grouping import group_fields
from smear.fields.keypoints import Keypoints, find_keypoints, match_descriptors
from smear.fields.search import Search, screen_all, search_fields
from smear.fields.unrelated import Unrelated, draw_pairs
from smear.fields.verification import verify
from smear.files import write_json
from smear.images.decoding import UNREADABLE, describe_lost
from smear.job import UserError, log, logged_to
from smear.parallel import map_parallel
from smear.records import recorded
from smear.tables import read_csv, write_csv

ALL_PAIRS = 8_000  # images; twice as many take four times as long
HELD = 4_096  # details that are kept, 0.15 GB: most images are looked at more than once
BIN = 0.1
PAIRS = ["first", "second", "similarity", "dx", "dy", "evidence", "overlap", "same_class"]
SCORES = ["evidence", "random_pairs", "registered_pairs", "matches"]


def search_catalog(catalog: pd.DataFrame, params, threads: int) -> Search:
    """Search the images of the catalog: all pairs, or those with similar keypoints."""
    valid = valid_area(params.ignore)
    images = list(catalog[["path", "sha256"]].itertuples(index=False))

    @lru_cache(HELD)
    def read(number: int) -> np.ndarray:
        try:
            return read_detail(Path(images[number].path), images[number].sha256, valid)
        except UNREADABLE as error:
            raise UserError(describe_lost(error)) from error

    mirrored = draw_pairs(len(images))
    some = np.unique(mirrored[:, :2]).tolist()
    details = dict(zip(some, map_parallel(read, some, threads, "reading some"), strict=True))
    unrelated = Unrelated(mirrored, details, valid, threads)
    every_pair = params.search == "all" or (params.search == "auto" and len(catalog) <= ALL_PAIRS)
    propose = (propose_from_all if every_pair else propose_from_keypoints)(read, len(images), valid, unrelated, threads)
    return search_fields(len(images), read, valid, propose, unrelated, params.threshold, threads)


def propose_from_all(
    read: Callable, images: int, valid: np.ndarray, unrelated: Unrelated, threads: int
) -> Callable[[float], np.ndarray]:
    """A function that proposes the likely pairs of all: see `search_fields`."""

    def look(number: int) -> tuple[np.ndarray, np.ndarray]:
        detail = read(number)
        return shrink(detail, COARSE), to_bytes(shrink(detail, MEDIUM))

    coarse, medium = map(np.stack, zip(*map_parallel(look, range(images), threads, "reading"), strict=True))
    return lambda threshold: screen_all(coarse, medium, valid, unrelated, threads)


def propose_from_keypoints(
    read: Callable, images: int, valid: np.ndarray, unrelated: Unrelated, threads: int
) -> Callable[[float], np.ndarray]:
    """A function that proposes the pairs with similar keypoints whose overlaps fit too: see `search_fields`."""

    def look(number: int) -> tuple[Keypoints, np.ndarray]:
        detail = read(number)
        return find_keypoints(detail), to_bytes(shrink(detail, MEDIUM))

    keypoints, medium = zip(*map_parallel(look, range(images), threads, "reading"), strict=True)
    details, (_, spread) = np.stack(medium), unrelated.measure(MEDIUM)
    candidates = match_descriptors(keypoints, threads)

    def propose(threshold: float) -> np.ndarray:
        pairs = verify(candidates, details, shrink_area(valid, MEDIUM), spread, threshold, threads)
        log.info("%d candidate matches, %d pairs of images verified", len(candidates), len(pairs))
        return pairs

    return propose


def to_bytes(detail: np.ndarray) -> np.ndarray:
    """A detail, between -1 and 1, in 255 steps."""
    return np.rint(127 * detail).astype(np.int8)


def list_pairs(catalog: pd.DataFrame, search: Search) -> pd.DataFrame:
    """`first,second,similarity,dx,dy,evidence,overlap,same_class` of the matches, shifts in the first one's pixels."""
    found = search.pairs[search.pairs["match"]].reset_index(drop=True)
    first, second = (catalog.iloc[found[side]].reset_index(drop=True) for side in ("first", "second"))
    pairs = pd.DataFrame(
        {
            "first": first["image_id"],
            "second": second["image_id"],
            "similarity": found["similarity"].round(4),
            "dx": (found["dx"] * first["width"]).round().astype(int),
            "dy": (found["dy"] * first["height"]).round().astype(int),
            "evidence": found["score"].round(3),
            "overlap": found["overlap"].round(4),
            "same_class": first["class"] == second["class"],
        }
    )
    return pairs[PAIRS].sort_values(["first", "second"], ignore_index=True)


def summarize(search: Search, pairs: pd.DataFrame, fields: pd.DataFrame) -> dict:
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


def count_scores(search: Search) -> pd.DataFrame:
    """`evidence,random_pairs,registered_pairs,matches`: how many pairs from each match score to the next, BIN higher.

    The random pairs are the mirrored ones. What is more than twice the threshold counts in the last row.
    """
    edges = np.arange(0, 2 * search.threshold + BIN, BIN).round(6)
    counts = {
        name: np.histogram(scores.clip(edges[0], edges[-1]), edges)[0]
        for name, scores in {
            "random_pairs": search.sample,
            "registered_pairs": search.pairs["score"].to_numpy(),
            "matches": search.pairs.loc[search.pairs["match"], "score"].to_numpy(),
        }.items()
    }
    return pd.DataFrame({"evidence": edges[:-1], **counts})[SCORES]


def write_unsearched(catalog: pd.DataFrame, output) -> None:
    """Write what there is without a search: every image is a field of its own, and no pair is known."""
    fields = pd.DataFrame({"image_id": catalog["image_id"], "field_id": catalog["image_id"]})
    counts = {"images": len(fields), "fields": len(fields), "images_with_sibling": 0, "largest_field": 1}
    nothing = dict.fromkeys(("pairs", "pairs_across_classes", "pairs_compared", "pairs_registered"), 0)
    write_csv(fields, output.fields)
    write_csv(pd.DataFrame(columns=PAIRS), output.pairs)
    write_csv(pd.DataFrame(columns=SCORES), output.evidence)
    write_json(counts | nothing | {"search": "none"}, output.summary)
    log.info("no search for repeat captures (fields.search: none): every image is a field of its own")


def main(snakemake) -> None:
    catalog = read_csv(snakemake.input.catalog)
    if snakemake.params.search == "none":
        write_unsearched(catalog, snakemake.output)
        return
    search = search_catalog(catalog, snakemake.params, snakemake.threads)
    pairs = list_pairs(catalog, search)
    fields = group_fields(catalog["image_id"], pairs)
    summary = summarize(search, pairs, fields)
    log.info(
        "%d of %d images have a repeat capture: %d pairs, %d fields",
        *(summary[name] for name in ("images_with_sibling", "images", "pairs", "fields")),
    )
    for row in pairs[~pairs["same_class"]].itertuples():
        log.warning("%s and %s show one field, but have different classes", row.first, row.second)
    write_csv(fields, snakemake.output.fields)
    write_csv(pairs, snakemake.output.pairs)
    write_json(summary, snakemake.output.summary)
    write_csv(count_scores(search), snakemake.output.evidence)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake, "catalog"):
        main(snakemake)
