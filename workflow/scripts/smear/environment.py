"""Keeps a script, when imported before any package, to the packages of its own environment.

Snakemake appends the folders of its own packages to the path of every script, so that the script can read its
`snakemake` object. A package that the script's environment lacks would come from there, in a version that nobody chose,
and unnoticed.
"""

import os
import sys
from pathlib import Path

SNAKEMAKE_PREFIX = "BLASTGRID_SNAKEMAKE_PREFIX"
SCRIPTS = Path(__file__).resolve().parents[1]


def announce_environment() -> None:
    """Tell the scripts, from Snakemake's own process, which environment is Snakemake's: theirs may be another one."""
    os.environ[SNAKEMAKE_PREFIX] = sys.prefix


def keep_to_environment() -> None:
    """Take the folders of other environments from the path, also those of PYTHONPATH and of the user's home.

    Where the script runs in Snakemake's own environment the path is left as it is.
    """
    if os.environ.get(SNAKEMAKE_PREFIX, sys.prefix) != sys.prefix:
        sys.path[:] = filter(is_own, sys.path)


def is_own(folder: str) -> bool:
    """Whether a folder belongs to this environment, to Python itself or to the workflow's scripts."""
    place = Path(folder).resolve()
    # A virtual environment has its standard library elsewhere, with packages beside it that are not its own.
    shared = {"site-packages", "dist-packages"} & set(place.parts)
    return (
        place.is_relative_to(Path(sys.prefix).resolve())
        or place.is_relative_to(SCRIPTS)
        or (place.is_relative_to(Path(sys.base_prefix).resolve()) and not shared)
    )


keep_to_environment()
