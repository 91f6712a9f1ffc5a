"""A close look at single pairs: masked normalised cross-correlation over all shifts.

Source: D. Padfield, Masked object registration in the Fourier domain, IEEE Transactions on Image Processing 2012,
doi 10.1109/TIP.2011.2181402. All frames have one valid area here, so that of its sums only one depends on the pair.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2

from smear.fields.screening import REACH

HELD = 4096  # images whose transforms are kept: about 0.6 GB


class Match(NamedTuple):
    """How well two frames fit: correlation over their overlap, evidence, and shift in shares of the frame.

    What the second frame shows at (x, y), the first shows at (x + dx, y + dy).
    """

    similarity: float
    evidence: float
    dx: float
    dy: float


class Transformed(NamedTuple):
    """The spectrum of a detail, and its sum and norm over what overlaps at every shift of another frame.

    Turned by 180 degrees, they are those for the shifts of this frame against the other one.
    """

    spectrum: np.ndarray
    total: np.ndarray
    norm: np.ndarray


class Registrar:
    """Registers images with each other. `read` gives the detail of an image by its number, (side, side)."""

    def __init__(self, read: Callable[[int], np.ndarray], valid: np.ndarray):
        side = len(valid)
        self.side, self.reach = side, round(REACH * side)
        self.padded = next_fast_len(side + self.reach, real=True)
        self.area = self.transform(valid)
        self.pixels = np.maximum(self.correlate(self.area, self.area).round(), 1)
        self.weight = np.sqrt(self.pixels / valid.sum())
        self.read = read
        self.prepare = lru_cache(HELD)(self.prepare_image)

    def transform(self, values: np.ndarray) -> np.ndarray:
        return rfft2(values.astype(np.float32), (self.padded, self.padded))

    def correlate(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Sums of products at every shift within reach, (2 reach + 1, 2 reach + 1), from two spectra."""
        lags = np.arange(-self.reach, self.reach + 1)
        return irfft2(first * second.conj(), (self.padded, self.padded))[np.ix_(lags, lags)]

    def prepare_image(self, number: int) -> Transformed:
        detail = self.read(number)
        spectrum = self.transform(detail)
        total = self.correlate(spectrum, self.area)
        squares = self.correlate(self.transform(detail**2), self.area)
        return Transformed(spectrum, total, np.sqrt(np.maximum(squares - total**2 / self.pixels, 1e-3)))

    def register(self, first: int, second: int) -> Match:
        """The shift with the most evidence."""
        one, two = self.prepare(first), self.prepare(second)
        products = self.correlate(one.spectrum, two.spectrum) - one.total * two.total[::-1, ::-1] / self.pixels
        correlation = products / (one.norm * two.norm[::-1, ::-1])
        evidence = correlation * self.weight
        best = np.unravel_index(evidence.argmax(), evidence.shape)
        dy, dx = (int(place) - self.reach for place in best)
        return Match(float(correlation[best]), float(evidence[best]), dx / self.side, dy / self.side)
