"""How fast a grid cell trains on a GPU, and what else of a chain of cells takes time there.

    python benchmarks/gpu_speed.py [--architecture EfficientNetB0] [--size 224] [--images 2604] [--batches 32 256]
                                   [--backends jax torch] [--side-by-side 1 2 4 8] [--no-timm] [--rounds 3]
                                   [--limit 240] [--figures results/gpu_speed.jsonl]

In one run, an epoch each in turns: the compiled step alone and a grid cell; then several grid cells at a time on the
one GPU, a cell without `training.deterministic`, and whole epochs with augmentation, validation and checkpoint; the
other backends; timm's EfficientNet-B0 (channels last, bfloat16, `torch.compile`) where timm is installed. The images
are noise, which trains as fast as any.

Every figure is added to the file of figures as soon as it is known, and compiled programs are kept: after the limit the
same command measures what is missing. What fails is named and the rest continues. Prints tables in Markdown. It needs
Keras with JAX or PyTorch (or TensorFlow: `--backends tensorflow`), numpy and pandas, and neither a network nor
Snakemake. On a CPU it runs at toy size.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import count, product
from pathlib import Path

import builders
import rounds
from figures import Figures, describe_device
from gpu_tables import tabulate_speed

TIMM = {"EfficientNetB0": "efficientnet_b0"}
COMPILE_MODES = {32: "reduce-overhead"}  # of torch.compile: CUDA graphs, which pay where steps are short
SIDE_BY_SIDE_BATCH = 32
# A grid cell as it is by default.
CELL = {"way": "cell", "deterministic": True, "whole": False, "rate": 0.001}


def draw_data(options: dict):
    """Noise, uint8 (images, size, size, 3), and class numbers, (images,)."""
    import numpy as np

    draw = np.random.default_rng(0)
    images, size = options["images"], options["size"]
    return draw.integers(0, 256, (images, size, size, 3), np.uint8), np.arange(images) % 4


def prepare_cell(options: dict) -> dict[str, Callable[[], int]]:
    """The bare step and epochs of one grid cell without augmentation, or epochs with all of it, and whole ones."""
    from smear.grid import Cell
    from smear.training.keras_start import start_keras

    start_keras(options["backend"])
    device = builders.prepare_device(options["threads"], options["deterministic"], Path(options["compiled"]))
    data = draw_data(options)
    few = tuple(part[: len(part) // 8] for part in data)
    cell = Cell(options["architecture"], "adam", options["rate"], options["batch"], 0, 10**6)
    augmentation = builders.STRONG if options["whole"] else builders.PLAIN
    training = builders.build_training(
        cell, device, data, few, True, augmentation=augmentation, reestimate_batch_norm="on"
    )
    if options["whole"]:
        return {"cell, augmented": fit_epochs(training), "whole epoch": run_epochs(training, options["folder"])}
    return {"bare step": builders.repeat_step(training), "cell": fit_epochs(training)}


def fit_epochs(training) -> Callable[[], int]:
    """The next epoch of a training, without its validation."""
    epochs = count(1)

    def run() -> int:
        training.fit_epoch(next(epochs))
        return len(training.feed)

    return run


def run_epochs(training, folder: str) -> Callable[[], int]:
    """The next epoch as `train_cell.py` has it: with validation, batch-norm recalibration and checkpoint."""
    from smear.training.checkpoint import Checkpoint
    from smear.training.state import State

    checkpoint, state = Checkpoint(folder, ""), [State([], [])]

    def run() -> int:
        training.restore(state[0], state[0].epoch + 1)
        row, arrays, _ = training.run_epoch(state[0].epoch + 1)
        state[0] = state[0].follow(row, arrays, None, training.maker)
        checkpoint.write(state[0])
        return len(training.feed)

    return run


def prepare_timm(options: dict) -> Callable[[], int]:
    """Steps of timm's model on one fixed batch, as many as an epoch has."""
    import timm
    import torch

    torch.backends.cudnn.benchmark = True
    device = "cuda" if torch.cuda.is_available() else "cpu"
    name, batch = TIMM[options["architecture"]], options["batch"]
    model = timm.create_model(name, num_classes=4, drop_rate=0.2, drop_path_rate=0.2)
    model = model.to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 0.001, fused=device == "cuda")
    images = torch.randn(batch, 3, options["size"], options["size"], device=device)
    images, labels = images.to(memory_format=torch.channels_last), torch.arange(batch, device=device) % 4
    compiled = torch.compile(model, mode=COMPILE_MODES.get(batch)) if device == "cuda" else model
    steps = -(-options["images"] // batch)

    def run() -> int:
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast(device, torch.bfloat16):
                loss = torch.nn.functional.cross_entropy(compiled(images), labels)
            loss.backward()
            optimizer.step()
        float(loss)
        return steps * batch

    return run


def prepare(options: dict):
    return {"cell": prepare_cell, "timm": prepare_timm}[options["way"]](options)


def start(name: str, options: dict) -> rounds.Worker:
    return rounds.Worker(__file__, name, options, KERAS_BACKEND=options.get("backend", "torch"))


def wait_for(workers: list[rounds.Worker], figures: Figures, deadline: float) -> list[rounds.Worker]:
    """Those that get ready before the deadline; how long each took, or why it failed, is a figure."""
    ready = []
    for worker in workers:
        try:
            seconds = worker.wait(max(1.0, deadline - time.monotonic()))
        except RuntimeError as error:
            figures.add(kind="failure", what=worker.name, why=str(error))
            worker.close()
        else:
            figures.add(kind="ready", what=worker.name, seconds=round(seconds, 1))
            ready.append(worker)
    return ready


def list_ways(arguments) -> dict[str, dict]:
    """What is measured in turns, by name, what tells most first.

    A cell of the first backend as it is by default, at each batch size; what determinism costs there; whole epochs
    there; the other backends; timm's model, which takes longest to compile.
    """
    first, *others = arguments.backends
    kinds = [
        (first, "", {}),
        (first, ", not deterministic", {"deterministic": False}),
        (first, ", whole", {"whole": True}),
    ]
    kinds += [(other, "", {}) for other in others]
    ways = {
        f"{backend}, batch {batch}{change}": CELL | {"backend": backend, "batch": batch} | options
        for (backend, change, options), batch in product(kinds, arguments.batches)
    }
    if arguments.timm:
        ways |= {f"timm, batch {batch}": {"way": "timm", "batch": batch} for batch in arguments.batches}
    return ways


def measure_in_turns(ways: dict[str, dict], arguments, figures: Figures, deadline: float) -> None:
    """Images a second of some ways; those with figures already are left out."""
    known = {figure["what"] for figure in figures.select("speed")}
    workers = [start(name, options) for name, options in ways.items() if name not in known]
    try:
        ready = wait_for(workers, figures, deadline)
        for turn in range(arguments.rounds):
            for worker in ready:
                for work in worker.works:
                    seconds, images = worker.run(work, limit=60)
                    figures.add(kind="speed", what=worker.name, work=work, turn=turn, speed=images / seconds)
    finally:
        for worker in workers:
            worker.close()


def measure_side_by_side(options: dict, arguments, figures: Figures, deadline: float) -> None:
    """Images a second of several grid cells on the one GPU, all together, that differ in their learning rates.

    Their programs are compiled already, so that their preparation is that of a later cell of a grid.
    """
    if figures.select("side by side"):
        return
    workers = [
        start(f"{options['backend']}, cell {number} beside others", options | {"rate": 0.001 / number})
        for number in range(1, max(arguments.side_by_side) + 1)
    ]
    try:
        ready = wait_for(workers, figures, deadline)
        for turn in range(arguments.rounds):
            for number in arguments.side_by_side:
                if number <= len(ready):
                    speed = run_together(ready[:number])
                    figures.add(kind="side by side", cells=number, turn=turn, speed=speed)
    finally:
        for worker in workers:
            worker.close()


def run_together(workers: list[rounds.Worker]) -> float:
    """Images a second of all workers, each of which does one epoch."""
    started = time.perf_counter()
    for worker in workers:
        worker.start("cell")
    images = sum(worker.finish(limit=120)[1] for worker in workers)
    return images / (time.perf_counter() - started)


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        return rounds.serve(sys.argv[2], prepare)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="EfficientNetB0")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--images", type=int, default=2604, help="how many to draw; the paper trains on 2,604")
    parser.add_argument("--batches", type=int, nargs="+", default=[32, 256])
    parser.add_argument("--backends", nargs="+", choices=["tensorflow", "jax", "torch"], default=["jax", "torch"])
    parser.add_argument("--side-by-side", type=int, nargs="*", default=[1, 2, 4, 8])
    parser.add_argument("--timm", action=argparse.BooleanOptionalAction, default=bool(find_spec("timm")))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--limit", type=float, default=240, help="seconds after which nothing more is begun")
    parser.add_argument("--at-once", type=int, default=2, help="processes that compile side by side")
    parser.add_argument("--compiled", type=Path, default=rounds.ROOT / "results/compiled")
    parser.add_argument("--figures", type=Path, default=rounds.ROOT / "results/gpu_speed.jsonl")
    arguments = parser.parse_args()
    arguments.timm = arguments.timm and arguments.architecture in TIMM
    deadline = time.monotonic() + arguments.limit
    names = ("architecture", "size", "images", "threads")
    common = {name: getattr(arguments, name) for name in names} | {"compiled": arguments.compiled}
    figures = Figures(arguments.figures, **describe_device(), **{name: common[name] for name in names})
    with tempfile.TemporaryDirectory() as folder:
        ways = {name: common | options | {"folder": folder} for name, options in list_ways(arguments).items()}
        beside, waiting = f"{arguments.backends[0]}, batch {SIDE_BY_SIDE_BATCH}", list(ways)
        while waiting and time.monotonic() < deadline:
            group, waiting = waiting[: arguments.at_once], waiting[arguments.at_once :]
            measure_in_turns({name: ways[name] for name in group}, arguments, figures, deadline)
            # As soon as its program is there.
            if arguments.side_by_side and beside in group:
                measure_side_by_side(ways[beside], arguments, figures, deadline)
    print(tabulate_speed(" ".join(["python benchmarks/gpu_speed.py", *sys.argv[1:]]), figures))


if __name__ == "__main__":
    main()
