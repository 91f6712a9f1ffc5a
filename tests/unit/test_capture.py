"""What processes write to a terminal with a bar comes line by line, and never stops who writes."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from smear.console.capture import Capture


@contextmanager
def replaced_descriptor():
    """A descriptor that stands for the terminal, and the end at which that is read."""
    reader, writer = os.pipe()
    try:
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


@pytest.fixture
def terminal():
    with replaced_descriptor() as ends:
        yield ends


def capture_of(writer, take) -> Capture:
    capture = Capture([writer], take)
    capture.start()
    return capture


def test_lines_of_a_child_come_whole_and_all(terminal):
    lines = []
    capture = capture_of(terminal[1], lines.append)
    code = "import os, time\nfor n in range(2000): os.write(2, b'Zeile \\xc3\\xa4 %d\\n' % n)\nos.write(2, b'no end')"
    subprocess.run([sys.executable, "-c", code], stderr=terminal[1], check=True)
    capture.stop()
    assert lines == [*(f"Zeile ä {number}" for number in range(2000)), "no end"]


def test_of_a_line_that_is_written_over_the_last_state_is_shown(terminal):
    lines = []
    capture = capture_of(terminal[1], lines.append)
    os.write(terminal[1], b"10 %\r50 %\r100 %\r\nnext\r\n")
    capture.stop()
    assert lines == ["100 %", "next"]


def test_afterwards_all_is_as_before(terminal):
    capture_of(terminal[1], print).stop()
    os.write(terminal[1], b"direct")
    assert os.read(terminal[0], 100) == b"direct"


def test_lines_that_cannot_be_shown_go_where_they_went_before(terminal):
    def fail(line):
        raise ValueError("the display is broken")

    capture = capture_of(terminal[1], fail)
    os.write(terminal[1], b"one\ntwo\n")
    capture.stop()
    assert os.read(terminal[0], 100) == b"one\ntwo\n"


def test_a_child_that_outlives_its_job_delays_the_end_little(terminal, monkeypatch):
    monkeypatch.setattr("smear.console.capture.SECONDS", 0.1)
    lines = []
    capture = capture_of(terminal[1], lines.append)
    with subprocess.Popen(["sh", "-c", "read line; echo late >&2"], stdin=subprocess.PIPE, stderr=terminal[1]) as child:
        start = time.monotonic()
        capture.stop()
        assert time.monotonic() - start < 5
        child.stdin.write(b"\n")
    assert os.read(terminal[0], 100) == b"late\n"
    assert lines == []
