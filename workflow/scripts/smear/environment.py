"""Keeping a script to the packages of its own environment.

Snakemake appends its own packages to the path of every script, so that the script can read its `snakemake` object. A
package that the script's environment lacks would come from there, in a version that nobody chose, and unnoticed.
"""

import os
import sys
from pathlib import Path

SNAKEMAKE_PREFIX = "BLASTGRID_SNAKEMAKE_PREFIX"
SCRIPTS = Path(__file__).resolve().parents[1]


class ForeignPackage(ImportError):
    """A package comes from another environment; the message says which, from where, and what to do."""


def announce_environment(conda: bool) -> None:
    """Tell the scripts, from Snakemake's own process, where Snakemake's packages are: theirs may be elsewhere.

    With `conda`, packages in the user's home (`pip install --user`) are shut out: Python would take them first.
    """
    os.environ[SNAKEMAKE_PREFIX] = sys.prefix
    if conda:
        os.environ["PYTHONNOUSERSITE"] = "1"


def keep_to_environment() -> None:
    """Raise `ForeignPackage` if a package of another environment is loaded, and let none be loaded from now on.

    Where the script runs in Snakemake's own environment nothing is done.
    """
    if os.environ.get(SNAKEMAKE_PREFIX, sys.prefix) == sys.prefix:
        return
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and name != "__main__" and not name.startswith("snakemake") and not is_own(file):
            raise ForeignPackage(
                f"{name.partition('.')[0]} comes from {Path(file).parent}, outside the rule's environment {sys.prefix}: "
                "add its package to the environment's file in envs/, and unset PYTHONPATH if it is set."
            )
    sys.path[:] = filter(is_own, sys.path)


def is_own(path: str) -> bool:
    """Whether a file or folder belongs to this environment, to Python itself or to the workflow's scripts."""
    if path.startswith(sys.prefix + os.sep):
        return True
    place = Path(path).resolve()
    # A virtual environment has its standard library elsewhere, with packages beside it that are not its own.
    shared = {"site-packages", "dist-packages"} & set(place.parts)
    return place.is_relative_to(SCRIPTS) or (place.is_relative_to(Path(sys.base_prefix).resolve()) and not shared)
