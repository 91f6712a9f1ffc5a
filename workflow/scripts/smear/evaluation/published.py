"""Published results, and whether they are of the very images and classes of an experiment."""

from pathlib import Path

import pandas as pd

from smear.files import read_json
from smear.statistics.intervals import wilson_interval


def same_images(catalog: pd.DataFrame, reference: str | Path) -> bool:
    """Tell whether the catalog holds the images of `reference`, lines of SHA-256 and name, no more and no fewer.

    The names do not count: only of the very same images can the published figures be expected.
    """
    lines = Path(reference).read_text(encoding="utf-8").splitlines()
    return sorted(catalog["sha256"]) == sorted(line.split()[0] for line in lines)


def is_published_task(catalog: pd.DataFrame, reference: str | Path, audit: dict) -> bool:
    """Whether an experiment has the images and the classes of the published results.

    audit: of the split. Of the same images under other classes, other figures are to be expected.
    """
    return same_images(catalog, reference) and not audit.get("labels")


def list_published(paper: str | Path, others: str | Path) -> list[dict]:
    """A row for each published result, the paper's first: `system,accuracy,low,high,split,source,caveat,same_data`.

    low and high: the Wilson interval where `correct` and `images` are known, else None. All were counted on other
    images than those of any test here; same_data: whether on images of the same data set.
    """
    published = read_json(paper)
    test = published["test"]
    low, high = wilson_interval(test["correct"], test["images"])
    first = {
        "system": published["system"],
        "accuracy": test["accuracy"],
        "correct": test["correct"],
        "images": test["images"],
        "low": low,
        "high": high,
        "split": f"by {published['split']['unit']}, 80:10:10",
        "source": published["short_citation"],
        "caveat": published["caveat"],
        "same_data": True,
    }
    return [first, *({"low": None, "high": None} | row for row in read_json(others)["results"])]
