"""The cached tensors as the training and validation images of one cell."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

TRAINING_SPLITS = ("train", "validation")  # the test images are no input of a training


class TensorFile:
    """The images of an npy file, (images, …), mostly uint8, of which only those asked for are read.

    A memory map would do the same, but the system counts its pages, until it needs them, as memory of this process:
    with 16 times the images a training would look 16 times as hungry, to its user and to a cluster's limit.
    """

    def __init__(self, path: str | Path):
        header = np.load(path, mmap_mode="r")
        self.shape, self.dtype, self.start = header.shape, header.dtype, header.offset
        self.stride = header.nbytes // max(len(header), 1)
        self.file = Path(path).open("rb", buffering=0)  # noqa: SIM115 (open as long as the images are in use)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """The images of an array of row numbers. Raises OSError where the file has become shorter than it was."""
        found = np.empty((len(rows), *self.shape[1:]), self.dtype)
        for image, row in zip(found, rows, strict=True):
            if os.preadv(self.file.fileno(), [image], self.start + int(row) * self.stride) != self.stride:
                raise OSError(f"{self.file.name} ends before its image {row}")
        return found


class JoinedImages:
    """Some rows of several tensors as if they were one, (images, …), read where they lie.

    parts: tensors of images of one shape, as files or arrays. rows: numbers of the images in all parts together.
    """

    def __init__(self, parts: list[TensorFile | np.ndarray], rows: np.ndarray):
        self.parts = parts
        self.rows = rows
        self.starts = np.cumsum([0, *map(len, parts)])
        self.shape = (len(rows), *parts[0].shape[1:])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, places: np.ndarray) -> np.ndarray:
        rows = self.rows[places]
        found = np.empty((len(rows), *self.shape[1:]), self.parts[0].dtype)
        for part, start in zip(self.parts, self.starts, strict=False):
            here = (rows >= start) & (rows < start + len(part))
            found[here] = part[rows[here] - start]
        return found


def divide_rows(tables: list[pd.DataFrame], fold: int | None) -> dict[str, np.ndarray]:
    """Row numbers of training and validation images in the tables (`label,fold`) of these splits, one behind the other.

    Without a fold they are the splits; with one, its images are for validation and all others for training.
    """
    splits = np.repeat([False, True], [len(table) for table in tables])
    validated = splits if fold is None else (pd.concat(tables)["fold"] == fold).to_numpy()
    return {"train": np.flatnonzero(~validated), "validation": np.flatnonzero(validated)}
