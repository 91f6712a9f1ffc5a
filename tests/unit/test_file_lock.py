"""Never two trainers in one folder: the lock of a running cell, between real processes."""

import errno
import fcntl
import shutil
import subprocess
import sys

import pytest
from servers.script_process import SCRIPTS
from smear.file_lock import find_holder, occupied
from smear.job import UserError

HOLDER = """
import sys, time
from pathlib import Path
from smear.file_lock import occupied
with occupied(Path(sys.argv[1])):
    print("here", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that has the folder `running`."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "running")]
    process = subprocess.Popen(command, env={"PYTHONPATH": str(SCRIPTS)}, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "here\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_trainer_is_refused_by_one_sentence_while_the_first_lives(tmp_path, holder, caplog):
    caplog.set_level("INFO")
    assert find_holder(tmp_path / "running/lock") == str(holder.pid)
    with pytest.raises(UserError, match=rf"running is in use by process {holder.pid}, which trains"):  # noqa: SIM117
        with occupied(tmp_path / "running", patience=0.5):
            raise AssertionError
    assert caplog.text.count(f"waiting for process {holder.pid}") == 1


def test_it_goes_on_as_soon_as_the_first_is_killed(tmp_path, holder):
    holder.kill()
    with occupied(tmp_path / "running"):
        assert (tmp_path / "running/lock").read_bytes() == b""


def test_a_folder_that_is_removed_while_it_is_waited_for_is_made_again(tmp_path, holder):
    shutil.rmtree(tmp_path / "running")
    with occupied(tmp_path / "running", patience=0):
        assert (tmp_path / "running/lock").exists()


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch, caplog):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with occupied(tmp_path / "running"):
        assert "cannot be locked (No locks available): start one call at a time" in caplog.text
