"""What the files in envs/ ask for, and what the scripts of the rules that use them import."""

import ast
import re
import sys
from pathlib import Path

import yaml
from packaging.specifiers import SpecifierSet
from smear.code_digest import collect_modules

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "workflow/scripts"
RULE = re.compile(r"^ *(?:rule|checkpoint) (\w+):\n(.*?)(?=^ *(?:rule|checkpoint) |\Z)", re.MULTILINE | re.DOTALL)
BACKENDS = {"train": "tensorflow", "train-jax": "jax", "train-torch": "torch"}


def read_packages(environment: str) -> dict[str, SpecifierSet]:
    """The bounds of each package of an environment, by conda-forge's names."""
    entries = [entry.partition(" ") for entry in read_dependencies(environment)[0]]
    return {name: SpecifierSet(bounds) for name, _, bounds in entries}


def read_dependencies(environment: str) -> tuple[list[str], list[str]]:
    """What an environment asks conda for, and what it asks pip for."""
    content = yaml.safe_load((ROOT / f"envs/{environment}.yaml").read_text(encoding="utf-8"))
    entries = content["dependencies"]
    return [one for one in entries if isinstance(one, str)], [
        text for one in entries if isinstance(one, dict) for text in one["pip"]
    ]


def list_environments() -> list[str]:
    return sorted(path.stem for path in (ROOT / "envs").glob("*.yaml"))


def read_rules() -> dict[str, str]:
    """The environment of each rule that runs a script; that of a training with TensorFlow where the backend decides."""
    rules = {}
    for file in (ROOT / "workflow/rules").glob("*.smk"):
        for name, body in RULE.findall(file.read_text(encoding="utf-8")):
            named = re.search(r"conda:\s+(?:\"\.\./\.\./envs/([\w-]+)\.yaml\"|TRAINING_ENVIRONMENTS)", body)
            rules[name] = named[1] or "train"
    return rules


def list_imports(environment: str) -> set[str]:
    """The modules that are imported, at any depth, by the scripts of an environment's rules; Python's own left out."""
    place = "train" if environment in BACKENDS else environment
    scripts = [SCRIPTS / f"{rule}.py" for rule, used in read_rules().items() if used == place]
    files = {file for script in scripts for file in collect_modules(script)}
    names = {name for file in files for name in list_imported(read_tree(file))}
    other_backends = {module for name, module in BACKENDS.items() if name != environment}
    return {name for name in names if name not in sys.stdlib_module_names | other_backends and not is_local(name)}


def read_tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def list_imported(code: ast.AST) -> set[str]:
    """The first parts of the names in the import statements of `code`."""
    names = set()
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def is_local(name: str) -> bool:
    return (SCRIPTS / name).is_dir() or (SCRIPTS / f"{name}.py").is_file()
