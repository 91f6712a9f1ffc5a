"""The map of the modules in docs/development.md is that of the folders, and no module needs itself."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from smear.code_digest import find_files, read_code

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "workflow/scripts"


def test_every_module_stands_in_the_map_with_its_first_line():
    text = (ROOT / "docs/development.md").read_text(encoding="utf-8").partition("\n## Modules\n")[2]
    found = set()
    for section in text.split("\n### ")[1:]:
        title, _, lines = section.partition("\n")
        folder = SCRIPTS if title == "Scripts" else SCRIPTS / title.strip("`")
        found |= {(folder, line) for line in lines.splitlines() if line}
    modules = [path for path in SCRIPTS.rglob("*.py") if not path.name.startswith("__")]
    documented = {path: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) for path in modules}
    wanted = {(path.parent, f"- `{path.name}`: {text.splitlines()[0]}") for path, text in documented.items()}
    assert sorted(found - wanted) == [], "lines of docs/development.md without such a module"
    assert sorted(wanted - found) == [], "modules that docs/development.md lacks"


def test_every_file_of_helpers_stands_in_the_table():
    text = (ROOT / "docs/development.md").read_text(encoding="utf-8")
    table = text.partition("\n| helpers | for |\n")[2].partition("\n\n")[0]
    helpers = re.compile(r"No\s+(# )?rule\s+is\s+(# )?defined here")
    files = [path for path in (ROOT / "workflow/rules").glob("*.smk") if helpers.search(path.read_text("utf-8"))]
    assert sorted(re.findall(r"^\| `([\w.]+)`", table, re.M)) == sorted(path.name for path in files)


def read_imports(root: Path) -> dict[Path, set[Path]]:
    """The modules below a folder, each with those that it imports, inside functions too."""
    paths = [path.relative_to(root) for path in root.rglob("*.py")]
    return {
        path: {file.relative_to(root) for file in find_files(read_code(root / path).imports, root)} for path in paths
    }


def test_no_module_imports_itself_through_others():
    try:
        TopologicalSorter(read_imports(SCRIPTS)).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(map(str, reversed(error.args[1]))))


def test_a_cycle_is_found_inside_functions(tmp_path):
    (tmp_path / "a.py").write_text("import b\n")
    (tmp_path / "b.py").write_text("def f():\n    from a import x\n")
    with pytest.raises(CycleError):
        TopologicalSorter(read_imports(tmp_path)).prepare()
