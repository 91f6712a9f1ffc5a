"""What ends a job with one sentence: a user's mistake, and a full disk."""

import subprocess
import sys
from pathlib import Path

import pytest
from servers.script_process import SCRIPTS
from smear.job import MIB, UserError, check_space

WRITER = """
import resource, sys
from pathlib import Path
from smear.job import logged_to

folder, limit = Path(sys.argv[1]), int(sys.argv[2])
with logged_to(Path(sys.argv[3])):
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    {work}
"""
WORKS = {
    "plain file": "(folder / 'x.bin').write_bytes(bytes(1 << 21))",
    "table": "import pandas; from smear.tables import write_csv; "
    "write_csv(pandas.DataFrame({'x': range(1 << 18)}), folder / 'x.csv')",
}


def write_too_much(folder: Path, limit: int, log: Path, work: str):
    """Run a job that writes 2 MB into `folder`, in a process that may write files of `limit` bytes (0: any)."""
    arguments = [sys.executable, "-c", WRITER.replace("{work}", WORKS[work]), str(folder), str(limit), str(log)]
    return subprocess.run(arguments, env={"PYTHONPATH": str(SCRIPTS)}, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize("log", ["log on it", "log elsewhere"])
def test_a_full_disk_is_said_in_one_sentence(small_disk, tmp_path, work, log):
    path = (small_disk if log == "log on it" else tmp_path) / "job.log"
    process = write_too_much(small_disk, 0, path, work)
    assert process.returncode != 0, "Python ends with 120 where it cannot write its log"
    assert process.stderr.startswith("blastgrid: A file could not be written whole (No space left on device): the disk")
    assert "MiB free; make room there" in process.stderr
    assert work == "plain file" or f"the disk of {small_disk} has" in process.stderr, "wherever the log is"
    assert "Traceback" not in process.stderr + path.read_text()


def test_a_file_above_the_limit_of_the_user_is_said_in_one_sentence(tmp_path):
    process = write_too_much(tmp_path, 1 << 20, tmp_path / "job.log", "plain file")
    assert process.returncode == 1
    assert process.stderr.startswith("blastgrid: A file could not be written whole (File too large): the disk of ")
    assert process.stderr.removeprefix("blastgrid: ").strip() in (tmp_path / "job.log").read_text()


def test_what_the_disk_cannot_hold_is_said_with_both_figures(tmp_path):
    check_space(tmp_path, 1, "A letter")
    with pytest.raises(
        UserError, match=r"^A book needs 1,099,511,627,776\.0 MiB and the disk of .* has [\d,.]+ MiB free"
    ):
        check_space(tmp_path, MIB << 40, "A book")
