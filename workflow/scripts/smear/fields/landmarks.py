"""Likely pairs without comparing all of them: images whose most striking places look alike.

A landmark (a dark nucleus, a bright gap) is the same in every capture of its field, wherever it lies in the frame. What
surrounds it is described in few numbers, and similar descriptions are found among millions by faiss.
"""

import faiss
import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter

LANDMARKS = 24
HALF = 12  # pixels of a detail: half the side of the surroundings that are described
STEP = 3
NEAREST = 8
ALIKE = 0.92  # cosine of two descriptions: 99 % of the pairs of one field have 0.94 and more, 1 % of others 0.88
EXACT = 100_000  # descriptions up to which all are compared


def describe_landmarks(detail: np.ndarray) -> np.ndarray:
    """Descriptions of the strongest extremes of a detail, (landmarks, 64), float32, each of unit length and zero mean.

    A landmark needs its whole surroundings inside the frame, so that there may be fewer than LANDMARKS, even none.
    """
    strength = np.abs(gaussian_filter(detail, 2))
    peaks = np.zeros(detail.shape, bool)
    inside = slice(HALF, -HALF)
    peaks[inside, inside] = (maximum_filter(strength, 5) == strength)[inside, inside]
    rows, columns = np.nonzero(peaks)
    strongest = np.argsort(-strength[rows, columns], kind="stable")[:LANDMARKS]
    smooth, steps = gaussian_filter(detail, STEP / 2.5), np.arange(-HALF + STEP // 2, HALF, STEP)
    places = rows[strongest][:, None, None] + steps[:, None], columns[strongest][:, None, None] + steps
    found = smooth[places].reshape(-1, len(steps) ** 2)
    found = found - found.mean(axis=1, keepdims=True)
    return (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)).astype(np.float32)


def find_alike(descriptions: list[np.ndarray], threads: int) -> np.ndarray:
    """Pairs of images, (pairs, 2) as numbers into `descriptions`, first below second, that share a likeness."""
    faiss.omp_set_num_threads(threads)
    owner = np.repeat(np.arange(len(descriptions)), [len(found) for found in descriptions])
    everything = np.concatenate(descriptions)
    index = build_index(everything)
    cosine, nearest = index.search(everything, NEAREST + 1)
    alike = (cosine >= ALIKE) & (nearest >= 0)
    first, second = np.repeat(owner, alike.sum(axis=1)), owner[nearest[alike]]
    pairs = np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1)
    return np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)


def build_index(descriptions: np.ndarray) -> faiss.Index:
    """An index by inner product: exact for some thousand images, in lists around centres for more."""
    count, size = descriptions.shape
    index = faiss.IndexFlatIP(size)
    if count > EXACT:
        index = faiss.IndexIVFFlat(index, size, int(4 * count**0.5), faiss.METRIC_INNER_PRODUCT)
        index.nprobe = 8
        index.train(descriptions[np.random.default_rng(0).permutation(count)[: 40 * index.nlist]])
    index.add(descriptions)
    return index
