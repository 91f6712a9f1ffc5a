"""Workers that are measured in turns, so that what slows the machine for a while slows all of them."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow/scripts"))

READY = "ready"


def alternate(script: str, workers: dict[str, dict], rounds: int) -> dict[str, list[float]]:
    """Seconds of every round of every worker: one process each, the first of each, then the second, and so on.

    script: the file that calls `serve`. workers: by their names, the options that `serve` hands to `prepare`.
    """
    command = [sys.executable, script, "--worker"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = {}
    try:
        for name, options in workers.items():
            processes[name] = subprocess.Popen([*command, json.dumps(options, default=str)], **pipes)
            listen(processes[name], name)
        seconds = {name: [] for name in workers}
        for _ in range(rounds):
            for name, process in processes.items():
                process.stdin.write("\n")
                process.stdin.flush()
                seconds[name].append(float(listen(process, name)))
        return seconds
    finally:
        for process in processes.values():
            process.kill()


def listen(process: subprocess.Popen, name: str) -> str:
    """A worker's next line; a RuntimeError shows the end of what it complained about."""
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"{name}: {process.stderr.read()[-2000:]}")
    return line


def serve(options: str, prepare: Callable[[dict], Callable[[], object]]) -> None:
    """Be a worker: `prepare` returns what is timed, which runs once before, to be compiled."""
    # What libraries print must not stand between the figures.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    work = prepare(json.loads(options))
    work()
    print(READY, file=answers, flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        work()
        print(time.perf_counter() - started, file=answers, flush=True)


def ratio(reference: list[float], seconds: list[float]) -> tuple[float, float, float]:
    """Speed in units of the reference's: median, least and greatest over the rounds."""
    ratios = sorted(one / other for one, other in zip(reference, seconds, strict=True))
    return statistics.median(ratios), ratios[0], ratios[-1]


def describe_machine() -> str:
    """Device and versions."""
    import keras
    import tensorflow as tf

    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line for line in lines if line.startswith("flags")), "")
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    gpus = ", ".join(gpu.name for gpu in tf.config.list_physical_devices("GPU")) or "no GPU"
    return (
        f"{os.cpu_count()} x {model[0] if model else platform.processor()} ({vectors}), {gpus}; "
        f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}"
    )
