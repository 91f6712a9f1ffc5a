"""Workers that are measured in turns, so that what slows the machine for a while slows all of them."""

import json
import os
import platform
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow/scripts"))


class Worker:
    """A process that does named works when told to and says what each took; it makes itself ready at once.

    script: the file that calls `serve`. options: what `serve` hands to `prepare`.
    """

    def __init__(self, script: str, name: str, options: dict, **environment: str):
        self.name, self.works = name, []
        self.complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 (open as long as the process)
        self.process = subprocess.Popen(
            [sys.executable, script, "--worker", json.dumps(options, default=str)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.complaints, text=True,
            env=os.environ | environment,
        )  # fmt: skip

    def wait(self, limit: float | None = None) -> float:
        """Seconds until it was ready. Raises a RuntimeError where it fails, or is not in `limit` more seconds."""
        seconds, self.works = json.loads(self.listen(limit))
        return seconds

    def start(self, work: str = "") -> None:
        print(work, file=self.process.stdin, flush=True)

    def finish(self, limit: float | None = None) -> tuple[float, int]:
        """Seconds that what was started took, and the number that it returned."""
        seconds, number = self.listen(limit).split()
        return float(seconds), int(number)

    def run(self, work: str = "", limit: float | None = None) -> tuple[float, int]:
        self.start(work)
        return self.finish(limit)

    def listen(self, limit: float | None) -> str:
        """The next line; a RuntimeError shows the end of what it complained about."""
        ready, _, _ = select.select([self.process.stdout], [], [], limit)
        line = self.process.stdout.readline().strip() if ready else ""
        if not line:
            reason = "failed" if ready else f"gave no answer in {limit:.0f} s"
            self.complaints.seek(0)
            raise RuntimeError(f"{self.name} {reason}: {self.complaints.read()[-2000:]}")
        return line

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def alternate(script: str, workers: dict[str, dict], rounds: int) -> dict[str, list[float]]:
    """Seconds of every round of every worker: one process each, the first of each, then the second, and so on.

    script: the file that calls `serve`. workers: by their names, the options that `serve` hands to `prepare`.
    """
    processes = []
    try:
        for name, options in workers.items():
            processes.append(Worker(script, name, options))
            processes[-1].wait()
        seconds = {name: [] for name in workers}
        for _ in range(rounds):
            for process in processes:
                seconds[process.name].append(process.run()[0])
        return seconds
    finally:
        for process in processes:
            process.close()


def serve(options: str, prepare: Callable[[dict], Callable | dict[str, Callable]]) -> None:
    """Be a worker: `prepare` returns what is timed, by name or alone, all of which runs once before, to be compiled."""
    started = time.perf_counter()
    # What libraries print must not stand between the figures.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    prepared = prepare(json.loads(options))
    works = prepared if isinstance(prepared, dict) else {"": prepared}
    for work in works.values():
        work()
    print(json.dumps([time.perf_counter() - started, list(works)]), file=answers, flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        number = works[line.rstrip("\n")]()
        print(time.perf_counter() - started, number if isinstance(number, int) else 0, file=answers, flush=True)


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
