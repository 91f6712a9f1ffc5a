"""The search for repeat captures, all pairs against keypoints, on made-up smears whose truth is known.

    python benchmarks/fields.py [--images 1628 3256 6512 13024] [--size 96]

Both ways search the same images, one after the other. Prints a table in Markdown: seconds, reading included, how many
of the true pairs were found, and how many that are none.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import rounds
from catalog_images import catalog_images
from find_fields import list_pairs, search_catalog
from smear.synthetic.smears import make_smears

WAYS = ("all", "keypoints")


def list_true_pairs(truth: pd.DataFrame) -> set[tuple[str, str]]:
    """Images that show one field, the lower `image_id` first."""
    both = truth.merge(truth, on="field_id", suffixes=("", "_other"))
    both = both[both["image_id"] < both["image_id_other"]]
    return set(zip(both["image_id"], both["image_id_other"], strict=True))


def measure(images: int, size: int) -> tuple[int, dict[str, tuple[float, int, int]]]:
    """How many true pairs there are, and for each way seconds, true pairs found and others."""
    threads, found = os.cpu_count(), {}
    with tempfile.TemporaryDirectory() as folder:
        true = list_true_pairs(make_smears(Path(folder), images, size, 0, threads))
        catalog, _ = catalog_images(Path(folder), threads, 100)
        for way in WAYS:
            started = time.perf_counter()
            search = search_catalog(catalog, SimpleNamespace(ignore=[], search=way, threshold=None), threads)
            seconds = time.perf_counter() - started
            pairs = list_pairs(catalog, search)
            pairs = set(zip(pairs["first"], pairs["second"], strict=True))
            found[way] = seconds, len(pairs & true), len(pairs - true)
    return len(true), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, nargs="+", default=[1_628, 3_256, 6_512, 13_024])
    parser.add_argument("--size", type=int, default=96)
    arguments = parser.parse_args()
    rows = []
    for images in arguments.images:
        true, found = measure(images, arguments.size)
        figures = [*found["all"], *found["keypoints"], found["all"][0] / found["keypoints"][0]]
        form = "| {:,} | {:,} | {:.1f} | {:,} | {:,} | {:.1f} | {:,} | {:,} | {:.2f} |"
        rows.append(form.format(images, true, *figures))
        print(rows[-1], file=sys.stderr, flush=True)
    print(f"# Search for repeat captures\n\n{rounds.describe_machine()}. Made-up smears of {arguments.size} px.\n")
    print("| images | pairs | all pairs, s | found | besides | keypoints, s | found | besides | all / keypoints |")
    print("|---:" * 9 + "|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
