"""Pairs that cannot be related: an image and the mirror image of another one.

Whatever two frames of one field have in common, one of them and the other's mirror image have not. Such pairs are
registered as all pairs are, at every shift. They tell what chance gives in the very search that is made, and that
stays the same however many of the images are related.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from smear.fields.detail import shrink, shrink_area
from smear.fields.registration import HELD, Frames, Registrar, measure_spread, score_match
from smear.job import UserError
from smear.parallel import map_parallel

IMAGES, PAIRS = 300, 4_000  # of which chance is estimated
REFLECTIONS = 4
FEWEST = 100  # mirrored pairs: eight images have 112
SIMILARITY, OVERLAP = 0.9, 0.5  # what two captures of one field may be expected to have
OUTLIERS = 0.01  # of the mirrored pairs: the share that may exceed the threshold
REMEDY = (
    "or set the threshold yourself, such as fields.threshold: 7, and look at field_pairs.csv, or do without the search "
    "(fields.search: none)"
)


def reflect(frames: np.ndarray, reflection: int) -> np.ndarray:
    """Mirror frames, (…, side, side), in a vertical or horizontal line or a diagonal: 0 to REFLECTIONS - 1."""
    turned = frames if reflection < 2 else frames.swapaxes(-1, -2)
    return (turned[..., ::-1], turned[..., ::-1, :], turned, turned[..., ::-1, ::-1])[reflection]


def draw_pairs(images: int) -> np.ndarray:
    """Pairs of some of the images, (pairs, 3): first, second and reflection of the second; sorted by the second."""
    random = np.random.default_rng(1)
    some = np.sort(random.permutation(images)[:IMAGES])
    first, second = np.triu_indices(len(some), 1)
    drawn = random.permutation(REFLECTIONS * len(first))[:PAIRS]
    place, reflection = np.divmod(drawn, REFLECTIONS)
    pairs = np.column_stack([some[first[place]], some[second[place]], reflection])
    return pairs[np.lexsort((pairs[:, 0], reflection, pairs[:, 1]))]


class Unrelated:
    """Mirrored pairs of images. details: (side, side) of each image in them, by its number; all of SIDE."""

    def __init__(self, pairs: np.ndarray, details: dict[int, np.ndarray], valid: np.ndarray, threads: int):
        self.pairs, self.details, self.valid, self.threads = pairs, details, valid, threads

    def measure(self, side: int) -> tuple[np.ndarray, float]:
        """The match score of every pair at `side` pixels, and how alike neighboring pixels are there in the mean."""
        details = {number: shrink(detail, side) for number, detail in self.details.items()}
        valid = shrink_area(self.valid, side)
        spread = measure_spread(list(details.values()))
        title = f"chance at {side} px"
        return register_mirrored(self.pairs, details.__getitem__, valid, spread, self.threads, title), spread


def register_mirrored(
    pairs: np.ndarray, read: Callable[[int], np.ndarray], valid: np.ndarray, spread: float, threads: int, title: str
) -> np.ndarray:
    """The match score of pairs of which the second frame is mirrored. pairs: (pairs, 3), as `draw_pairs` sorts them.

    read: gives the detail of an image by its number. valid: (side, side). spread: see `registration`.
    """
    # What is valid of the other frame depends on the reflection, and with it the transforms of the first.
    registrars = [Registrar(valid, spread, reflect(valid, reflection)) for reflection in range(REFLECTIONS)]
    first = lru_cache(HELD)(lambda number, reflection: registrars[reflection].prepare(read(number)))

    def register(group: np.ndarray) -> np.ndarray:
        number, reflection = group[0, 1:].tolist()
        others = Frames(*map(np.stack, zip(*(first(each, reflection) for each in group[:, 0].tolist()), strict=True)))
        own = registrars[reflection].prepare(reflect(read(number), reflection), second=True)
        return registrars[reflection].find_best(others, own)[1]

    starts = np.flatnonzero(np.diff(pairs[:, 1:], axis=0, prepend=-1).any(axis=1))
    groups = np.split(pairs, starts)[1:]
    return np.concatenate([np.zeros(0), *map_parallel(register, groups, threads, title, "groups of pairs")])


def check_threshold(threshold: float, images: int, scores: np.ndarray, valid: np.ndarray, spread: float) -> None:
    """Raise a UserError for a threshold from too few pairs, or one that captures do not reach, or mirrored pairs do."""
    if len(scores) < FEWEST:
        raise UserError(
            f"What two images have in common by chance cannot be told from {images} images: they give {len(scores)} "
            f"pairs to compare with, and {FEWEST} are needed; add images, {REMEDY}."
        )
    within = float(score_match(np.float64(SIMILARITY), np.float64(OVERLAP * valid.sum()), np.float64(spread)))
    if threshold > within or (scores >= threshold).mean() > OUTLIERS:
        raise UserError(
            f"Captures of one field cannot be told from chance in these images: unrelated ones, one of them "
            f"mirrored, have a match score of up to {scores.max():.1f}, captures that overlap by half can be expected "
            f"to have {within:.1f}. They may have a pattern in common, such as the edge of the microscope's view "
            f"(cover it by fields.ignore), or show too little; correct that, {REMEDY}."
        )
