"""The map of the modules in docs/development.md is that of the folders."""

import ast
from pathlib import Path

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
