"""Single cells of a synthetic blood smear, painted as densities of stain; lengths are pixels unless said otherwise."""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

RED, CYTOPLASM, NUCLEUS = range(3)
CHROMATIN_RELIEF = 0.40


class Morphology(NamedTuple):
    """How the nucleated cells of a class look; pairs are the mean and the standard deviation from cell to cell.

    radius: of the cell, in radii of a red cell. nuclear_share: of the cell's area. clump_size, in radii of a red cell,
    and clump_contrast: of the chromatin. nucleoli: expected number, 4 at most. cleft: depth of the nucleus' indentation
    as a share of its radius. clinging: probability that a cell lies against another one.
    """

    radius: tuple[float, float]
    nuclear_share: tuple[float, float]
    clump_size: tuple[float, float]
    clump_contrast: tuple[float, float]
    nucleoli: float
    cleft: tuple[float, float]
    clinging: float


def window(layers: np.ndarray, x: float, y: float, reach: float) -> tuple[tuple[slice, slice], np.ndarray]:
    """The rows and columns of `layers` within `reach` of (x, y), all pixels, and their offsets from there as x + iy."""
    (left, right), (top, bottom) = (
        (min(max(int(middle - reach), 0), side), min(max(int(middle + reach) + 2, 0), side))
        for middle, side in ((x, layers.shape[2]), (y, layers.shape[1]))
    )
    offsets = np.arange(left, right) + 0.5 - x + 1j * (np.arange(top, bottom)[:, None] + 0.5 - y)
    return (slice(top, bottom), slice(left, right)), offsets


def draw_direction(random: np.random.Generator, count: int | None = None) -> complex | np.ndarray:
    """Random complex numbers of length 1."""
    return np.exp(2j * np.pi * random.uniform(size=count))


def draw_outline(random: np.random.Generator, strength: float, waves: int) -> np.ndarray:
    """Coefficients of a closed curve's radius as a polynomial in its direction: oval first, then ever smaller bumps."""
    amplitudes = strength / np.arange(2, waves + 2) * random.uniform(0.3, 1.7, waves)
    return np.concatenate([(amplitudes * draw_direction(random, waves))[::-1], [0, 0]])


def cover(
    offsets: np.ndarray, radius: float, outline: np.ndarray, dents: tuple[tuple[float, complex, float], ...] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """For an outline around offset 0: how far out each pixel lies, 1 on the outline, and the covered share of it.

    dents: (depth as a share of the radius, direction, sharpness) of indentations.
    """
    distance = np.abs(offsets)
    direction = offsets / np.maximum(distance, 1e-9)
    edge = radius * (1 + np.polyval(outline, direction).real)
    for depth, towards, sharpness in dents:
        edge = edge * (1 - depth * np.exp(sharpness * ((direction * towards.conjugate()).real - 1)))
    return distance / edge, np.clip(edge - distance + 0.5, 0, 1)


def mottle(random: np.random.Generator, offsets: np.ndarray, clump: float) -> np.ndarray:
    """Smooth noise from -1 to 1 whose clumps are about `clump` pixels wide."""
    places = offsets * draw_direction(random) / clump
    noise = map_coordinates(
        random.standard_normal((24, 24)), np.stack([places.imag, places.real]) + 11.5, mode="grid-wrap"
    )
    return np.tanh(1.3 * noise)


def paint_red_cell(
    random: np.random.Generator, layers: np.ndarray, x: float, y: float, radius: float, pallor: float, crenation: float
) -> None:
    """Add a biconcave disc, thin in the middle, at (x, y), pixels."""
    outline = draw_outline(random, 0.12, waves=2)
    if crenation:
        spikes = crenation * draw_direction(random, 3) * random.uniform(0.3, 1, 3)
        outline = np.concatenate([spikes, np.zeros(7), outline])
    pallor, width = np.clip(random.normal(pallor, 0.15), 0, 1), random.uniform(0.4, 0.6)
    place, offsets = window(layers, x, y, 1.4 * radius + 1)
    ratio, covered = cover(offsets, radius * random.normal(1, 0.05), outline)
    hollow = 1 / (1 + np.exp((ratio - width) / 0.09))
    layers[RED][place] += covered * random.uniform(0.8, 1.15) * (0.85 + 0.2 * ratio**2 - pallor * hollow)


def draw_chromatin(
    random: np.random.Generator, offsets: np.ndarray, radius: float, unit: float, look: Morphology
) -> np.ndarray:
    """Density of a nucleus of `radius` pixels around offset 0, where a red cell has a radius of `unit` pixels.

    Every class has the same range of densities: what the clumps leave of it goes into a gradual unevenness. The colors
    of a nucleus then say little about its class, and their arrangement says much.
    """
    contrast = max(0.0, random.normal(*look.clump_contrast))
    unevenness = max(0.0, CHROMATIN_RELIEF**2 - contrast**2) ** 0.5
    density = 1 + contrast * mottle(random, offsets, unit * max(0.1, random.normal(*look.clump_size)))
    density += unevenness * mottle(random, offsets, 1.8 * radius)
    for _ in range(random.binomial(4, look.nucleoli / 4)):
        center = radius * random.uniform(0.15, 0.6) * draw_direction(random)
        distance = np.abs(offsets - center) / (unit * random.uniform(0.25, 0.38))
        density += 0.3 * np.exp(-8 * (distance - 1.4) ** 2) - 0.65 * np.exp(-(distance**4))
    return np.maximum(density, 0.15) * random.uniform(0.7, 1.3)


def paint_nucleated_cell(
    random: np.random.Generator, layers: np.ndarray, x: float, y: float, radius: float, unit: float, look: Morphology
) -> None:
    """Put a cell of `radius` pixels at (x, y), pixels, over the red cells there."""
    place, offsets = window(layers, x, y, 1.3 * radius + 1)
    ratio, covered = cover(offsets, radius, draw_outline(random, 0.10, waves=4))
    body = covered * (0.75 + 0.45 * ratio**4) * random.uniform(0.8, 1.25)
    layers[RED][place] *= 1 - 0.8 * covered
    layers[CYTOPLASM][place] = np.maximum(layers[CYTOPLASM][place], body)

    nucleus = radius * np.clip(random.normal(*look.nuclear_share), 0.3, 0.96) ** 0.5
    inner = offsets - 0.7 * (radius - nucleus) * draw_direction(random)
    depth = max(0.0, random.normal(*look.cleft))
    dents = tuple(
        (share * depth, draw_direction(random), random.uniform(4, 10)) for share in (1, random.uniform(0, 0.5))
    )
    ratio, covered = cover(inner, nucleus, draw_outline(random, 0.07, waves=4), dents)
    density = draw_chromatin(random, inner, nucleus, unit, look) + 0.15 * (ratio > 0.8)
    layers[NUCLEUS][place] = np.maximum(layers[NUCLEUS][place], covered * density)


def paint_smudge(random: np.random.Generator, layers: np.ndarray, x: float, y: float, radius: float) -> None:
    """Add the ragged remains of a crushed cell."""
    place, offsets = window(layers, x, y, 2 * radius)
    _, covered = cover(offsets, radius, draw_outline(random, 0.5, waves=7))
    veil = np.maximum(0, 0.45 + 0.3 * mottle(random, offsets, 0.12 * radius))
    layers[NUCLEUS][place] += gaussian_filter(covered, 0.05 * radius) * veil * random.uniform(0.5, 1.1)


def paint_platelet(random: np.random.Generator, layers: np.ndarray, x: float, y: float, radius: float) -> None:
    """Add a speck."""
    place, offsets = window(layers, x, y, 2 * radius + 1)
    _, covered = cover(offsets, radius, draw_outline(random, 0.4, waves=4))
    layers[NUCLEUS][place] += covered * random.uniform(0.2, 0.6)
