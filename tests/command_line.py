"""Snakemake's command line in a process that has loaded it before: two thirds of a short call are spent on loading."""

import fcntl
import multiprocessing
import os
import pty
import runpy
import signal
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from script_server import find_python_path, serve_scripts

ROOT = Path(__file__).parents[1]
SERVER = multiprocessing.get_context("forkserver")
# What Snakemake imports, of its own and of other packages, before it has planned anything; then what scripts import.
PRELOADED = "snakemake.cli snakemake.persistence snakemake.scheduling.job_scheduler snakemake_executor_plugin_slurm"
PRELOADED += " jinja2 jsonschema nbformat pandas PIL.Image requests smart_open sqlmodel yte"
PRELOADED += " matplotlib.pyplot scipy.ndimage scipy.stats seaborn sklearn.linear_model sklearn.metrics tensorflow"
SERVER.set_forkserver_preload(PRELOADED.split())


def call_snakemake(
    arguments: list[str], folder: Path, variables: dict[str, str], **options
) -> subprocess.CompletedProcess:
    """Call Snakemake in a folder, with these environment variables alone; `stdout` is all that it prints.

    options: of `become_snakemake`.
    """
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        process = start_snakemake(arguments, folder, variables, output.name, **options)
        process.join()
        return subprocess.CompletedProcess(["snakemake", *arguments], process.exitcode, output.read())


def start_snakemake(
    arguments: list[str], folder: Path, variables: dict[str, str], output: str, **options
) -> multiprocessing.Process:
    """As `call_snakemake`, in the background. output: the path of what it prints."""
    process = SERVER.Process(target=become_snakemake, args=(arguments, folder, variables, output), kwargs=options)
    process.start()
    return process


@contextmanager
def open_terminal(columns: int = 100) -> Iterator[tuple[str, bytearray]]:
    """A pseudo-terminal: the path of its device, and what was written to it, in full when the context has ended."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    written = bytearray()

    def read() -> None:
        with suppress(OSError):  # all writers have closed it
            while data := os.read(reader, 1 << 16):
                written.extend(data)

    thread = Thread(target=read)
    thread.start()
    try:
        yield os.ttyname(writer), written
    finally:
        os.close(writer)
        thread.join()
        os.close(reader)


def call_on_terminal(
    arguments: list[str], folder: Path, variables: dict[str, str], act: Callable[[int, bytearray], None] | None = None
) -> subprocess.CompletedProcess:
    """As `call_snakemake`, on a terminal, whose control characters are in `stdout`.

    act: what is done while it runs, given its process id and what it has written so far.
    """
    with open_terminal() as (device, written):
        process = start_snakemake(arguments, folder, variables, device)
        if act:
            act(process.pid, written)
        process.join()
    return subprocess.CompletedProcess(["snakemake", *arguments], process.exitcode, written.decode())


def become_snakemake(
    arguments: list[str],
    folder: Path,
    variables: dict[str, str],
    output: str,
    module: str = "snakemake",
    grouped: bool = False,
    fresh: bool = False,
) -> None:
    """What a shell does for a command, in a process of its own.

    module: another one of the folder's scripts, called by `python -m`, which calls Snakemake itself. grouped: whether
    it begins a process group, all of which can be killed at once. fresh: whether each script gets a new interpreter.
    """
    from snakemake.cli import main

    if grouped:
        os.setpgrp()
    os.chdir(folder)
    begin_anew(variables, output)
    sys.argv = [module, *arguments]
    if not fresh:
        serve_scripts()  # before PYTHONPATH counts here: scripts read theirs
    sys.path[:0] = find_python_path(variables)
    if module == "snakemake":
        main()
    sys.path.insert(0, str(folder / "workflow/scripts"))
    runpy.run_module(module, run_name="__main__")


def begin_anew(variables: dict[str, str], output: str) -> None:
    """Give this process the environment that a shell would give it, and nothing of the tests; it prints to a file."""
    os.environ.clear()
    os.environ.update(variables)
    file = os.open(output, os.O_WRONLY | os.O_NOCTTY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(file, stream.fileno())
    # The tests have the scripts of the checkout on their path.
    sys.path[:] = [
        entry for entry in sys.path if not Path(entry).is_relative_to(ROOT) or Path(entry).is_relative_to(sys.prefix)
    ]
    # Tests that a shell runs in the background ignore it, and what they start inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
