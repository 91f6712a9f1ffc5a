"""Likely pairs without comparing all of them: images that have a keypoint with a similar descriptor.

A keypoint (a dark nucleus, a bright gap) is the same in every capture of its field, wherever it lies in the frame. What
surrounds it is described in few numbers, and similar descriptors are found among millions by faiss.
"""

from typing import NamedTuple

import faiss
import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter

KEYPOINTS = 96  # at most, the strongest: an overlap of a sixth of the frame then still has several
SMOOTHING = 1  # pixels of a detail, sigma: more of it leaves too few extremes in a small overlap
APART = 3  # pixels of a detail: the side of the square in which a keypoint is the strongest
HALF = 6  # pixels of a detail: half the side of the surroundings that are described
STEP = 2
NEAREST = 12
SIMILAR = 0.9  # cosine of two descriptors: 99 % of the pairs of one field have 0.94 and more, 1 % of others 0.88
EXACT = 100_000  # descriptors up to which all are compared
CHUNK = 65_536  # descriptors that are searched for at a time
TRAINING_ROUNDS = 10


class Keypoints(NamedTuple):
    """The keypoints of an image: places, (keypoints, 2) as y and x, and descriptors, (keypoints, 36), float16."""

    places: np.ndarray
    descriptors: np.ndarray


def find_keypoints(detail: np.ndarray) -> Keypoints:
    """The strongest extremes of a detail; descriptors have unit length and zero mean.

    A keypoint needs its whole surroundings inside the frame, so that there may be fewer than KEYPOINTS, even none.
    """
    strength = np.abs(gaussian_filter(detail, SMOOTHING))
    peaks = np.zeros(detail.shape, bool)
    inside = slice(HALF, -HALF)
    peaks[inside, inside] = (maximum_filter(strength, APART) == strength)[inside, inside]
    places = np.argwhere(peaks)
    places = places[np.argsort(-strength[*places.T], kind="stable")[:KEYPOINTS]]
    smooth, steps = gaussian_filter(detail, STEP / 2.5), np.arange(-HALF + STEP // 2, HALF, STEP)
    around = places[:, 0, None, None] + steps[:, None], places[:, 1, None, None] + steps
    found = smooth[around].reshape(-1, len(steps) ** 2)
    found = found - found.mean(axis=1, keepdims=True)
    found = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return Keypoints(places.astype(np.int16), found.astype(np.float16))


def match_descriptors(keypoints: list[Keypoints], threads: int) -> np.ndarray:
    """Candidate matches, (candidates, 4): first and second, numbers into `keypoints`, and the shift (dx, dy).

    What the second image shows at (x, y), the first shows at (x + dx, y + dy), in pixels of the detail. A pair has a
    row for every shift at which two of its keypoints coincide.
    """
    faiss.omp_set_num_threads(threads)
    owner = np.repeat(np.arange(len(keypoints), dtype=np.int32), [len(each.places) for each in keypoints])
    places = np.concatenate([each.places for each in keypoints]).astype(np.int32)
    descriptors = np.concatenate([each.descriptors for each in keypoints])
    index = build_index(descriptors)
    found = []
    for start in range(0, len(descriptors), CHUNK):
        cosine, nearest = index.search(descriptors[start : start + CHUNK].astype(np.float32), NEAREST + 1)
        query, rank = np.nonzero((cosine >= SIMILAR) & (nearest >= 0))
        query, other = query + start, nearest[query, rank]
        query, other = np.where(owner[query] < owner[other], (query, other), (other, query))
        different = owner[query] < owner[other]
        query, other = query[different], other[different]
        dy, dx = (places[query] - places[other]).T
        found.append(np.column_stack([owner[query], owner[other], dx, dy]))
    return np.unique(np.concatenate(found or [np.zeros((0, 4), np.int32)]), axis=0)


def build_index(descriptors: np.ndarray) -> faiss.Index:
    """An index by inner product: exact for some thousand images, in lists around centers for more."""
    count, size = descriptors.shape
    index = faiss.IndexFlatIP(size)
    if count > EXACT:
        lists = int(4 * count**0.5)
        index = faiss.IndexIVFScalarQuantizer(
            index, size, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index.nprobe = 8
        index.cp.niter = TRAINING_ROUNDS
        some = np.random.default_rng(0).permutation(count)[: 40 * lists]
        index.train(descriptors[some].astype(np.float32))
    for start in range(0, count, CHUNK):
        index.add(descriptors[start : start + CHUNK].astype(np.float32))
    return index
