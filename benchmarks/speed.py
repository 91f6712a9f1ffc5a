"""Speed of a cell's training against the bare step and against the script that most people write.

    python benchmarks/speed.py [--architecture EfficientNetB0] [--size 64] [--images 480] [--rounds 7]
                               [--augmentation none|all|both] [--folder IMAGES]

Every way is a process of its own, and the processes take turns, an epoch each; what counts are the ratios within a
turn. Prints a table in Markdown. Images are synthetic smears unless a folder of class folders is given. It needs
TensorFlow.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import builders
import rounds
from builders import BATCH, PLAIN, STRONG

WAYS = {
    "bare step": {"way": "step"},
    "cell, resident": {"way": "cell", "resident": True},
    "cell, streamed": {"way": "cell", "resident": False},
    "usual script, defaults": {"way": "script", "favorable": False},
    "usual script, cached, prefetched": {"way": "script", "favorable": True},
}


def read_pixels(folder: Path, size: int):
    """Pixels, uint8 (images, size, size, 3), and labels of all images in class folders."""
    import numpy as np
    from PIL import Image

    paths = sorted(folder.glob("*/*"))
    names = sorted({path.parent.name for path in paths})
    pixels = [np.asarray(Image.open(path).convert("RGB").resize((size, size))) for path in paths]
    return np.stack(pixels), np.array([names.index(path.parent.name) for path in paths])


def build_training(options: dict):
    """A Training of images in a file; what it validates does not count."""
    import numpy as np
    from smear.grid import Cell
    from smear.training.tensors import TensorFile

    images, labels = TensorFile(Path(options["tensor"])), np.load(options["labels"])
    few = images[np.arange(BATCH)], labels[:BATCH]
    cell = Cell(options["architecture"], "adam", 0.001, BATCH, 0, 1)
    device = builders.prepare_device(options["threads"])
    augmentation = STRONG if options["augmented"] else PLAIN
    resident = options.get("resident", False)
    return builders.build_training(cell, device, (images, labels), few, resident, augmentation=augmentation)


def prepare_cell(options: dict) -> Callable[[], object]:
    """An epoch of a cell, each time the next one, without its validation."""
    from itertools import count

    training, epochs = build_training(options), count(1)
    return lambda: training.fit_epoch(next(epochs))


def prepare_step(options: dict) -> Callable[[], int]:
    return builders.repeat_step(build_training(options))


def prepare_script(options: dict) -> Callable[[], object]:
    """An epoch of the usual script: files decoded every time, or cached and prefetched; `fit` as Keras has it."""
    import keras
    from smear.training.architectures.backbone import build_backbone

    size = (options["size"], options["size"])
    data = keras.utils.image_dataset_from_directory(options["folder"], image_size=size, batch_size=BATCH, seed=0)
    classes = len(data.class_names)
    if options["favorable"]:
        import tensorflow as tf

        data = data.cache().shuffle(BATCH * 4, seed=0).prefetch(tf.data.AUTOTUNE)
    layers = usual_layers(**STRONG) if options["augmented"] else []
    backbone = build_backbone(options["architecture"], options["size"], None)
    head = [keras.layers.Dropout(0.2), keras.layers.Dense(classes, activation="softmax")]
    model = keras.Sequential([keras.Input((*size, 3)), *layers, backbone, *head])
    model.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return lambda: model.fit(data, epochs=1, verbose=0)


def usual_layers(crop: float, rotation: float, flip: str, shift: float) -> list:
    """The layers of Keras, with the strengths of a cell's."""
    from keras import layers

    return [
        layers.RandomFlip("horizontal_and_vertical" if flip == "both" else flip),
        layers.RandomRotation(rotation / 360),
        layers.RandomTranslation(shift, shift),
        layers.RandomZoom((-crop, 0.0)),
    ]


def prepare(options: dict) -> Callable[[], object]:
    return {"cell": prepare_cell, "step": prepare_step, "script": prepare_script}[options["way"]](options)


def compare(options: dict, turns: int) -> list[str]:
    """The lines of the table."""
    lines = [
        "| augmentation | what | images/s | of the bare step | of the better script |",
        "|---|---|---:|---:|---:|",
    ]
    for augmented in {"none": [False], "all": [True], "both": [False, True]}[options["augmentation"]]:
        ways = {name: way | options | {"augmented": augmented} for name, way in WAYS.items()}
        seconds = rounds.alternate(__file__, ways, turns)
        better = min((times for name, times in seconds.items() if "script" in name), key=statistics.median)
        for name, times in seconds.items():
            speed = options["images"] / statistics.median(times)
            ratios = [describe_ratio(reference, times) for reference in (seconds["bare step"], better)]
            lines.append(f"| {'all four' if augmented else 'none'} | {name} | {speed:.1f} | {' | '.join(ratios)} |")
    return lines


def describe_ratio(reference: list[float], times: list[float]) -> str:
    return "{:.2f} ({:.2f} to {:.2f})".format(*rounds.ratio(reference, times))


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        return rounds.serve(sys.argv[2], prepare)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="EfficientNetB0")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--images", type=int, default=480, help="how many to draw")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--augmentation", choices=["none", "all", "both"], default="both")
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        import numpy as np
        from smear.synthetic.smears import make_smears

        folder = Path(name)
        if not arguments.folder:
            arguments.folder = folder / "images"
            make_smears(arguments.folder, arguments.images, 224, 0, processes=os.cpu_count())
        pixels, labels = read_pixels(arguments.folder, arguments.size)
        np.save(folder / "x.npy", pixels)
        np.save(folder / "y.npy", labels)
        options = vars(arguments) | {"images": len(pixels), "tensor": folder / "x.npy", "labels": folder / "y.npy"}
        table = compare(options, arguments.rounds)
    words = " ".join([sys.executable.rpartition("/")[2], "benchmarks/speed.py", *sys.argv[1:]])
    print(f"# Speed of an epoch\n\n`{words}`: {rounds.describe_machine()}.\n")
    print(
        f"{arguments.architecture}, {arguments.size} px, batch {BATCH}, {len(pixels)} images, "
        f"{arguments.threads} threads; median of {arguments.rounds} turns, in brackets the least and the greatest.\n"
    )
    print("\n".join(table))


if __name__ == "__main__":
    main()
