"""The digest of code sees what a script runs, through its modules, and nothing else."""

from pathlib import Path

import pytest
from smear.code_digest import collect_modules, digest_code

FILES = {
    "job.py": '"""A script."""\n\nfrom helpers.one import work\n\nprint(work(1))\n',
    "helpers/__init__.py": "",
    "helpers/one.py": "import numpy\n\n\ndef work(x):\n    from helpers import two\n    return two.add(x)\n",
    "helpers/two.py": 'def add(x):\n    """Add."""\n    return x + 1  # one\n',
    "helpers/unused.py": "x = 1\n",
}


@pytest.fixture
def script(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "job.py"


def test_imports_are_followed_into_functions_and_packages(script):
    names = [path.relative_to(script.parent).as_posix() for path in collect_modules(script)]
    assert names == ["helpers/__init__.py", "helpers/one.py", "helpers/two.py", "job.py"]


@pytest.mark.parametrize(
    ("name", "old", "new", "changes"),
    [
        ("helpers/two.py", "x + 1", "x + 2", True),
        ("job.py", "work(1)", "work(2)", True),
        ("helpers/__init__.py", "", "import os\n", True),
        ("helpers/two.py", "# one", "# another", False),
        ("helpers/two.py", '"""Add."""', '"""Add one."""', False),
        ("helpers/two.py", '    """Add."""\n', "", False),
        ("job.py", '"""A script."""\n', "", False),
        ("helpers/two.py", "x + 1", "(x  +  1)", False),
        ("helpers/unused.py", "1", "2", False),
    ],
)
def test_a_change_of_code_alone_changes_the_digest(script, name, old, new, changes):
    before = digest_code(script)
    path = script.parent / name
    path.write_text(path.read_text().replace(old, new, 1) if old else new)
    assert (digest_code(script) != before) == changes


def test_the_folder_does_not_matter(script, tmp_path_factory):
    other = tmp_path_factory.mktemp("elsewhere")
    for name, text in FILES.items():
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).write_text(text)
    assert digest_code(other / "job.py") == digest_code(script)


def test_training_depends_on_its_helpers_and_not_on_figures():
    scripts = Path(__file__).parents[2] / "workflow/scripts"
    names = {path.relative_to(scripts).as_posix() for path in collect_modules(scripts / "train_cell.py")}
    assert {
        "smear/training/epochs.py",
        "smear/training/feed.py",
        "smear/training/batch_norm.py",
        "smear/training/augmentation.py",
    } <= names
    assert not names & {"smear/figures/style.py", "smear/images/split.py", "smear/selection.py"}
