"""Batches of images for Keras, read from a memory-mapped tensor so that its size does not matter."""

import math

import keras
import numpy as np


class Batches(keras.utils.PyDataset):
    """One pass over `images` in a given order.

    images: uint8, (n, height, width, 3), usually a memory map. labels: integers, (n,). order: the rows to take, in
    turn; a row may be missing or appear twice. Each batch is (uint8 images, labels); the last one may be smaller.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, batch_size: int, order: np.ndarray | None = None):
        super().__init__()
        self.images = images
        self.labels = labels
        self.batch_size = batch_size
        self.order = np.arange(len(images)) if order is None else order

    def __len__(self) -> int:
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.images[rows], self.labels[rows]
