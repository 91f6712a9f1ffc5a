"""A training ends with the Snakemake that started it, whatever stands between them; real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from servers.script_process import SCRIPTS
from smear.scheduling.orphan import SNAKEMAKE as SNAKEMAKE_PID

pytestmark = pytest.mark.slow

SNAKEMAKE = """
import subprocess, sys
from smear.scheduling.orphan import announce_snakemake
announce_snakemake()
subprocess.run(sys.argv[1:])
"""
TRAINING = """
import os, signal, sys, time
from pathlib import Path
from smear.scheduling.orphan import end_with_snakemake
place = Path(sys.argv[1])
def end(*_):
    place.with_name("ended").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
end_with_snakemake()
place.write_text(f"{os.getpid()}\\n")
time.sleep(60)
"""
DIRECT = [sys.executable, "-c", TRAINING]
# A shell that stays, and another below it, as scripts of conda and of clusters are.
BELOW_SHELLS = ["sh", "-c", 'sh -c \'"$@"; :\' x "$@"; :', "x", *DIRECT]


def wait_until(is_so, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def start(command: list[str], place: Path) -> subprocess.Popen:
    """A process that starts a training, or is one, once that runs."""
    process = subprocess.Popen([*command, str(place)], env=os.environ | {"PYTHONPATH": str(SCRIPTS)})
    wait_until(lambda: place.exists() and place.read_text().endswith("\n"))
    return process


@pytest.mark.parametrize("command", [DIRECT, BELOW_SHELLS])
def test_it_ends_when_snakemake_is_killed(tmp_path, command):
    place = tmp_path / "number"
    snakemake = start([sys.executable, "-c", SNAKEMAKE, *command], place)
    time.sleep(1.2)
    assert not place.with_name("ended").exists()
    snakemake.send_signal(signal.SIGKILL)
    # Not waited for: a killed process that nobody has waited for still has its number.
    wait_until(place.with_name("ended").exists)
    snakemake.wait()


def test_it_ends_at_once_where_snakemake_has_ended_before(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS), SNAKEMAKE_PID: str(gone.pid)}
    process = subprocess.Popen([*DIRECT, str(tmp_path / "number")], env=environment)
    process.wait(timeout=20)
    assert (tmp_path / "ended").exists()


def test_a_script_that_is_run_by_hand_goes_on(tmp_path):
    process = start(DIRECT, tmp_path / "number")
    time.sleep(1.2)
    assert process.poll() is None
    process.kill()
    process.wait()
    assert not (tmp_path / "ended").exists()
