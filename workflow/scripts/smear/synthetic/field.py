"""One microscope field of a synthetic blood smear: cells in their places, and photographs of the light through them.

Lengths are shares of the frame's side unless they are said to be pixels, so that one seed shows one view at every size.
Colors follow the law of Beer and Lambert: light falls off exponentially with the stain that it passes.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

from smear.synthetic.cells import (
    Morphology,
    draw_direction,
    paint_nucleated_cell,
    paint_platelet,
    paint_red_cell,
    paint_smudge,
)

RED_CELL_RADIUS = 0.06


class Slide(NamedTuple):
    """What the fields of one slide have in common, whatever their class.

    stains: optical density of red cells, cytoplasm and nuclei in R, G and B, (3, 3). glass: light beside cells, (3,).
    pallor: of a red cell's middle, 0 to 1. rouleaux: probability that a red cell lies against another one. crenation:
    height of the spikes on red cells in their radii. scale_bar: none, box or red.
    """

    stains: np.ndarray
    glass: np.ndarray
    magnification: float
    pallor: float
    rouleaux: float
    crenation: float
    scale_bar: str


def prepare_slide(random: np.random.Generator) -> Slide:
    """Smear and stain a slide: red cells from slate to pink, nuclei from blue-violet to magenta, strong or weak."""
    slate = random.uniform()
    red = (slate * np.array([0.50, 0.40, 0.24]) + (1 - slate) * np.array([0.24, 0.36, 0.20])) * random.uniform(0.7, 1.3)
    nucleus = np.array([random.uniform(0.40, 0.75), 1.0, random.uniform(0.12, 0.30)]) * random.uniform(0.75, 1.2)
    blue = np.array([random.uniform(0.30, 0.50), 0.42, random.uniform(0.08, 0.20)]) * random.uniform(0.7, 1.2)
    likeness = random.uniform(0.2, 1.0)
    return Slide(
        stains=np.stack([red, likeness * red + (1 - likeness) * blue, nucleus]),
        glass=random.uniform([0.97, 0.98, 0.92], [1.03, 1.03, 1.01]),
        magnification=random.uniform(0.88, 1.18),
        pallor=random.uniform(0.1, 0.95),
        rouleaux=random.choice([0.1, 0.3, 0.75]),
        crenation=random.choice([0.0, 0.035], p=[0.8, 0.2]),
        scale_bar=str(random.choice(["none", "box", "red"], p=[0.5, 0.25, 0.25])),
    )


def settle(
    random: np.random.Generator, radii: np.ndarray, box: np.ndarray, taken: np.ndarray, clinging: float = 0.0
) -> np.ndarray:
    """Find places in `box`, (2, 2) its corners, that are off each other and off `taken`: rows of (x, y, radius).

    With probability `clinging` a cell is laid against an earlier one of its kind. One that finds no room stays away.
    """
    cells, own = taken, len(taken)
    for radius in radii:
        places = random.uniform(*box, (12, 2))
        if len(cells) > own and random.uniform() < clinging:
            hosts = cells[random.integers(own, len(cells), 12)]
            steps = (hosts[:, 2] + radius) * random.uniform(1.0, 1.15, 12) * draw_direction(random, 12)
            places = hosts[:, :2] + np.stack([steps.real, steps.imag], axis=1)
        gaps = np.hypot(places[:, :1] - cells[:, 0], places[:, 1:] - cells[:, 1])
        free = (gaps >= cells[:, 2] + radius).all(axis=1)
        if free.any():
            cells = np.vstack([cells, [*places[free.argmax()], radius]])
    return cells[own:]


def populate(
    random: np.random.Generator, look: Morphology, slide: Slide, unit: float, shifts: np.ndarray
) -> dict[str, np.ndarray]:
    """Lay out the cells that frames at `shifts` see: kind to (x, y, radius).

    One that is nucleated lies in every frame, if they share enough.

    unit: the radius of a red cell. Larger nucleated cells are fewer, so that the area of their nuclei, and nearly that
    of the cells, has one distribution in all classes.
    """
    hull = np.array([shifts.min(axis=0), shifts.max(axis=0) + 1])
    beyond = hull + [[-0.05], [0.05]]
    # Between frames that hardly overlap, it lies between what they share.
    in_every_frame = np.sort([shifts.max(axis=0) + 0.15, shifts.min(axis=0) + 0.85], axis=0)
    area = np.prod(hull[1] - hull[0])

    typical = np.pi * (unit * look.radius[0]) ** 2 * look.nuclear_share[0] ** 0.5
    count = max(1, round(area * random.uniform(0.10, 0.28) / typical))
    radii = unit * random.normal(1, 0.06) * random.normal(*look.radius, count).clip(0.7)
    first = settle(random, radii[:1], in_every_frame, np.zeros((0, 3)))
    nucleated = np.vstack([first, settle(random, radii[1:], beyond, first, look.clinging)])
    smudges = settle(random, unit * random.uniform(1.2, 2.5, random.poisson(0.5 * area)), hull, nucleated)
    # Red cells may overlap a little: they keep others off with a part of their radius only.
    crowd = np.full(round(area * random.uniform(12, 55)), 0.8 * unit)
    red = settle(random, crowd, beyond, np.vstack([nucleated, smudges]), slide.rouleaux) / [1, 1, 0.8]
    specks = random.poisson(3 * area)
    platelets = np.column_stack([random.uniform(*hull, (specks, 2)), unit * random.uniform(0.1, 0.25, specks)])
    return {"red": red, "smudge": smudges, "platelet": platelets, "nucleated": nucleated}


def draw_field(
    random: np.random.Generator, look: Morphology, slide: Slide, size: int, shifts: np.ndarray
) -> np.ndarray:
    """Draw what frames of `size` pixels at `shifts`, (frames, 2) as (x, y), see together.

    Returns the density of each stain, (3, height, width), float32; its upper left corner is that of the frames' hull.
    """
    corners = (shifts * size).astype(int)
    width, height = np.ptp(corners, axis=0) + size
    layers = np.zeros((3, height, width), np.float32)
    unit = RED_CELL_RADIUS * slide.magnification * random.uniform(0.95, 1.05)
    cells = populate(random, look, slide, unit, shifts)
    pixels = {kind: places * size - [*corners.min(axis=0), 0] for kind, places in cells.items()}
    for place in pixels["red"]:
        paint_red_cell(random, layers, *place, slide.pallor, slide.crenation)
    for place in pixels["smudge"]:
        paint_smudge(random, layers, *place)
    for place in pixels["platelet"]:
        paint_platelet(random, layers, *place)
    for place in pixels["nucleated"]:
        paint_nucleated_cell(random, layers, *place, unit * size, look)
    uptake = np.exp(random.normal(0, [0.12, 0.25, 0.18]))
    return layers * uptake[:, None, None].astype(np.float32)


def draw_lamp(random: np.random.Generator, size: int) -> np.ndarray:
    """Light over the frame, (size, size): a lamp off the axis and a darker rim."""
    ramp = np.linspace(-1, 1, size, dtype=np.float32)
    tilt, rim = random.normal(0, 0.03, 2), random.uniform(0, 0.08)
    return 1 + tilt[0] * ramp + tilt[1] * ramp[:, None] - rim * (ramp**2 + ramp[:, None] ** 2) / 2


def draw_scale_bar(picture: Image.Image, kind: str) -> None:
    """Stamp the microscope software's mark into the lower right corner."""
    size = picture.width
    left, top, right, bottom = (round(share * size) for share in (0.87, 0.915, 0.98, 0.965))
    pen = ImageDraw.Draw(picture)
    ink = (214, 40, 40) if kind == "red" else (0, 0, 0)
    if kind == "box":
        pen.rectangle((left, top, right, bottom), fill=(255, 255, 255))
    pen.line((left + 1, top + 1, left + 1, bottom - 1, right - 1, bottom - 1), fill=ink)
    pen.text((left + 3, top), "100 px", fill=ink, font=ImageFont.load_default(max(4, 0.032 * size)))


def photograph(random: np.random.Generator, seen: np.ndarray, slide: Slide) -> Image.Image:
    """Photograph the densities `seen`, (3, size, size), with a focus, a lamp, an exposure and noise of its own."""
    size = seen.shape[1]
    stains = slide.stains * np.exp(random.normal(0, 0.1) + random.normal(0, 0.03, (3, 3)))
    light = np.exp(-np.tensordot(seen, stains.astype(np.float32), axes=(0, 0)))
    focus = size * random.uniform(0.0015, 0.0045)
    light = gaussian_filter(light, (focus, focus, 0), truncate=2.5)
    exposure = slide.glass * random.uniform(0.92, 1.04) * random.normal(1, 0.012, 3)
    light *= draw_lamp(random, size)[..., None] * exposure.astype(np.float32)
    light += random.uniform(0.006, 0.016) * random.standard_normal(light.shape, np.float32)
    picture = Image.fromarray((255 * np.clip(light, 0, 1)).round().astype(np.uint8))
    if slide.scale_bar != "none":
        draw_scale_bar(picture, slide.scale_bar)
    return picture


def capture_field(
    random: np.random.Generator, look: Morphology, slide: Slide, size: int, shifts: np.ndarray
) -> list[Image.Image]:
    """Photograph one field with frames of `size` pixels at `shifts`, (frames, 2) as (x, y)."""
    cameras = random.spawn(len(shifts))
    layers = draw_field(random, look, slide, size, shifts)
    corners = (shifts * size).astype(int)
    return [
        photograph(camera, layers[:, y : y + size, x : x + size], slide)
        for camera, (x, y) in zip(cameras, corners - corners.min(axis=0), strict=True)
    ]
