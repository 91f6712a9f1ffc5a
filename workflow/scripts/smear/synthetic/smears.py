"""A made-up data set of blood smears and the truth about it: class, slide, field, repeat captures and copies.

The classes differ in morphology alone. Stain and magnification belong to the slide, and each slide holds all classes.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from smear.synthetic.cells import Morphology
from smear.synthetic.classes import CLASSES, count_images
from smear.synthetic.field import capture_field, prepare_slide

# After the maturation of B cells: hematogones are small, nearly all nucleus, smooth and without nucleoli; the blasts'
# cytoplasm, clefts, clumps and nucleoli come and go from stage to stage. Neighbors overlap in every single property.
MORPHOLOGIES = {
    "Benign": Morphology(
        radius=(1.17, 0.09),
        nuclear_share=(0.88, 0.04),
        clump_size=(0.35, 0.05),
        clump_contrast=(0.06, 0.03),
        nucleoli=0.0,
        cleft=(0.02, 0.02),
        clinging=0.3,
    ),
    "Early": Morphology(
        radius=(1.53, 0.12),
        nuclear_share=(0.74, 0.05),
        clump_size=(0.25, 0.05),
        clump_contrast=(0.10, 0.04),
        nucleoli=0.2,
        cleft=(0.62, 0.10),
        clinging=0.2,
    ),
    "Pre": Morphology(
        radius=(1.59, 0.11),
        nuclear_share=(0.80, 0.05),
        clump_size=(0.45, 0.08),
        clump_contrast=(0.47, 0.06),
        nucleoli=0.2,
        cleft=(0.06, 0.05),
        clinging=0.8,
    ),
    "Pro": Morphology(
        radius=(1.97, 0.14),
        nuclear_share=(0.60, 0.06),
        clump_size=(0.25, 0.05),
        clump_contrast=(0.10, 0.04),
        nucleoli=2.5,
        cleft=(0.08, 0.06),
        clinging=0.3,
    ),
}
IMAGES_PER_SLIDE = 16
REPEATS, COPIES = 0.15, 0.04
PLAN, SLIDE, FIELD = range(3)


class Capture(NamedTuple):
    """What one image shows; `shift` is that of its frame against the field's first, (x, y) in frames.

    kind: original (the field's first capture), repeat, or copy, which has the shift of the image whose bytes it has.
    """

    field: int
    slide: int
    shift: tuple[float, float]
    kind: str


def draw_shift(random: np.random.Generator) -> tuple[float, float]:
    """A displacement between 0.08 and 0.25 of the frame."""
    length, angle = random.uniform(0.08, 0.25), random.uniform(0, 2 * np.pi)
    return length * np.cos(angle), length * np.sin(angle)


def draw_delay(random: np.random.Generator) -> float:
    """How many numbers after its field's first a capture comes: it is next mostly, but not always."""
    return random.uniform(0, 1) if random.uniform() < 0.8 else random.uniform(0, 12)


def plan_captures(random: np.random.Generator, count: int, slides: int) -> list[Capture]:
    """The captures of one class in the order of their numbers; each slide has its even share of the fields."""
    repeats, copies = round(REPEATS * count), round(COPIES * count)
    fields = count - repeats - copies
    captures = [Capture(field, field * slides // fields, (0.0, 0.0), "original") for field in range(fields)]
    places = [float(field) for field in range(fields)]
    for _ in range(repeats):
        first = random.integers(fields)
        captures.append(captures[first]._replace(shift=draw_shift(random), kind="repeat"))
        places.append(places[first] + draw_delay(random))
    for twin in random.permutation(len(captures))[:copies]:
        captures.append(captures[twin]._replace(kind="copy"))
        places.append(places[twin] + draw_delay(random))
    return [captures[place] for place in np.argsort(places, kind="stable")]


def name_images(name: str, count: int) -> list[str]:
    """The `image_id` of each image of a class, numbered with as many digits as keep them in order."""
    digits = max(3, len(str(count)))
    return [f"{name}/Smear-{name}-{number:0{digits}d}.jpg" for number in range(1, count + 1)]


def write_field(
    field: tuple[int, int, int], files: dict[tuple[float, float], list[Path]], size: int, seed: int
) -> None:
    """Draw one field, (class, field, slide), and write the capture at each shift to its files."""
    label, number, slide_number = field
    slide = prepare_slide(np.random.default_rng([seed, SLIDE, slide_number, 0]))
    random = np.random.default_rng([seed, FIELD, label, number])
    pictures = capture_field(random, MORPHOLOGIES[CLASSES[label]], slide, size, np.array(list(files)))
    for picture, paths in zip(pictures, files.values(), strict=True):
        jpeg = BytesIO()
        picture.save(jpeg, "JPEG", quality=95)
        for path in paths:
            path.write_bytes(jpeg.getvalue())


def make_smears(folder: Path, images: int, size: int, seed: int, processes: int = 1) -> pd.DataFrame:
    """Write `images` smears of `size` pixels to `folder/<Class>/Smear-<Class>-<number>.jpg` and return the truth.

    The table, in the order of `image_id`: `image_id,class,slide,field_id,kind,dx,dy`. What an image shows at (x, y) the
    first capture of its field shows at (x + dx, y + dy), in pixels. A seed makes the same files however many processes.
    """
    slides = max(1, round(images / IMAGES_PER_SLIDE))
    truth, fields = [], {}
    for label, (name, count) in enumerate(count_images(images).items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        captures = plan_captures(np.random.default_rng([seed, PLAN, label, 0]), count, slides)
        for image_id, (field, slide, shift, kind) in zip(name_images(name, count), captures, strict=True):
            dx, dy = (int(part * size) for part in shift)
            truth.append((image_id, name, f"Slide-{slide + 1:02d}", f"{name}-{field + 1:03d}", kind, dx, dy))
            fields.setdefault((label, field, slide), {}).setdefault(shift, []).append(folder / image_id)
    write = partial(write_field, size=size, seed=seed)
    with ProcessPoolExecutor(processes) if processes > 1 else nullcontext() as pool:
        done = pool.map(write, fields, fields.values(), chunksize=8) if pool else map(write, fields, fields.values())
        for _ in tqdm(done, "drawing", len(fields), file=sys.stderr, unit=" fields", mininterval=2, ascii=True):
            pass
    return pd.DataFrame(truth, columns=["image_id", "class", "slide", "field_id", "kind", "dx", "dy"])
