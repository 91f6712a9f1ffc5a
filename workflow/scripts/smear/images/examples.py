"""A few images of a tensor for a figure: which ones, and how large."""

import numpy as np
import pandas as pd
from PIL import Image

SEED = 0  # of the choice
MOST_CLASSES, MOST_ROWS = 4, 6
LARGEST = 112  # pixels of a side: half of the usual 224, about what a page shows


def choose_images(rows: pd.DataFrame, sets: int) -> np.ndarray:
    """Row numbers of an image of each of a few classes, drawn by a fixed seed, in the order of the classes.

    rows: `label`, in the order of the tensor. sets: how many panels show each image.
    """
    random = np.random.default_rng(SEED)
    labels = rows["label"].to_numpy()
    known = random.permutation(np.unique(labels))[: max(1, min(MOST_CLASSES, MOST_ROWS // sets))]
    order = random.permutation(len(labels))
    return np.array([order[labels[order] == label][0] for label in np.sort(known)])


def reduce(image: np.ndarray, side: int) -> np.ndarray:
    """An image, uint8 (h, w, 3), with square pixels in the mean of those that each takes the place of."""
    if len(image) == side:
        return image
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BOX))
