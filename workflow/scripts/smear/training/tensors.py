"""The cached tensors as the training and validation images of one cell."""

import numpy as np
import pandas as pd


class JoinedImages:
    """Some rows of several tensors as if they were one: uint8, (images, height, width, 3), read where they lie.

    parts: tensors, usually memory maps, of one height and width. rows: numbers of the images in all parts together.
    """

    def __init__(self, parts: list[np.ndarray], rows: np.ndarray):
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
