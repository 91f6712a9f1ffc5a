"""Which overlaps the search for repeat captures finds, on made-up smears whose truth is known.

    python benchmarks/overlaps.py [--fields 700] [--size 224] [--seed 0]

Every field is captured by two frames whose overlap is drawn from 10 to 90 % of the frame, each with an exposure, a
gamma, a focus and a JPEG quality of its own. Prints a table in Markdown: the pairs by how much of the frame they share,
the share of them that each way of searching finds, and the pairs that are none. A second table has few fields with many
captures, windows of one large image: the share of their pairs that is found, or that the search refused.
"""

import argparse
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import rounds
from catalog_images import catalog_images
from find_fields import list_pairs, search_catalog
from PIL import Image, ImageFilter
from smear.job import UserError
from smear.parallel import map_parallel
from smear.synthetic.field import draw_field, photograph, prepare_slide
from smear.synthetic.smears import MORPHOLOGIES

WAYS = ("all", "keypoints")
BINS = (0.10, 0.15, 0.25, 1.0)
LARGE = 2.0  # frames a side of a field from which many windows are cut


def draw_shift(random: np.random.Generator) -> tuple[float, float]:
    """A shift in frames whose overlap is uniform from 10 to 90 %."""
    overlap = random.uniform(0.1, 0.9)
    along = random.uniform(overlap, 1)
    width, height = random.permutation([along, overlap / along])
    return (1 - width) * random.choice([-1, 1]), (1 - height) * random.choice([-1, 1])


def disturb(random: np.random.Generator, picture: Image.Image, path: Path) -> None:
    """Write a picture with a focus, an exposure, a gamma and a JPEG quality of its own."""
    blurred = picture.filter(ImageFilter.GaussianBlur(random.uniform(0, 0.008) * picture.width))
    light = np.asarray(blurred, np.float32) / 255
    light = random.uniform(0.75, 1.2) * light ** random.uniform(0.75, 1.3) + random.uniform(-0.05, 0.05)
    Image.fromarray((255 * light.clip(0, 1)).astype(np.uint8)).save(path, "JPEG", quality=int(random.integers(60, 96)))


def make_captures(folder: Path, size: int, seed: int, shifts: list[np.ndarray], threads: int) -> None:
    """Write the captures of every field, at its `shifts`, (captures, 2) in frames, under `folder/<class>/`."""
    looks = list(MORPHOLOGIES.items())
    for name, _ in looks:
        (folder / name).mkdir(parents=True)

    def write(field: int) -> None:
        random = np.random.default_rng([seed, field])
        name, look = looks[field % len(looks)]
        corners = (shifts[field] * size).round().astype(int)
        corners -= corners.min(axis=0)
        slide = prepare_slide(random)._replace(scale_bar="none")
        layers = draw_field(random, look, slide, size, (corners + 0.5) / size)  # whole pixels when it rounds down
        for capture, (x, y) in enumerate(corners):
            picture = photograph(random, layers[:, y : y + size, x : x + size], slide)
            disturb(random, picture, folder / name / f"{field:05}-{capture:02}.jpg")

    for _ in map_parallel(write, range(len(shifts)), threads, "drawing", "fields"):
        pass


def list_overlaps(catalog: pd.DataFrame, shifts: list[np.ndarray]) -> pd.Series:
    """The overlap of every two captures of one field, in shares of the frame, by `first,second`."""
    names = catalog["image_id"].str.extract(r"(?P<field>\d+)-(?P<capture>\d+)\.jpg$").astype(int)
    images = pd.concat([catalog["image_id"], names], axis=1)
    both = images.merge(images, on="field", suffixes=("", "_other"))
    both = both[both["image_id"] < both["image_id_other"]]
    overlaps = [
        float(np.prod(np.maximum(1 - np.abs(shifts[row.field][row.capture] - shifts[row.field][row.capture_other]), 0)))
        for row in both.itertuples()
    ]
    return pd.Series(overlaps, index=pd.MultiIndex.from_frame(both[["image_id", "image_id_other"]]))


def search(catalog: pd.DataFrame, way: str, threads: int) -> tuple[pd.MultiIndex, float]:
    """The pairs that a search finds, and its seconds."""
    started = time.perf_counter()
    found = search_catalog(catalog, SimpleNamespace(ignore=[], search=way, threshold=None), threads)
    pairs = list_pairs(catalog, found)
    return pd.MultiIndex.from_frame(pairs[["first", "second"]]), time.perf_counter() - started


def compare_ways(fields: int, size: int, seed: int, threads: int) -> list[str]:
    """The rows of the first table."""
    random = np.random.default_rng(seed)
    shifts = [np.array([(0.0, 0.0), draw_shift(random)]) for _ in range(fields)]
    with tempfile.TemporaryDirectory() as folder:
        make_captures(Path(folder), size, seed, shifts, threads)
        catalog, _ = catalog_images(Path(folder), threads, 100)
        overlaps = list_overlaps(catalog, shifts)
        rows = []
        for way in WAYS:
            found, seconds = search(catalog, way, threads)
            hit = overlaps.index.isin(found)
            shares = [
                f"{hit[within].mean():.3f} of {within.sum()}"
                for low, high in pairwise(BINS)
                for within in [((overlaps >= low) & (overlaps < high)).to_numpy()]
            ]
            false = int((~found.isin(overlaps.index)).sum())
            rows.append(
                f"| {way} | {seconds:.0f} | {' | '.join(reversed(shares))} | {false} of {len(catalog):,} images |"
            )
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def cut_windows(fields: int, captures: int, size: int, seed: int, threads: int) -> str:
    """One cell of the second table: recall of pairs that overlap by a quarter or more, or what the search said."""
    random = np.random.default_rng([seed, fields, captures])
    shifts = [random.uniform(0, LARGE - 1, (captures, 2)) / 2 for _ in range(fields)]
    with tempfile.TemporaryDirectory() as folder:
        make_captures(Path(folder), size, seed, shifts, threads)
        catalog, _ = catalog_images(Path(folder), threads, 100)
        overlaps = list_overlaps(catalog, shifts)
        try:
            found, _ = search(catalog, "all", threads)
        except UserError:
            return "refused"
        wanted = overlaps.index[overlaps >= BINS[-2]]
        false = int((~found.isin(overlaps.index)).sum())
        return f"{wanted.isin(found).mean():.3f}" + (f" ({false} false)" if false else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fields", type=int, default=700)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--few", type=int, nargs="*", default=[2, 4, 8, 12, 20, 60], help="fields of the second table")
    parser.add_argument("--captures", type=int, nargs="+", default=[2, 4, 8, 20])
    arguments = parser.parse_args()
    threads = os.cpu_count()
    print(f"# Overlaps that are found\n\n{rounds.describe_machine()}. Made-up smears of {arguments.size} px.\n")
    print("| search | seconds | above 25 % | 15 to 25 % | 10 to 15 % | false pairs |\n" + "|---|" + "---:|" * 5)
    print("\n".join(compare_ways(arguments.fields, arguments.size, arguments.seed, threads)), flush=True)
    print("\nFew fields, all pairs that overlap by a quarter or more: share found, by captures of each field.\n")
    print(
        "| fields |"
        + "".join(f" {captures} |" for captures in arguments.captures)
        + "\n|---:|"
        + "---:|" * len(arguments.captures)
    )
    for fields in arguments.few:
        cells = [cut_windows(fields, captures, 160, arguments.seed, threads) for captures in arguments.captures]
        print(f"| {fields} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
