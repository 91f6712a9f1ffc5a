"""Masked normalized cross-correlation over all shifts that leave a tenth of the frame or more.

Source: D. Padfield, Masked object registration in the Fourier domain, IEEE Transactions on Image Processing 2012,
doi 10.1109/TIP.2011.2181402. All frames have one valid area here, so that of its sums only one depends on the pair.
Transforms are padded, so that no shift wraps around.

What a correlation is worth depends on how many pixels were compared, and how alike neighboring ones are: of n
pixels, n / c are independent, where c sums the products of both frames' autocorrelations (M. S. Bartlett, Journal of
the Royal Statistical Society 1935; by Parseval's theorem a product of their spectra). The match score is Fisher's z of
the correlation in its standard deviations, z x sqrt(n / c - 3). It is not bounded by the overlap.
"""

from typing import NamedTuple

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import gaussian_filter

SHARE = 0.1  # of the frame: the smallest overlap
VALID = 0.5  # of the smallest overlap: what must be valid in both frames
REFERENCE = 5.0  # match score at which shifts are weighed against each other: about the most that chance gives
EMPTY = 0.02  # of a frame's variance: the least that an overlap is taken to have, lest its rounding errors correlate
NEAR = 0.03  # of the frame: half a red cell's radius
HELD = 1024  # images whose transforms are kept: about 0.4 GB at 96 px
CERTAIN = 0.999  # correlation beyond which z would only measure rounding


class Match(NamedTuple):
    """How well two frames fit: correlation over their overlap, its score, shift and overlap in shares of the frame.

    What the second frame shows at (x, y), the first shows at (x + dx, y + dy).
    """

    similarity: float
    score: float
    dx: float
    dy: float
    overlap: float


class Frames(NamedTuple):
    """What registration needs of one frame, or of many along a first axis.

    spectrum: of the padded detail. mean, scale: at every shift, the sum over the overlap divided by the root of its
    pixels and by the norm there, and one over that norm; 0 where the overlap is too small. power: see `measure_power`.
    Shifts are laid out as transforms leave them, (padded, padded), so that no pair's are copied.
    """

    spectrum: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    power: np.ndarray


class Registrar:
    """Registers frames whose valid area is `valid`, (side, side), with others whose area is `other`, or the same.

    spread: c above, as it is in most pairs; by it shifts are weighed against each other. centered: whether the mean
    over the overlap is taken off, which a detail has lost almost all of.
    """

    def __init__(self, valid: np.ndarray, spread: float, other: np.ndarray | None = None, centered: bool = True):
        self.side, self.reach, self.centered = len(valid), int((1 - SHARE) * len(valid)), centered
        self.padded = next_fast_len(self.side + self.reach, real=True)
        self.valid = valid, valid if other is None else other
        self.areas = [self.transform(area) for area in self.valid]
        turn = np.exp(-2j * np.pi * self.reach * np.fft.fftfreq(self.padded))
        # Moves a frame by the reach, so that shifts are counted from 0.
        self.move = (turn[:, None] * turn[: self.padded // 2 + 1]).astype(np.complex64)
        self.pixels = np.maximum(self.correlate(self.areas[0], self.turn(self.areas[1])).round(), 1)
        room = np.maximum(1 - np.abs(np.arange(self.padded) - self.reach) / self.side, 0)
        self.overlap = room[:, None] * room
        self.compared = (self.overlap >= SHARE) & (self.pixels >= VALID * SHARE * self.side**2)
        # REFERENCE's worth of correlation becomes 1 at every shift: a product then does for Fisher's z, a logarithm.
        independent = np.maximum(self.pixels / spread - 3, 1)
        self.weight = (1 / np.tanh(REFERENCE / np.sqrt(independent))).astype(np.float32)

    def transform(self, values: np.ndarray) -> np.ndarray:
        return rfft2(values.astype(np.float32), (self.padded, self.padded))

    def turn(self, spectrum: np.ndarray) -> np.ndarray:
        """The spectrum of a second frame as it is multiplied with that of a first one."""
        return spectrum.conj() * self.move

    def correlate(self, first: np.ndarray, turned: np.ndarray) -> np.ndarray:
        """Sums of products at every shift, from minus the reach on, (…, padded, padded), from spectra."""
        return irfft2(first * turned, (self.padded, self.padded), overwrite_x=True)

    def prepare(self, detail: np.ndarray, second: bool = False) -> Frames:
        """A detail, (side, side), as the first frame of pairs; or as the second one, turned and weighed."""
        detail = detail * self.valid[second]
        area = self.areas[not second]
        spectrum, squares = self.transform(detail), self.transform(detail**2)
        if second:
            spectrum = self.turn(spectrum)
            total, squares = self.correlate(area, spectrum), self.correlate(area, self.turn(squares))
        else:
            total, squares = self.correlate(spectrum, self.turn(area)), self.correlate(squares, self.turn(area))
        least = EMPTY * self.pixels * np.mean(np.square(detail, dtype=np.float32))
        norm = np.sqrt(np.maximum(squares - total**2 / self.pixels, np.maximum(least, 1e-6)))
        scale = self.compared * (self.weight if second else 1) / norm
        mean = scale * total / np.sqrt(self.pixels)
        return Frames(spectrum, mean.astype(np.float32), scale.astype(np.float32), measure_power(detail))

    def find_best(self, first: Frames, second: Frames) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Correlation and match score at the best shift of every pair, and which it is, flat; each (pairs,).

        first: frames along a first axis. second: one frame.
        """
        found = self.correlate(first.spectrum, second.spectrum)
        found *= first.scale
        found *= second.scale
        if self.centered:
            found -= first.mean * second.mean
        found = found.reshape(len(found), -1)
        best = found.argmax(axis=1)
        correlation = found[np.arange(len(found)), best] / self.weight.ravel()[best]
        return correlation, score_match(correlation, self.pixels.ravel()[best], first.power @ second.power), best

    def register(self, first: Frames, second: Frames) -> Match:
        """The shift with the highest match score, of one pair."""
        (correlation,), (score,), (best,) = self.find_best(Frames(*(part[None] for part in first)), second)
        dy, dx = (int(place) - self.reach for place in np.unravel_index(best, self.pixels.shape))
        return Match(
            float(correlation), float(score), dx / self.side, dy / self.side, float(self.overlap.ravel()[best])
        )


def measure_power(detail: np.ndarray) -> np.ndarray:
    """The power spectrum of a detail, flat; the products of two, summed up, are the c above."""
    power = np.abs(np.fft.fft2(detail)).astype(np.float32).ravel() ** 2
    return power * (len(detail) / max(float(power.sum()), 1e-6))


def measure_spread(details: list[np.ndarray]) -> float:
    """The c above for a detail and another one like it, the median of many."""
    return float(np.median([np.square(measure_power(detail)).sum() for detail in details]))


def score_match(correlation: np.ndarray, pixels: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Fisher's z in its standard deviations."""
    z = np.arctanh(np.clip(correlation, -CERTAIN, CERTAIN))
    return z * np.sqrt(np.maximum(pixels / np.maximum(spread, 1) - 3, 0))


def score_overlap(first: np.ndarray, second: np.ndarray, valid: np.ndarray, match: Match) -> float:
    """The score of a match by what its overlap alone shows, where one blood cell may lie alone.

    Neighboring pixels are as much alike as they are there. And where both frames show their detail in the same few
    places, they are compared in no others: c is greater by how much their energies, each averaged over NEAR, coincide
    (the variance of a sum of products whose factors vary in variance).

    first, second: details, (side, side).
    """
    side = len(valid)
    dx, dy = round(match.dx * side), round(match.dy * side)
    own = slice(max(dy, 0), side + min(dy, 0)), slice(max(dx, 0), side + min(dx, 0))
    other = slice(max(-dy, 0), side + min(-dy, 0)), slice(max(-dx, 0), side + min(-dx, 0))
    shared = valid[own] * valid[other]
    power, energy = [], []
    for part in (first[own], second[other]):
        centered = (part - (part * shared).sum() / shared.sum()) * shared
        power.append(np.abs(np.fft.fft2(centered, [2 * length for length in shared.shape])) ** 2)
        energy.append(gaussian_filter(centered**2, NEAR * side, mode="constant"))
    spread = 4 * shared.size * (power[0] * power[1]).sum() / max(power[0].sum() * power[1].sum(), 1e-6)
    coincidence = shared.sum() * (energy[0] * energy[1]).sum() / max(energy[0].sum() * energy[1].sum(), 1e-6)
    return float(score_match(np.float64(match.similarity), shared.sum(), spread * max(coincidence, 1)))
