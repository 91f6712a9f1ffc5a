"""A made-up data set of blood smears whose truth is known: class, slide, field, repeat captures and copies.

The classes differ in morphology alone. Stain and magnification belong to the slide, and every slide holds all classes.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from smear.drawing import Morphology, capture, draw_field, prepare_slide

MORPHOLOGIES = {
    "Benign": Morphology((1.10, 0.08), (0.88, 0.04), (0.35, 0.05), (0.05, 0.03), 0.0, (0.02, 0.02), 0.3),
    "Early": Morphology((1.30, 0.10), (0.72, 0.05), (0.25, 0.05), (0.08, 0.04), 0.2, (0.62, 0.10), 0.2),
    "Pre": Morphology((1.42, 0.10), (0.80, 0.05), (0.45, 0.08), (0.37, 0.05), 0.2, (0.06, 0.05), 0.8),
    "Pro": Morphology((1.52, 0.10), (0.58, 0.06), (0.25, 0.05), (0.09, 0.04), 2.5, (0.08, 0.06), 0.3),
}
CLASSES = tuple(MORPHOLOGIES)
REPEATS = 0.15
COPIES = 0.04
IMAGES_PER_SLIDE = 16


def class_counts(images: int) -> list[int]:
    return [images // len(CLASSES) + (place < images % len(CLASSES)) for place in range(len(CLASSES))]


def lay_out(images, size, seed) -> pd.DataFrame:
    slides = max(1, round(images / IMAGES_PER_SLIDE))
    tables = []
    for label, count in enumerate(class_counts(images)):
        random = np.random.default_rng([seed, label])
        repeats, copies = round(REPEATS * count), round(COPIES * count)
        originals = count - repeats - copies
        rows = [{"field": i, "kind": "original", "dx": 0, "dy": 0, "key": float(i), "of": i} for i in range(originals)]

        def later():
            return random.uniform(0, 1) if random.uniform() < 0.8 else random.uniform(0, 12)

        for _ in range(repeats):
            of = rows[random.integers(originals)]
            length, angle = random.uniform(0.08, 0.25), random.uniform(0, 2 * np.pi)
            rows.append(
                {
                    **of,
                    "kind": "repeat",
                    "dx": int(size * length * np.cos(angle)),
                    "dy": int(size * length * np.sin(angle)),
                    "key": of["key"] + later(),
                    "of": len(rows),
                }
            )
        for i in random.permutation(len(rows))[:copies]:
            rows.append({**rows[i], "kind": "copy", "key": rows[i]["key"] + later(), "of": i})
        t = pd.DataFrame(rows, columns=["field", "kind", "dx", "dy", "key", "of"])
        t["slide"] = t["field"] * slides // max(originals, 1)
        t["label"] = label
        t["class"] = CLASSES[label]
        t = t.sort_values("key", ignore_index=True)
        t["image_id"] = [f"{CLASSES[label]}/Smear-{CLASSES[label]}-{n:03d}.jpg" for n in range(1, count + 1)]
        tables.append(t)
    return pd.concat(tables, ignore_index=True)


def make_field(folder, captures, size, seed):
    first = captures.iloc[0]
    slide = prepare_slide(np.random.default_rng([seed, 1000, first["slide"]]))
    random = np.random.default_rng([seed, first["label"], first["field"]])
    originals = captures[captures["kind"] != "copy"]
    shifts = list(zip(originals["dx"], originals["dy"]))
    layers = draw_field(random, MORPHOLOGIES[first["class"]], slide, size, shifts)
    low = np.min(shifts, axis=0)
    made = {}
    for row in originals.to_dict("records"):
        picture = capture(random, layers, slide, size, tuple(np.array([row["dx"], row["dy"]]) - low))
        path = folder / row["image_id"]
        picture.save(path, quality=95)
        made[row["of"]] = path
    for row in captures[captures["kind"] == "copy"].to_dict("records"):
        (folder / row["image_id"]).write_bytes(made[row["of"]].read_bytes())


def make_smears(folder: Path, images: int, size: int, seed: int, processes: int = 1) -> pd.DataFrame:
    for c in CLASSES:
        (folder / c).mkdir(parents=True, exist_ok=True)
    t = lay_out(images, size, seed)
    for _, g in tqdm(list(t.groupby(["label", "field"]))):
        make_field(folder, g, size, seed)
    return t
