"""Cells side by side on one machine get a GPU each; a made-up nvidia-smi lists two, and real processes ask for them."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.script_process import SCRIPTS
from smear.job import UserError
from smear.scheduling.gpu_lease import lease_gpu
from smear.scheduling.gpus import find_gpus, parse_listing, select_visible

FIRST, SECOND = "GPU-1111aaaa-0000-4000-8000-000000000001", "GPU-2222bbbb-0000-4000-8000-000000000002"
HOLDER = """
import sys, time
from smear.job import log, logged_to
from smear.scheduling.gpu_lease import lease_gpu
with logged_to(sys.argv[2]), lease_gpu(int(sys.argv[1])) as device:
    print(device, file=open(sys.argv[3], "w"))
    assert not {"keras", "tensorflow"} & set(sys.modules)
    time.sleep(60)
"""
UUIDS = st.uuids().map(lambda uuid: f"GPU-{uuid}")


@pytest.fixture
def two_gpus(tmp_path, monkeypatch):
    """A machine with two GPUs and a temporary folder of its own."""
    program = tmp_path / "bin/nvidia-smi"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nprintf '0, {FIRST}\\n1, {SECOND}\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)  # what this process has kept of TMPDIR
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return program


class Holder:
    """A process that leases a GPU and keeps it."""

    def __init__(self, folder, name: str, cells_per_gpu: int = 1):
        self.log, self.file = folder / f"{name}.log", folder / name
        arguments = [sys.executable, "-c", HOLDER, str(cells_per_gpu), str(self.log), str(self.file)]
        self.process = subprocess.Popen(arguments, env={**os.environ, "PYTHONPATH": str(SCRIPTS)})

    def device(self, seconds: float = 20) -> str:
        """The device that it got."""
        wait_until(lambda: self.file.exists() and self.file.read_text().endswith("\n"), seconds)
        return self.file.read_text().strip()


def wait_until(is_so, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def start(tmp_path):
    """Start a holder by its name; all of them end with the test."""
    holders = []

    def start_one(*arguments) -> Holder:
        holders.append(Holder(tmp_path, *arguments))
        return holders[-1]

    yield start_one
    for holder in holders:
        holder.process.kill()
        holder.process.wait()


@pytest.mark.slow
def test_a_third_cell_waits_until_one_of_two_is_killed(two_gpus, start):
    first, second = start("a"), start("b")
    assert {first.device(), second.device()} == {FIRST, SECOND}
    third = start("c")
    wait_until(lambda: third.log.exists() and "waiting for a GPU" in third.log.read_text())
    time.sleep(1.5)
    assert not third.file.exists()
    (line,) = third.log.read_text().splitlines()
    for holder in (first, second):
        assert f"{holder.device()} by process {holder.process.pid}" in line
    first.process.kill()
    assert third.device() == first.device()


def test_a_second_cell_shares_a_gpu_when_both_are_taken(two_gpus, start):
    holders = [start(name, 2) for name in "abcd"]
    assert sorted(holder.device() for holder in holders) == [FIRST, FIRST, SECOND, SECOND]
    fifth = start("e", 2)
    wait_until(lambda: fifth.log.exists() and "waiting for a GPU" in fifth.log.read_text())


def test_idle_devices_come_first(two_gpus):
    with lease_gpu(2) as first, lease_gpu(2) as second, lease_gpu(2) as third:
        assert (first, second, third) == (FIRST, SECOND, FIRST)


@pytest.fixture
def precious(two_gpus, tmp_path):
    """A user's file that nothing may be written into."""
    file = tmp_path / "precious"
    file.write_text("precious")
    yield file
    assert file.read_text() == "precious"


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_a_lock_that_is_a_link_is_refused(tmp_path, precious, link):
    folder = tmp_path / "blastgrid-leases"
    folder.mkdir()
    link(folder / f"{FIRST}.0", precious)
    with pytest.raises(UserError, match=r"GPU-1111aaaa.*\.0 is no lock of a GPU.*: remove it and start again"):  # noqa: SIM117
        with lease_gpu(1):
            raise AssertionError


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_lock_that_is_no_file_is_refused(two_gpus, tmp_path, make):
    (tmp_path / "blastgrid-leases").mkdir()
    make(tmp_path / f"blastgrid-leases/{FIRST}.0")
    with pytest.raises(UserError, match="is no lock of a GPU"):  # noqa: SIM117
        with lease_gpu(1):
            raise AssertionError


def test_a_folder_of_locks_that_is_a_link_or_a_strangers_is_refused(two_gpus, tmp_path):
    folder, other = tmp_path / "blastgrid-leases", tmp_path / "other"
    other.mkdir()
    folder.symlink_to(other)
    refused = pytest.raises(UserError, match="blastgrid-leases, for the locks of GPUs, is a link or not safe to share")
    with refused, lease_gpu(1):
        raise AssertionError
    folder.unlink()
    folder.write_text("")
    with refused, lease_gpu(1):
        raise AssertionError
    folder.unlink()
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 12345, 12345)
        with refused, lease_gpu(1):
            raise AssertionError
        folder.chmod(0o1777)
    with lease_gpu(1) as device:
        assert device == FIRST
    assert not list(other.iterdir())


def test_nothing_is_written_into_a_lock(two_gpus, tmp_path):
    with lease_gpu(1):
        assert [file.read_bytes() for file in (tmp_path / "blastgrid-leases").iterdir()] == [b""]


@pytest.mark.parametrize(
    ("visible", "expected"),
    [("1", [SECOND]), ("1,0", [SECOND, FIRST]), (SECOND[:8], [SECOND]), ("", []), ("-1", []), ("0,7,1", [FIRST])]
    + [("GPU-", []), ("MIG-5d1c", ["MIG-5d1c"])],
)
def test_only_visible_devices_are_candidates(two_gpus, monkeypatch, visible, expected):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert find_gpus() == expected
    with lease_gpu(1) as device:
        assert device == (expected[0] if expected else None)


def test_no_gpu_where_nvidia_smi_is_missing_or_fails(two_gpus, monkeypatch):
    two_gpus.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed because it could not talk to the driver'; exit 9\n")
    assert find_gpus() == []
    monkeypatch.setenv("PATH", "/nowhere")
    assert find_gpus() == []
    with lease_gpu(1) as device:
        assert device is None


@given(st.lists(UUIDS, unique=True), st.lists(st.text().filter(lambda line: "GPU-" not in line)))
def test_a_listing_is_read_whatever_stands_around_it(uuids, noise):
    lines = [f"{index}, {uuid}" for index, uuid in enumerate(uuids)]
    assert parse_listing("\n".join(noise + lines + noise)) == dict(enumerate(uuids))


@given(st.lists(UUIDS, unique=True, max_size=8), st.data())
def test_indices_and_uuids_select_the_same_devices(uuids, data):
    devices = dict(enumerate(uuids))
    chosen = data.draw(st.lists(st.sampled_from(sorted(devices)), unique=True)) if devices else []
    by_index, by_name = ",".join(map(str, chosen)), ",".join(devices[index] for index in chosen)
    assert select_visible(devices, by_index) == select_visible(devices, by_name) == [devices[i] for i in chosen]
    assert select_visible(devices, None) == uuids


@given(st.dictionaries(st.integers(0, 9), UUIDS), st.text())
def test_any_text_selects_known_devices_alone(devices, visible):
    assert {name for name in select_visible(devices, visible) if not name.startswith("MIG-")} <= set(devices.values())
