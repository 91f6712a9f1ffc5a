"""The search for repeat captures: which pairs are compared, which of them match, and how sure that is."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from smear.fields.chance import Chance, fit_chance
from smear.fields.detail import COARSE, MEDIUM, SIDE, shrink_area
from smear.fields.registration import HELD, Registrar, score_overlap
from smear.fields.screening import screen
from smear.fields.unrelated import Unrelated, check_threshold
from smear.parallel import map_parallel

FALSE_PAIRS = 0.00005  # an image, expected by chance
# What a match has at least, up to the threshold, when its overlap is looked at by itself: of 10 million pairs that are
# compared at some hundred independent shifts, chance gives as much to one.
INSIDE = 6.0
# Of unrelated pairs, the shares that pass the look at a small size and the next one.
PASS = {COARSE: 0.02, MEDIUM: 0.0005}


class Search(NamedTuple):
    """What was found: `first,second` (row numbers), `similarity,score,dx,dy,overlap,match`, registered at SIDE.

    sample: the match scores of mirrored pairs. chance: what was fitted to it.
    """

    pairs: pd.DataFrame
    compared: int
    chance: Chance
    sample: np.ndarray
    threshold: float


def search_fields(
    images: int,
    read: Callable[[int], np.ndarray],
    valid: np.ndarray,
    propose: Callable[[float], np.ndarray],
    unrelated: Unrelated,
    threshold: float | None,
    threads: int,
) -> Search:
    """Find the pairs of images that overlap.

    read: gives the detail of an image by its number, (SIDE, SIDE). valid: (SIDE, SIDE). propose: gives the pairs that
    deserve a close look, (pairs, 2), for the threshold. threshold: score that makes a match, instead of that which
    chance exceeds FALSE_PAIRS times an image among all pairs; INSIDE is asked besides.
    """
    compared = images * (images - 1) // 2
    sample, spread = unrelated.measure(SIDE)
    chance = fit_chance(sample)
    if threshold is None:
        threshold = chance.level(min(0.5, FALSE_PAIRS * images / compared))
        check_threshold(threshold, images, sample, valid, spread)
    pairs = register_all(read, valid, spread, propose(threshold), threads)
    likely = pairs[pairs["score"] >= threshold]

    def weigh(row) -> float:
        return score_overlap(read(row.first), read(row.second), valid, row)

    inside = list(map_parallel(weigh, likely.itertuples(), threads, "weighing overlaps", "pairs"))
    pairs["match"] = False
    pairs.loc[likely.index, "match"] = np.array(inside, float) >= min(INSIDE, threshold)
    return Search(pairs, compared, chance, sample, threshold)


def screen_all(
    coarse: np.ndarray, medium: np.ndarray, valid: np.ndarray, unrelated: Unrelated, threads: int
) -> np.ndarray:
    """The pairs that look likely at both small sizes, (pairs, 2), the lower number first.

    coarse, medium: details of all images, (images, side, side), of COARSE and MEDIUM. valid: (SIDE, SIDE).
    """
    kept = [np.arange(number + 1, len(coarse)) for number in range(len(coarse))]
    for details in (coarse, medium):
        side = details.shape[1]
        sample, spread = unrelated.measure(side)
        floor = fit_chance(sample).level(PASS[side])
        kept = screen(details, shrink_area(valid, side), kept.__getitem__, floor, spread, threads)
    return np.column_stack([np.repeat(np.arange(len(kept)), [len(each) for each in kept]), np.concatenate(kept)])


def register_all(
    read: Callable[[int], np.ndarray], valid: np.ndarray, spread: float, pairs: np.ndarray, threads: int
) -> pd.DataFrame:
    """`first,second,similarity,score,dx,dy,overlap` of the pairs, (pairs, 2)."""
    registrar = Registrar(valid, spread)
    first = lru_cache(8 * threads)(lambda number: registrar.prepare(read(number)))
    second = lru_cache(HELD)(lambda number: registrar.prepare(read(number), second=True))

    def register(pair: list[int]):
        return registrar.register(first(pair[0]), second(pair[1]))

    found = map_parallel(register, pairs.tolist(), threads, "registering", "pairs")
    rows = [(*pair, *match) for pair, match in zip(pairs.tolist(), found, strict=True)]
    return pd.DataFrame(rows, columns=["first", "second", "similarity", "score", "dx", "dy", "overlap"])
