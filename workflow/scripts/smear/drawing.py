"""One microscope field of a synthetic blood smear: cells as layers of stain, light through them, and captures of it.

Lengths are shares of the frame's side, so that one seed shows one view at every size. Colours follow from Beer and
Lambert's law: light falls off exponentially with the stain that it passes, layer by layer.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter, map_coordinates

RED, CYTOPLASM, NUCLEUS = range(3)
RED_CELL_RADIUS = 0.060


class Morphology(NamedTuple):
    """How the nucleated cells of a class look: mean and standard deviation from cell to cell.

    nucleus: radius in red-cell radii. share: of the cell's area that is nucleus. grain: size of the chromatin clumps
    in red-cell radii, and contrast: their depth. nucleoli: expected number. cleft: depth of the nuclear indentation as
    a share of the radius. crowding: probability that a cell lies against another.
    """

    nucleus: tuple[float, float]
    share: tuple[float, float]
    grain: tuple[float, float]
    contrast: tuple[float, float]
    nucleoli: float
    cleft: tuple[float, float]
    crowding: float


class Slide(NamedTuple):
    """What all fields of one slide share: colours, strength of the stain, magnification, habits of the red cells.

    stains: optical density of red cells, cytoplasm and nuclei in R, G, B, (3, 3). glass: light through no cell, (3,).
    """

    stains: np.ndarray
    glass: np.ndarray
    zoom: float
    pallor: float
    rouleaux: float
    crenation: float
    scale_bar: str


def prepare_slide(random: np.random.Generator) -> Slide:
    """Draw a slide's stain and habits."""
    tint = random.uniform(0, 1)
    red = (tint * np.array([0.50, 0.40, 0.24]) + (1 - tint) * np.array([0.24, 0.36, 0.20])) * random.uniform(0.7, 1.3)
    nucleus = np.array([random.uniform(0.40, 0.75), 1.0, random.uniform(0.12, 0.30)]) * random.uniform(0.75, 1.2)
    blue = np.array([random.uniform(0.30, 0.50), 0.42, random.uniform(0.08, 0.20)]) * random.uniform(0.7, 1.2)
    kinship = random.uniform(0.0, 0.8)
    cytoplasm = kinship * red + (1 - kinship) * blue
    return Slide(
        stains=np.stack([red, cytoplasm, nucleus]),
        glass=random.uniform([0.97, 0.98, 0.92], [1.03, 1.03, 1.01]),
        zoom=random.uniform(0.85, 1.2),
        pallor=random.uniform(0.1, 0.95),
        rouleaux=random.choice([0.1, 0.3, 0.75]),
        crenation=random.choice([0.0, 0.0, 0.05]),
        scale_bar=str(random.choice(["none", "none", "box", "red"])),
    )


def around(shape: tuple[int, int], x: float, y: float, reach: float) -> tuple[tuple[slice, slice], np.ndarray]:
    """The part of a layer within `reach` pixels of (x, y), and its pixels' offsets x + iy from there."""
    columns = slice(max(0, int(x - reach)), max(0, min(shape[1], int(x + reach) + 2)))
    rows = slice(max(0, int(y - reach)), max(0, min(shape[0], int(y + reach) + 2)))
    across = np.arange(columns.start, columns.stop) - x
    down = np.arange(rows.start, rows.stop)[:, None] - y
    return (rows, columns), across + 1j * down


def wobble(random: np.random.Generator, strength: float, waves: int = 4) -> np.ndarray:
    """Fourier coefficients of an outline, highest frequency first: ellipticity and bumps, but no shift."""
    amplitude = strength / np.arange(2, waves + 2)
    phases = np.exp(2j * np.pi * random.uniform(size=waves))
    return np.concatenate([(amplitude * random.uniform(0.3, 1.7, waves) * phases)[::-1], [0, 0]])


def depth_inside(offsets: np.ndarray, radius: float, outline: np.ndarray, dents: list = ()) -> tuple:
    """Distance from the centre in radii, and the covered share of each pixel, for a wobbly disc."""
    distance = np.abs(offsets)
    direction = offsets / np.maximum(distance, 1e-9)
    edge = radius * (1 + np.polyval(outline, direction).real)
    for depth, towards, sharpness in dents:
        edge = edge * (1 - depth * np.exp(sharpness * ((direction * np.conj(towards)).real - 1)))
    return distance / edge, np.clip(edge - distance + 0.5, 0, 1)


def settle(
    random: np.random.Generator, reaches: np.ndarray, box: np.ndarray, taken: np.ndarray, clinging: float
) -> np.ndarray:
    """Find places for cells that keep off each other and off those `taken`, rows of (x, y, reach).

    With probability `clinging` a cell lies against one of its own kind. One that finds no room stays away.
    """
    crowd, own = taken, len(taken)
    for reach in reaches:
        places = random.uniform(box[0], box[1], (12, 2))
        if len(crowd) > own and random.uniform() < clinging:
            hosts = crowd[random.integers(own, len(crowd), 12)]
            turns = random.uniform(0, 2 * np.pi, 12)
            steps = (hosts[:, 2] + reach) * random.uniform(1.0, 1.15, 12)
            places = hosts[:, :2] + steps[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        gaps = np.hypot(places[:, None, 0] - crowd[:, 0], places[:, None, 1] - crowd[:, 1])
        free = (gaps >= crowd[:, 2] + reach).all(axis=1)
        if free.any():
            crowd = np.vstack([crowd, [*places[free.argmax()], reach]])
    return crowd[own:]


def paint_red_cell(random: np.random.Generator, layers: np.ndarray, x: float, y: float, radius: float, slide: Slide):
    """A biconcave disc: dense towards the rim, pale in the middle."""
    outline = wobble(random, 0.12, waves=2)
    if slide.crenation:
        outline = np.concatenate([slide.crenation * np.exp(2j * np.pi * random.uniform(size=2)), np.zeros(8), outline])
    pallor = np.clip(random.normal(slide.pallor, 0.15), 0, 1)
    width = random.uniform(0.40, 0.60)
    thickness = random.uniform(0.8, 1.15)
    place, offsets = around(layers.shape[1:], x, y, 1.4 * radius + 1)
    ratio, cover = depth_inside(offsets, radius, outline)
    hollow = 1 / (1 + np.exp((ratio - width) / 0.09))
    layers[RED][place] += cover * thickness * (0.85 + 0.2 * ratio**2 - pallor * hollow)


def chromatin(random: np.random.Generator, offsets: np.ndarray, grain: float) -> np.ndarray:
    """Smooth noise of unit strength with clumps about `grain` pixels wide."""
    grid = random.standard_normal((24, 24))
    turned = offsets * np.exp(2j * np.pi * random.uniform()) / grain
    places = np.stack([turned.imag, turned.real]) + 11.5
    return np.tanh(2.0 * map_coordinates(grid, places, order=1, mode="wrap"))


def paint_nucleated_cell(
    random: np.random.Generator, layers: np.ndarray, x: float, y: float, nucleus: float, unit: float, look: Morphology
) -> None:
    """A cell with a nucleus of radius `nucleus` pixels; `unit` is the radius of a red cell in pixels."""
    share = np.clip(random.normal(*look.share), 0.3, 0.96)
    cell = nucleus / np.sqrt(share)
    place, offsets = around(layers.shape[1:], x, y, 1.3 * cell + 1)
    ratio, cover = depth_inside(offsets, cell, wobble(random, 0.10))
    body = cover * (0.75 + 0.45 * ratio**4) * random.uniform(0.8, 1.25)
    layers[RED][place] *= 1 - 0.8 * cover
    layers[CYTOPLASM][place] = np.maximum(layers[CYTOPLASM][place], body)

    inner = offsets - 0.7 * (cell - nucleus) * np.exp(2j * np.pi * random.uniform())
    depth = max(0.0, random.normal(*look.cleft))
    dents = [(depth, np.exp(2j * np.pi * random.uniform()), random.uniform(4, 10))]
    ratio, cover = depth_inside(inner, nucleus, wobble(random, 0.07), dents)
    grain = unit * max(0.1, random.normal(*look.grain))
    contrast = max(0.0, random.normal(*look.contrast))
    unevenness = np.sqrt(max(0.0, 0.32**2 - contrast**2))
    stain = (
        1
        + contrast * chromatin(random, inner, grain)
        + unevenness * chromatin(random, inner, 1.8 * nucleus)
        + 0.15 * (ratio > 0.8)
    )
    for _ in range(random.binomial(4, look.nucleoli / 4)):
        spot = nucleus * random.uniform(0.15, 0.6) * np.exp(2j * np.pi * random.uniform())
        distance = np.abs(inner - spot) / (unit * random.uniform(0.25, 0.38))
        stain = stain - 0.65 * np.exp(-(distance**4)) + 0.3 * np.exp(-((distance - 1.4) ** 2) * 8)
    stain = cover * np.maximum(stain, 0.15) * random.uniform(0.7, 1.3)
    layers[NUCLEUS][place] = np.maximum(layers[NUCLEUS][place], stain)


def paint_smudge(random: np.random.Generator, layers: np.ndarray, x: float, y: float, radius: float) -> None:
    """The ragged remains of a crushed cell."""
    place, offsets = around(layers.shape[1:], x, y, 2 * radius)
    _, cover = depth_inside(offsets, radius, wobble(random, 0.5, waves=7))
    veil = np.maximum(0, 0.45 + 0.25 * chromatin(random, offsets, 0.12 * radius))
    layers[NUCLEUS][place] += gaussian_filter(cover, 0.05 * radius) * veil * random.uniform(0.5, 1.1)


def paint_platelet(random: np.random.Generator, layers: np.ndarray, x: float, y: float, radius: float) -> None:
    place, offsets = around(layers.shape[1:], x, y, 2 * radius + 1)
    _, cover = depth_inside(offsets, radius, wobble(random, 0.4))
    layers[NUCLEUS][place] += cover * random.uniform(0.2, 0.6)


def draw_field(
    random: np.random.Generator, look: Morphology, slide: Slide, size: int, shifts: list[tuple[int, int]]
) -> np.ndarray:
    """Draw all that captures at `shifts` (x, y, pixels) can see: layers (3, height, width), float32, stain density."""
    moves = np.array(shifts)
    low, high = moves.min(axis=0), moves.max(axis=0) + size
    layers = np.zeros((3, high[1] - low[1], high[0] - low[0]), np.float32)
    box = np.array([low, high]) / size
    seen_by_all = np.array([moves.max(axis=0) / size + 0.15, moves.min(axis=0) / size + 0.85])
    area = np.prod(box[1] - box[0])

    unit = RED_CELL_RADIUS * slide.zoom * random.uniform(0.95, 1.05)
    size_of_cells = random.normal(1, 0.06)
    expected = area * random.uniform(0.08, 0.28) / (np.pi * (unit * look.nucleus[0]) ** 2 / np.sqrt(look.share[0]))
    nuclei = unit * size_of_cells * np.maximum(0.7, random.normal(*look.nucleus, max(1, round(expected))))
    reaches = nuclei / np.sqrt(look.share[0])
    first = settle(random, reaches[:1], seen_by_all, np.zeros((0, 3)), 0.0)
    white = np.vstack([first, settle(random, reaches[1:], box + [[-0.05], [0.05]], first, look.crowding)])
    smudges = settle(random, unit * random.uniform(1.2, 2.5, random.poisson(0.5 * area)), box, white, 0.0)
    reds = settle(
        random,
        np.full(round(area * random.uniform(12, 55)), 0.8 * unit),
        box + [[-0.05], [0.05]],
        np.vstack([white, smudges]),
        slide.rouleaux,
    )
    platelets = random.uniform(box[0], box[1], (random.poisson(3 * area), 2))

    for x, y, reach in reds:
        paint_red_cell(
            random, layers, *(np.array([x, y]) * size - low), reach / 0.8 * size * random.normal(1, 0.05), slide
        )
    for x, y, reach in smudges:
        paint_smudge(random, layers, *(np.array([x, y]) * size - low), reach * size)
    for x, y in platelets:
        paint_platelet(random, layers, *(np.array([x, y]) * size - low), unit * size * random.uniform(0.1, 0.25))
    for x, y, reach in white:
        nucleus = reach * np.sqrt(look.share[0])
        paint_nucleated_cell(random, layers, *(np.array([x, y]) * size - low), nucleus * size, unit * size, look)
    return layers * np.exp(random.normal(0, [[[0.12]], [[0.25]], [[0.18]]])).astype(np.float32)


def illumination(random: np.random.Generator, size: int) -> np.ndarray:
    """Light over the frame, (size, size): a lamp off the axis and a darker rim."""
    ramp = np.linspace(-1, 1, size, dtype=np.float32)
    tilt = random.normal(0, 0.03, 2)
    rim = random.uniform(0, 0.08)
    return 1 + tilt[0] * ramp + tilt[1] * ramp[:, None] - rim * (ramp**2 + ramp[:, None] ** 2) / 2


def draw_scale_bar(picture: Image.Image, kind: str) -> None:
    """Stamp the microscope software's scale bar into the lower right corner."""
    if kind == "none":
        return
    size = picture.width
    left, top, right, bottom = (round(share * size) for share in (0.87, 0.915, 0.97, 0.965))
    pen = ImageDraw.Draw(picture)
    ink = (214, 40, 40) if kind == "red" else (0, 0, 0)
    if kind == "box":
        pen.rectangle((left, top, right, bottom), fill=(255, 255, 255))
    pen.line((left + 1, top + 1, left + 1, bottom - 1), fill=ink)
    pen.line((left + 1, bottom - 1, right - 1, bottom - 1), fill=ink)
    pen.text((left + 3, top), "100 px", fill=ink, font=ImageFont.load_default(max(4, 0.032 * size)))


def capture(
    random: np.random.Generator, layers: np.ndarray, slide: Slide, size: int, corner: tuple[int, int]
) -> Image.Image:
    """Photograph the frame whose upper left `corner` is (x, y) pixels into the layers, with focus, lamp and noise."""
    x, y = corner
    seen = layers[:, y : y + size, x : x + size]
    stains = (slide.stains * np.exp(random.normal(0, 0.03, (3, 3)) + random.normal(0, 0.1))).astype(np.float32)
    light = np.exp(-np.tensordot(seen, stains, axes=(0, 0)))
    focus = size * random.uniform(0.0015, 0.0045)
    light = gaussian_filter(light, (focus, focus, 0), truncate=2.5)
    light *= illumination(random, size)[..., None] * (
        slide.glass * random.uniform(0.92, 1.04) * random.normal(1, 0.012, 3)
    ).astype(np.float32)
    light += random.uniform(0.006, 0.016) * random.standard_normal(light.shape, np.float32)
    picture = Image.fromarray((255 * np.clip(light, 0, 1)).round().astype(np.uint8))
    draw_scale_bar(picture, slide.scale_bar)
    return picture
