"""Figures that are kept as soon as they are known, and what machine they are of."""

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


class Figures:
    """A file with a JSON object a line, written as each becomes known: a call that ends early has lost nothing.

    The first line says what was measured on what machine. A file that begins with the same is continued.
    """

    def __init__(self, path: Path, **origin):
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.found = [json.loads(line) for line in lines]
        if self.found[:1] != [origin | {"kind": "origin"}]:
            self.found = []
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
            self.add(kind="origin", **origin)

    def add(self, **figure) -> None:
        self.found.append(figure)
        line = json.dumps(figure)
        with self.path.open("a") as file:
            print(line, file=file)
        print(line, file=sys.stderr, flush=True)

    def select(self, kind: str) -> list[dict]:
        """The figures of a kind, in the order in which they became known."""
        return [figure for figure in self.found if figure["kind"] == kind]


def describe_device() -> dict[str, str]:
    """The GPU, or the CPU where nvidia-smi knows none, its driver, and the versions of what is measured."""
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        device = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip().replace("\n", "; ")
    except (OSError, subprocess.CalledProcessError):
        device = f"no GPU, {os.cpu_count()} CPUs"
    versions = {"Python": platform.python_version()}
    for package in ("keras", "tensorflow", "jax", "torch", "timm"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {"device": device, "versions": ", ".join(f"{name} {number}" for name, number in versions.items())}
