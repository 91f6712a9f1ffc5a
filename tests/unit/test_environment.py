"""A script that runs in an environment of its own finds the packages of no other one."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest
import six

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
OUTSIDE = str(Path(six.__file__).parent)
# As Snakemake does it: the folders of its own packages, and that of the script, come last.
SCRIPT = """
import sys
sys.path.extend(sys.argv[1:])
{before}
import smear.environment
import json, sqlite3, _ctypes
from smear.code_digest import digest_code
import own
{after}
print(own.__file__)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """The interpreter of an environment that holds one package, `own`."""
    folder = tmp_path_factory.mktemp("an environment")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "own.py").touch()
    return folder / "bin/python"


def run(python: Path, before: str = "", after: str = "", **variables: str) -> subprocess.CompletedProcess:
    """Run a script with that interpreter, where Snakemake's environment is this test's."""
    environment = {"BLASTGRID_SNAKEMAKE_PREFIX": sys.prefix, **variables}
    command = [str(python), "-c", SCRIPT.format(before=before, after=after), OUTSIDE, str(SCRIPTS)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_its_own_packages_are_found(python):
    result = run(python)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(str(python.parents[1]))


def test_those_of_snakemake_are_not(python):
    assert run(python, before="import six").returncode == 0, "Snakemake's folder is on the path"
    assert "No module named 'six'" in run(python, after="import six").stderr


def test_those_of_pythonpath_are_not(python, tmp_path):
    (tmp_path / "users_own.py").touch()
    assert run(python, before="import users_own", PYTHONPATH=str(tmp_path)).returncode == 0
    assert "No module named 'users_own'" in run(python, after="import users_own", PYTHONPATH=str(tmp_path)).stderr


def test_without_an_environment_of_its_own_a_script_keeps_its_path(python):
    assert run(python, after="import six", BLASTGRID_SNAKEMAKE_PREFIX=str(python.parents[1])).returncode == 0
