"""The digest of code sees what a script runs, through its modules, and nothing else."""

from pathlib import Path

import pytest
from smear.code_digest import collect_modules, digest_code

FILES = {
    "script.py": '"""A script."""\n\nfrom helpers.one import work\n\nprint(work(1))\n',
    "smear/job.py": 'class UserError(Exception):\n    text = "Start again."\n',
    "helpers/__init__.py": "",
    "helpers/one.py": "import numpy\n\n\ndef work(x):\n    from helpers import three, two\n    return two.add(x)\n",
    "helpers/two.py": 'def add(x):\n    """Add."""\n    return x + 1  # one\n',
    "helpers/three.py": "from smear.job import UserError, log\n\n\ndef refuse(x):\n    log.info('no %s', x)\n"
    "    if x > 9:\n        raise UserError(f'No {x}.')\n",
    "helpers/unused.py": "x = 1\n",
}


@pytest.fixture
def script(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "script.py"


def test_imports_are_followed_into_functions_and_packages(script):
    names = [path.relative_to(script.parent).as_posix() for path in collect_modules(script)]
    helpers = ["helpers/__init__.py", "helpers/one.py", "helpers/three.py", "helpers/two.py"]
    assert names == [*helpers, "script.py", "smear/job.py"]
    assert collect_modules(script, ["helpers/one.py"]) == [script.parent / "helpers/__init__.py", script]


def test_a_module_that_is_not_used_does_not_count(script):
    before = digest_code(script, ["helpers/two.py"])
    (script.parent / "helpers/two.py").write_text("def add(x):\n    return x\n")
    assert digest_code(script, ["helpers/two.py"]) == before != digest_code(script)


@pytest.mark.parametrize(
    ("name", "old", "new", "changes"),
    [
        ("helpers/two.py", "x + 1", "x + 2", True),
        ("script.py", "work(1)", "work(2)", True),
        ("helpers/three.py", "x > 9", "x > 8", True),
        ("helpers/three.py", "UserError(f'No {x}.')", "ValueError(x)", True),
        ("helpers/three.py", "'No {x}.'", "'None of {x}.'", False),
        ("helpers/three.py", "log.info('no %s', x)", "log.warning('none')", True),
        ("helpers/three.py", "'no %s', x", "'none'", False),
        ("smear/job.py", "Start again.", "Try again.", False),
        ("helpers/__init__.py", "", "import os\n", True),
        ("helpers/two.py", "# one", "# another", False),
        ("helpers/two.py", '"""Add."""', '"""Add one."""', False),
        ("helpers/two.py", '    """Add."""\n', "", False),
        ("script.py", '"""A script."""\n', "", False),
        ("helpers/two.py", "x + 1", "(x  +  1)", False),
        ("helpers/unused.py", "1", "2", False),
    ],
)
def test_a_change_of_code_alone_changes_the_digest(script, name, old, new, changes):
    before = digest_code(script)
    path = script.parent / name
    path.write_text(path.read_text().replace(old, new, 1) if old else new)
    assert path.read_text() != FILES[name]
    assert (digest_code(script) != before) == changes


def test_a_module_that_is_imported_by_its_name_counts_where_it_is_named(script):
    named = ["helpers/unused.py"]
    before = digest_code(script, named=named)
    assert before != digest_code(script)
    (script.parent / "helpers/unused.py").write_text("x = 2\n")
    assert digest_code(script, named=named) != before


def test_the_folder_does_not_matter(script, tmp_path_factory):
    other = tmp_path_factory.mktemp("elsewhere")
    for name, text in FILES.items():
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).write_text(text)
    assert digest_code(other / "script.py") == digest_code(script)


def test_training_depends_on_its_helpers_and_not_on_figures():
    scripts = Path(__file__).parents[2] / "workflow/scripts"
    names = {path.relative_to(scripts).as_posix() for path in collect_modules(scripts / "train_cell.py")}
    assert {
        "smear/training/epochs.py",
        "smear/training/feed.py",
        "smear/training/batch_norm.py",
        "smear/training/augmentation.py",
    } <= names
    assert not names & {"smear/figures/style.py", "smear/images/split.py", "smear/evaluation/selection.py"}
