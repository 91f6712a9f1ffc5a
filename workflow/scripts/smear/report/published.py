"""Whether the published figures apply to a run."""

from pathlib import Path

import pandas as pd


def same_images(catalog: pd.DataFrame, reference: str | Path) -> bool:
    """Tell whether the catalog holds the images of `reference`, lines of SHA-256 and name, no more and no fewer.

    The names do not count: only of the very same images can the published figures be expected.
    """
    lines = Path(reference).read_text(encoding="utf-8").splitlines()
    return sorted(catalog["sha256"]) == sorted(line.split()[0] for line in lines)
