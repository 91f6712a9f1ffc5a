"""Large `.npy` files, written a few rows at a time."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from smear.files import atomic_write
from smear.job import check_space


@contextmanager
def new_array(path: Path, shape: tuple[int, ...], dtype: type, purpose: str) -> Iterator[np.ndarray]:
    """An array on the disk to be filled; the file stands at `path` when the block has ended, whole or not at all.

    purpose: what the file is, for the UserError where the disk has no room for it.
    """
    with atomic_write(path) as temporary:
        # A mapped file on a full disk would end the process by a signal.
        check_space(temporary.parent, math.prod(shape) * np.dtype(dtype).itemsize, purpose)
        array = np.lib.format.open_memmap(temporary, mode="w+", dtype=dtype, shape=shape)
        yield array
        array.flush()
