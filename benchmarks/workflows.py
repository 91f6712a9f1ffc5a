"""Copies of the workflow in folders of their own, and calls of Snakemake there."""

import csv
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import rounds

PARTS = ("workflow", "config", "envs", "profiles", "resources")


class Call(NamedTuple):
    """What a call of Snakemake took, in seconds and in MB at its peak, and all that it printed."""

    seconds: float
    megabytes: float
    output: str


def read_benchmark(path: Path) -> dict[str, str]:
    """What Snakemake measured of a job, by the names of its columns."""
    with path.open(newline="") as file:
        return next(csv.DictReader(file, delimiter="\t"))


def copy_workflow(folder: Path) -> None:
    """What a run needs."""
    for name in PARTS:
        source = rounds.ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, folder / name)


def call(folder: Path, options: dict[str, str], *arguments: str, cores: int | None = None) -> Call:
    """Call Snakemake with the demo's configuration and `options`; a RuntimeError shows what a failed one printed.

    Without embeddings: their features do not get faster with smaller images.
    """
    options = {"embeddings": "none"} | options
    command = [sys.executable, "-m", "snakemake", *arguments, "--cores", str(cores or os.cpu_count())]
    command += ["--configfile", "config/demo.yaml", "--config", *(f"{key}={value}" for key, value in options.items())]
    started = time.perf_counter()
    with (folder / "output").open("w+") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        output.seek(0)
        text = output.read()
    if process.returncode:
        raise RuntimeError(text[-5000:])
    return Call(seconds, usage.ru_maxrss * 1024 / 1e6, text)
