"""Running scripts with an interpreter whose path has a blank in it."""

import os
import sys
from pathlib import Path


def name_interpreter() -> None:
    """Find the interpreter by its name on PATH where its path has a blank: Snakemake does not quote the path."""
    path = Path(sys.executable)
    if " " in str(path):
        os.environ["PATH"] = f"{path.parent}{os.pathsep}{os.environ['PATH']}"
        sys.executable = path.name
