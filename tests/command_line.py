"""Snakemake's command line in a process that has loaded it before: two thirds of a short call are spent on loading."""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["snakemake.cli"])


def call_snakemake(
    arguments: list[str], folder: Path, variables: dict[str, str], module: str = "snakemake"
) -> subprocess.CompletedProcess:
    """Call Snakemake in a folder, with these environment variables alone; `stdout` is all that it prints.

    module: another one of the folder's scripts, called by `python -m`, which calls Snakemake itself.
    """
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        process = SERVER.Process(target=become_snakemake, args=(arguments, folder, variables, output.name, module))
        process.start()
        process.join()
        return subprocess.CompletedProcess(["snakemake", *arguments], process.exitcode, output.read())


def become_snakemake(arguments: list[str], folder: Path, variables: dict[str, str], output: str, module: str) -> None:
    """What a shell does for a command, in a process of its own."""
    from snakemake.cli import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    file = os.open(output, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(file, stream.fileno())
    # The tests have the scripts of the checkout on their path; those of the folder are wanted.
    sys.path[:] = [
        entry for entry in sys.path if not Path(entry).is_relative_to(ROOT) or Path(entry).is_relative_to(sys.prefix)
    ]
    sys.argv = [module, *arguments]
    if module == "snakemake":
        main()
    sys.path.insert(0, str(folder / "workflow/scripts"))
    runpy.run_module(module, run_name="__main__")
