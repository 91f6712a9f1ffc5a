"""Speed of a cell's training against the bare step and against the script that most people write.

    python benchmarks/engine.py [--architecture EfficientNetB0] [--size 64] [--images 960] [--folder IMAGES]

Every figure is measured in a process of its own, one after the other; what counts are the ratios. Prints tables in
Markdown. Images are synthetic smears unless a folder of class folders is given.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow/scripts"))

import numpy as np  # noqa: E402

BATCH = 32
STRONG = {"crop": 0.1, "rotation": 20, "flip": "both", "shift": 0.1}
PLAIN = {"crop": 0, "rotation": 0, "flip": "none", "shift": 0}
GROWTH = (1, 4, 16)


def make_images(folder: Path, images: int, size: int) -> None:
    """Draw smears as JPEG files in class folders."""
    from smear.synthetic.smears import make_smears

    make_smears(folder, images, size, 0, processes=os.cpu_count())


def read_images(folder: Path, size: int, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels, uint8 (images, size, size, 3), and labels of up to `limit` images spread over the classes."""
    from PIL import Image

    paths = sorted(folder.glob("*/*"))
    paths = [paths[place] for place in np.linspace(0, len(paths) - 1, min(limit, len(paths))).astype(int)]
    names = sorted({path.parent.name for path in paths})
    pixels = [np.asarray(Image.open(path).convert("RGB").resize((size, size))) for path in paths]
    return np.stack(pixels), np.array([names.index(path.parent.name) for path in paths])


def build(arguments, augmentation: dict, resident: bool):
    """A Training as `train_cell.py` makes it, on images in a memory map."""
    from smear.grid import Cell
    from smear.training.device import prepare_device
    from smear.training.epochs import Training
    from smear.training.feed import Feed

    device = prepare_device(arguments.threads, 8 * 10**9, True, "auto", Path(tempfile.gettempdir()))
    pixels, labels = np.load(arguments.tensor, mmap_mode="r"), np.load(arguments.labels)
    cell = Cell(arguments.architecture, "adam", 0.001, BATCH, 0, 1)
    settings = {"augmentation": augmentation, "weights": "none", "dropout": 0.2, "trainable": "all"}
    settings |= {"reestimate_batch_norm": "off", "schedule": "constant", "label_smoothing": 0, "class_weights": "none"}
    settings |= {"head_epochs": 0, "head_learning_rate": None, "early_stopping": None}
    feeds = Feed(pixels, labels, resident), Feed(pixels[:BATCH], labels[:BATCH], resident)
    return Training(cell, settings, device, *feeds, int(labels.max()) + 1), device


def measure_cell(arguments) -> float:
    """Images per second of an epoch, best of three after one that compiles."""
    training, _ = build(arguments, STRONG if arguments.augmented else PLAIN, arguments.resident)
    return max(training.run_epoch(epoch)[0]["images_per_second"] for epoch in range(1, 5))


def measure_step(arguments) -> float:
    """Images per second of the bare compiled step on one fixed batch, best of three rounds."""
    import tensorflow as tf

    training, _ = build(arguments, STRONG if arguments.augmented else PLAIN, False)
    trainer, steps = training.trainer, -(-arguments.images // BATCH)
    batch = tuple(tf.constant(part) for part in (np.load(arguments.tensor)[:BATCH], np.load(arguments.labels)[:BATCH]))
    trainer.make_train_function()
    data = iter(tf.data.Dataset.from_tensors(batch).repeat())
    rounds = []
    for _ in range(4):
        started = time.perf_counter()
        for _ in range(steps):
            trainer.train_function(data)
        rounds.append(time.perf_counter() - started)
    return steps * BATCH / min(rounds)


def measure_script(arguments) -> float:
    """Images per second of the usual script: files decoded in every epoch, `fit` with the defaults of Keras."""
    import keras
    from smear.training.architectures import build_backbone
    from smear.training.augmentation import augmentation_layers

    size = (arguments.size, arguments.size)
    data = keras.utils.image_dataset_from_directory(arguments.folder, image_size=size, batch_size=BATCH, seed=0)
    if arguments.favourable:
        import tensorflow as tf

        data = data.cache().shuffle(BATCH * 4, seed=0).prefetch(tf.data.AUTOTUNE)
    layers = augmentation_layers(**STRONG if arguments.augmented else PLAIN)
    backbone = build_backbone(arguments.architecture, arguments.size, None)
    head = [keras.layers.Dropout(0.2), keras.layers.Dense(4, activation="softmax")]
    model = keras.Sequential([keras.Input((*size, 3)), *layers, backbone, *head])
    options = {"jit_compile": False} if arguments.favourable else {}
    model.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"], **options)
    rounds = []
    for _ in range(4):
        started = time.perf_counter()
        model.fit(data, epochs=1, verbose=0)
        rounds.append(time.perf_counter() - started)
    return arguments.images / min(rounds[1:])


def measure_memory(arguments) -> float:
    """Peak resident size in MB of a streamed epoch, whose tensor has as many images as its file."""
    training, _ = build(arguments, PLAIN, False)
    training.run_epoch(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


MEASURES = {"cell": measure_cell, "step": measure_step, "script": measure_script, "memory": measure_memory}


def ask(measure: str, arguments, **options) -> float:
    """One measurement in a process of its own."""
    values = vars(arguments) | options | {"measure": measure}
    command = [sys.executable, __file__, "--one", json.dumps(values, default=str)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(result.stderr[-2000:])
    return float(result.stdout.split()[-1])


def compare_speed(arguments) -> list[str]:
    """The table of images per second and ratios."""
    lines = ["| augmentation | what | images/s | of the bare step |", "|---|---|---:|---:|"]
    for augmented in (False, True):
        step = ask("step", arguments, augmented=augmented)
        name = "all four" if augmented else "none"
        lines.append(f"| {name} | bare step | {step:.1f} | 1.00 |")
        for title, measure, options in [
            ("cell, resident", "cell", {"resident": True}),
            ("cell, streamed", "cell", {"resident": False}),
            ("usual script, defaults", "script", {"favourable": False}),
            ("usual script, cached, prefetched, no XLA", "script", {"favourable": True}),
        ]:
            speed = ask(measure, arguments, augmented=augmented, **options)
            lines.append(f"| {name} | {title} | {speed:.1f} | {speed / step:.2f} |")
    return lines


def compare_memory(arguments, folder: Path) -> list[str]:
    """The table of peak memory by the number of images, streamed, with the small network."""
    lines = ["| images | tensor, MB | peak memory, MB |", "|---:|---:|---:|"]
    for factor in GROWTH:
        count = factor * arguments.images
        tensor, labels = folder / f"x{factor}.npy", folder / f"y{factor}.npy"
        pixels = np.lib.format.open_memmap(tensor, "w+", np.uint8, (count, 224, 224, 3))
        for start in range(0, count, BATCH):
            pixels[start : start + BATCH] = start % 251
        np.save(labels, np.arange(count) % 4)
        peak = ask("memory", arguments, tensor=tensor, labels=labels, architecture="SmallCNN")
        lines.append(f"| {count:,} | {tensor.stat().st_size / 1e6:,.0f} | {peak:,.0f} |")
        del pixels
        tensor.unlink()
    return lines


def describe_machine() -> str:
    """Device and versions."""
    import keras
    import tensorflow as tf

    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    gpus = ", ".join(gpu.name for gpu in tf.config.list_physical_devices("GPU")) or "no GPU"
    return (
        f"{os.cpu_count()} x {model[0] if model else platform.processor()}, {gpus}; "
        f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="EfficientNetB0")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--images", type=int, default=960)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        values = json.loads(arguments.one)
        return print(MEASURES[values["measure"]](argparse.Namespace(**values)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not arguments.folder:
            arguments.folder = folder / "images"
            make_images(arguments.folder, arguments.images, 224)
        pixels, labels = read_images(arguments.folder, arguments.size, arguments.images)
        arguments.images = len(pixels)
        arguments.tensor, arguments.labels = folder / "x.npy", folder / "y.npy"
        np.save(arguments.tensor, pixels)
        np.save(arguments.labels, labels)
        speed = compare_speed(arguments)
        memory = compare_memory(arguments, folder)
    command = f"python benchmarks/engine.py --architecture {arguments.architecture} --size {arguments.size}"
    print(f"# Engine\n\n`{command}`: {describe_machine()}\n")
    print(f"Batch {BATCH}, {len(pixels)} images, {arguments.threads} threads.\n")
    print("\n".join(speed))
    print("\nPeak memory of an epoch, streamed, SmallCNN, 224 px:\n")
    print("\n".join(memory))


if __name__ == "__main__":
    main()
