"""Whether images look like photographs of microscope fields, in which repeat captures can be found."""

import io
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
import pandas as pd

from smear.fields.chance import fit_chance
from smear.fields.detail import SIDE, read_detail, valid_area
from smear.fields.search import FALSE_PAIRS
from smear.fields.unrelated import Unrelated, check_threshold, draw_pairs
from smear.job import UserError
from smear.propose.table import FIELD_SAMPLE, SINGLE_CELL


def shows_fields(
    sample: pd.DataFrame, paths: dict[str, Path], ignore: list[list[float]], images: int, threads: int
) -> bool:
    """Whether the search for repeat captures would tell them from chance among so many images, judged by some of them.

    Images of single blood cells, small or with one cell in the middle, have too much in common with any other.
    """
    if sample[["width", "height"]].min(axis=1).median() <= SINGLE_CELL:
        return False
    some, valid = sample.iloc[:FIELD_SAMPLE], valid_area(ignore)
    details = {
        number: read_detail(paths[image_id], sha256, valid)
        for number, (image_id, sha256) in enumerate(some["sha256"].items())
    }
    if len(details) < 2:
        return False
    with redirect_stderr(io.StringIO()), np.errstate(all="ignore"):
        scores, spread = Unrelated(draw_pairs(len(details)), details, valid, threads).measure(SIDE)
        threshold = fit_chance(scores).level(min(0.5, 2 * FALSE_PAIRS / max(images - 1, 1)))
    try:
        check_threshold(threshold, images, scores, valid, spread)
    except UserError:
        return False
    return bool(np.isfinite(threshold))
