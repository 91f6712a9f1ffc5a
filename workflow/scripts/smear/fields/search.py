"""The search for repeat captures: which pairs are compared, which of them match, and how sure that is."""

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from smear.fields.chance import Chance, fit_chance
from smear.fields.registration import Registrar
from smear.fields.screening import BLOCK, screen_all, screen_block
from smear.parallel import map_parallel

CANDIDATES = 4  # pairs an image that are looked at closely, if all were unrelated
FALSE_PAIRS = 0.0005  # an image, expected by chance
SAMPLE = 160  # images whose pairs, 12,720 of them, show what chance gives


class Search(NamedTuple):
    """What was found: `first,second` (row numbers), `similarity,evidence,dx,dy` of every pair looked at closely."""

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
    threshold: float | None,
    threads: int,
) -> Search:
    """Find the pairs of images that overlap.

    read: gives the detail of an image by its number, (SIDE, SIDE). valid: (SIDE, SIDE). propose: gives the pairs that
    deserve a close look, (pairs, 2), for the threshold. threshold: evidence that makes a match, instead of that which
    chance exceeds FALSE_PAIRS times an image among all pairs.
    """
    pairs = images * (images - 1) // 2
    registrar = Registrar(read, valid)
    sample = sample_chance(registrar, images, threads)
    chance = fit_chance(sample)
    if threshold is None:
        threshold = chance.level(min(0.5, FALSE_PAIRS * images / max(pairs, 1)))
    return Search(register_all(registrar, propose(threshold), threads), pairs, chance, sample, threshold)


def screen(coarse: np.ndarray, area: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the pairs that look likely in coarse details, (images, COARSE, COARSE), by blocks, with a progress bar.

    area: what is valid of a frame, (COARSE, COARSE).
    """
    images = len(coarse)
    some = coarse[np.random.default_rng(0).permutation(images)[:BLOCK]]
    scores = screen_block(some, some, area)[np.triu_indices(len(some), 1)]
    floor = fit_chance(scores).level(min(0.5, 2 * CANDIDATES / images))
    blocks = -(-images // BLOCK)
    yield from tqdm(
        screen_all(coarse, area, floor), "screening", blocks * (blocks + 1) // 2, file=sys.stderr, unit=" blocks",
        mininterval=2, ascii=True,
    )  # fmt: skip


def sample_chance(registrar: Registrar, images: int, threads: int) -> np.ndarray:
    """The evidence of all pairs of some random images."""
    some = np.sort(np.random.default_rng(1).permutation(images)[:SAMPLE])
    pairs = np.column_stack([some[side] for side in np.triu_indices(len(some), 1)])
    return register_all(registrar, pairs, threads)["evidence"].to_numpy()


def register_all(registrar: Registrar, pairs: np.ndarray, threads: int) -> pd.DataFrame:
    """`first,second,similarity,evidence,dx,dy` of the pairs, (pairs, 2)."""
    found = map_parallel(lambda pair: registrar.register(*pair), pairs.tolist(), threads, "registering", "pairs")
    rows = [(*pair, *match) for pair, match in zip(pairs.tolist(), found, strict=True)]
    return pd.DataFrame(rows, columns=["first", "second", "similarity", "evidence", "dx", "dy"])
