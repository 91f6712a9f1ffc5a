"""Runs the Python scripts of Snakemake's jobs in forks of a process that has imported TensorFlow and the like before.

Most of the time of a short script goes into imports: five seconds for one that trains. All else is as a script has it:
arguments, environment and exit status are its own, and Snakemake is above it.
"""

import json
import multiprocessing
import os
import runpy
import select
import signal
import socket
import sys
from pathlib import Path

from threadpoolctl import threadpool_limits

CLIENT = Path(__file__).with_name("script_client.py")
FORK = multiprocessing.get_context("fork")
LONGEST = 1 << 20  # bytes of a request: arguments and environment


def serve_scripts() -> None:
    """Run the scripts of this process, which becomes Snakemake next, in forks of what it is now."""
    from snakemake.script import PythonScript

    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind("")  # the system finds a name, which is no file
    listener.listen()
    address = listener.getsockname()[1:].decode()
    end, alive = os.pipe()
    if os.fork() == 0:
        os.close(alive)
        serve(listener, end)
        os._exit(0)
    listener.close()
    os.close(end)
    execute = PythonScript._execute_cmd

    def execute_by_server(script: PythonScript, command: str, **options):
        if "py_exec" in options and not script.conda_env:  # an interpreter, and that of Snakemake
            options["py_exec"] = f"'{sys.executable}' -IS '{CLIENT}' {address}"
        return execute(script, command, **options)

    PythonScript._execute_cmd = execute_by_server


def serve(listener: socket.socket, end: int) -> None:
    """Fork for each script that is asked for, until the other end of the pipe `end` is closed: Snakemake has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for these forks
    while end not in select.select([listener, end], [], [])[0]:
        client = listener.accept()[0]
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            answer(client)
            os._exit(0)
        client.close()


def answer(client: socket.socket) -> None:
    """Run the script of a request; the answers are the number of its process and, later, its exit status."""
    request, files, _, _ = socket.recv_fds(client, LONGEST, 3)
    process = FORK.Process(target=become_python, args=(files,), kwargs=json.loads(request))
    process.start()
    client.send(str(process.pid).encode())
    process.join()
    client.send(str(process.exitcode).encode())


def find_python_path(variables: dict[str, str]) -> list[str]:
    """The folders of PYTHONPATH."""
    return [str(Path(entry).resolve()) for entry in variables.get("PYTHONPATH", "").split(os.pathsep) if entry]


def become_python(files: list[int], arguments: list[str], folder: str, variables: dict[str, str]) -> None:
    """What Python does with a script."""
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.argv = arguments
    sys.path[:] = [str(Path(arguments[0]).parent), *find_python_path(variables), *sys.path]
    # What NumPy does with this variable when it is imported.
    threadpool_limits(int(variables.get("OMP_NUM_THREADS", os.cpu_count())))
    runpy.run_path(arguments[0], run_name="__main__")
