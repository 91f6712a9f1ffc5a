"""A digest of a script and of the local modules it imports, so that no result goes stale unseen.

Snakemake does not look into imported modules. As a parameter of the rule, the digest makes it rerun what a change in
any of them concerns. What decides no result does not count: comments, docstrings and layout, what is logged, the
messages of a `UserError`, and the modules that are made of them.
"""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

MESSAGES = {"smear/job.py", "smear/images/announcements.py", "smear/images/layout_faults.py"}
DOCUMENTED = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef


def digest_code(script: Path, unused: Iterable[str] = (), named: Iterable[str] = ()) -> str:
    """SHA-256 of the syntax trees of `script` and, transitively, of the modules beside it that it imports.

    unused: paths of modules, from the script's folder, that it imports in some configurations, and not in this one.
    named: paths of modules that it imports by a name which no import statement gives.
    """
    digest = hashlib.sha256()
    for path in collect_modules(script, {*MESSAGES, *unused}, named):
        digest.update(path.relative_to(script.parent).as_posix().encode() + b"\0")
        digest.update(read_code(path).tree.encode() + b"\0")
    return digest.hexdigest()


def digest_modules(script: Path, unused: Iterable[str] = (), named: Iterable[str] = ()) -> dict[str, str]:
    """SHA-256 of each syntax tree that `digest_code` takes together, by its module's path from the script's folder."""
    return {
        path.relative_to(script.parent).as_posix(): hashlib.sha256(read_code(path).tree.encode()).hexdigest()
        for path in collect_modules(script, {*MESSAGES, *unused}, named)
    }


def collect_modules(script: Path, unused: Iterable[str] = (), named: Iterable[str] = ()) -> list[Path]:
    """`script`, `named` and the local modules that they import, directly or through others, sorted; not the unused."""
    unused = {script.parent / name for name in unused}
    found, waiting = set(), [script, *(script.parent / name for name in named)]
    while waiting:
        path = waiting.pop()
        if path not in found and path not in unused:
            found.add(path)
            waiting += find_files(read_code(path).imports, script.parent)
    return sorted(found)


class Code(NamedTuple):
    """What counts of a module: the names that its import statements give, at any depth, and its tree as text."""

    imports: frozenset[str]
    tree: str


def read_code(path: Path) -> Code:
    return parse(path.read_text(encoding="utf-8"))


@cache  # most modules belong to many scripts, and a cluster reads the rules again in each job
def parse(text: str) -> Code:
    """What counts of a module's text."""
    tree = ast.parse(text)
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        strip_text(node)
    return Code(frozenset(names), ast.dump(tree))


def find_files(names: Iterable[str], root: Path) -> set[Path]:
    """Files below `root` that these names of modules, and of what stands in them, lead to."""
    modules = list_modules(root)
    parts = [name.split(".") for name in names]
    # Importing a.b.c runs a and a.b as well.
    prefixes = {".".join(name[:depth]) for name in parts for depth in range(1, len(name) + 1)}
    return {modules[name] for name in prefixes if name in modules}


@cache
def list_modules(root: Path) -> dict[str, Path]:
    """Every module and package below `root`, by the name that an import gives it."""
    modules = {}
    for file in root.rglob("*.py"):
        module = file.parent if file.name == "__init__.py" else file.with_suffix("")
        modules[".".join(module.relative_to(root).parts)] = file
    return modules


def strip_text(node: ast.AST) -> None:
    """Remove a docstring, and what is given to `UserError(…)` and to `log.info(…)` and its like."""
    if isinstance(node, DOCUMENTED):
        node.body = [part for index, part in enumerate(node.body) if index or not is_text(part)]
    elif isinstance(node, ast.Call) and is_message(node.func):
        node.args, node.keywords = [], []


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def is_message(function: ast.expr) -> bool:
    """Whether what is called writes to the log, or is the error that a user reads; see `smear/job.py`."""
    if isinstance(function, ast.Attribute):
        return isinstance(function.value, ast.Name) and function.value.id == "log"
    return isinstance(function, ast.Name) and function.id == "UserError"
