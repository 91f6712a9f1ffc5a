"""A look at many pairs at a small size, all shifts of each: which of them deserve a closer one."""

from collections.abc import Callable

import numpy as np

from smear.fields.detail import COARSE
from smear.fields.registration import Frames, Registrar
from smear.parallel import map_parallel

BATCH = 128  # pairs that are looked at in one go: their transforms stay in a core's cache


def screen(
    details: np.ndarray,
    valid: np.ndarray,
    candidates: Callable[[int], np.ndarray],
    floor: float,
    spread: float,
    threads: int,
) -> list[np.ndarray]:
    """For every image, those of its candidates with which its match score reaches `floor`.

    details: (images, side, side), any number format. valid: (side, side). candidates: the numbers of the images that
    one, by its number, is compared with. spread: how alike neighboring pixels are, see `registration`.
    """
    registrar = Registrar(valid, spread, centered=len(valid) > COARSE)
    frames = prepare_all(registrar, details, threads)

    def keep(number: int) -> np.ndarray:
        others = candidates(number)
        own = registrar.prepare(details[number], second=True)
        parts = [others[start : start + BATCH] for start in range(0, len(others), BATCH)]
        found = [registrar.find_best(Frames(*(part[rows] for part in frames)), own)[1] for rows in map(as_slice, parts)]
        return others[np.concatenate(found or [np.zeros(0)]) >= floor]

    title = f"comparing at {len(valid)} px"
    return list(map_parallel(keep, range(len(details)), threads, title))


def prepare_all(registrar: Registrar, details: np.ndarray, threads: int) -> Frames:
    """The details as first frames, in one array each."""
    one = registrar.prepare(details[0])
    frames = Frames(*(np.empty((len(details), *part.shape), part.dtype) for part in one))

    def put(number: int) -> None:
        for whole, part in zip(frames, registrar.prepare(details[number]), strict=True):
            whole[number] = part

    for _ in map_parallel(put, range(len(details)), threads, "transforming"):
        pass
    return frames


def as_slice(rows: np.ndarray) -> np.ndarray | slice:
    """The same rows without a copy where they follow each other."""
    return slice(rows[0], rows[-1] + 1) if rows[-1] - rows[0] + 1 == len(rows) else rows
