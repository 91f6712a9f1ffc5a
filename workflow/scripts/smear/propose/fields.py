"""Whether images look like photographs of microscope fields, in which repeat captures can be found."""

import io
from collections.abc import Mapping
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np

from smear.fields.chance import fit_chance
from smear.fields.detail import SIDE, read_detail, valid_area
from smear.fields.search import FALSE_PAIRS
from smear.fields.unrelated import Unrelated, check_threshold, draw_pairs
from smear.job import UserError
from smear.propose.table import FEWEST_FIELD_IMAGES, FIELD_MEGAPIXELS


def draw_for_fields(images: int, megapixels: float) -> np.ndarray:
    """Pairs of images, (pairs, 3), as `find_fields` itself draws them for its judgment; of large images, some of them.

    megapixels: of one image.
    """
    pairs = draw_pairs(images)
    numbers = np.unique(pairs[:, :2])
    most = max(FEWEST_FIELD_IMAGES, int(FIELD_MEGAPIXELS / megapixels))
    if len(numbers) > most:
        numbers = numbers[np.linspace(0, len(numbers) - 1, most).astype(int)]
    return pairs[np.isin(pairs[:, :2], numbers).all(axis=1)]


def shows_fields(
    pairs: np.ndarray, files: Mapping[int, tuple[Path, str]], ignore: list[list[float]], images: int, threads: int
) -> bool:
    """Whether the search for repeat captures would tell them from chance among so many images.

    pairs: as from `draw_for_fields`. files: path and SHA-256 of those of their images that are usable. Images of single
    blood cells may have too much in common with any other.
    """
    valid = valid_area(ignore)
    details = {number: read_detail(path, sha256, valid) for number, (path, sha256) in files.items()}
    pairs = pairs[np.isin(pairs[:, :2], list(details)).all(axis=1)]
    if not len(pairs):
        return False
    with redirect_stderr(io.StringIO()), np.errstate(all="ignore"):
        scores, spread = Unrelated(pairs, details, valid, threads).measure(SIDE)
        threshold = fit_chance(scores).level(min(0.5, 2 * FALSE_PAIRS / max(images - 1, 1)))
    try:
        check_threshold(threshold, images, scores, valid, spread)
    except UserError:
        return False
    return bool(np.isfinite(threshold))
