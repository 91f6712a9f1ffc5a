"""The environments in envs/ hold what their scripts import, within bounds that the locked versions lie in."""

import sys
import tomllib
from functools import cache
from importlib.metadata import requires

import pytest
import yaml
from environments.specifications import (
    BACKENDS,
    ROOT,
    SCRIPTS,
    list_environments,
    list_imported,
    list_imports,
    read_dependencies,
    read_packages,
    read_rules,
    read_tree,
)
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from smear.training.architectures.registry import PACKAGED_WEIGHTS

PACKAGES = {
    "PIL": "pillow",
    "faiss": "faiss-cpu",
    "matplotlib": "matplotlib-base",
    "seaborn": "seaborn-base",
    "sklearn": "scikit-learn",
    "torch": "pytorch",
}
# The lock serves TensorFlow; the other backends are installed by hand or by conda. uv takes the place of pip.
NOT_LOCKED = {"jax", "pip", "pytorch"}
# kaggle imports six without declaring it, and conda leaves to pip what conda-forge does not have.
UNSEEN = {"fetch": {"pip", "six"}}
# What a package of the environment brings along under a name of its own.
BROUGHT = {"kagglesdk": "kaggle"}


@cache
def read_toml(name: str) -> dict:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


def read_locked_versions(conda_name: str) -> set[str]:
    """The versions in the lock, one for each Python and platform that needs its own; conda-forge's `-base` is short."""
    name = conda_name.removesuffix("-base")
    return {package["version"] for package in read_toml("uv.lock")["package"] if package["name"] == name}


def test_every_rule_has_an_environment():
    rules = read_rules()
    assert {f"{rule}.py" for rule in rules} == {path.name for path in SCRIPTS.glob("*.py")}
    assert {*rules.values(), *BACKENDS} == set(list_environments())


@pytest.mark.parametrize("environment", list_environments())
def test_packages_come_from_conda_forge_within_bounds(environment):
    content = yaml.safe_load((ROOT / f"envs/{environment}.yaml").read_text(encoding="utf-8"))
    assert content["channels"] == ["conda-forge", "nodefaults"]
    entries, _ = read_dependencies(environment)
    assert entries == sorted(entries, key=lambda entry: (entry[:7] != "python ", entry))
    for name, bounds in read_packages(environment).items():
        assert sorted(bound.operator for bound in bounds) == ["<", ">="], name


@pytest.mark.parametrize("environment", list_environments())
def test_the_locked_versions_are_within_the_bounds(environment):
    packages = read_packages(environment)
    assert packages.pop("python") == SpecifierSet(read_toml("pyproject.toml")["project"]["requires-python"])
    for name in packages.keys() - NOT_LOCKED:
        locked = read_locked_versions(name)
        assert locked, name
        assert all(version in packages[name] for version in locked), (name, locked)


def test_what_pip_installs_is_locked_in_the_same_version():
    packages = {name: list(map(Requirement, read_dependencies(name)[1])) for name in list_environments()}
    assert {name for name, wanted in packages.items() if wanted} == {"fetch"}
    weights = {f"{one.package}=={one.version}" for one in PACKAGED_WEIGHTS.values()}
    assert {f"{one.name}{one.specifier}" for one in packages["fetch"]} == weights
    assert all(read_locked_versions(one.package) == {one.version} for one in PACKAGED_WEIGHTS.values())


def test_tensorflow_is_locked_once_under_both_names():
    assert read_locked_versions("tensorflow") == read_locked_versions("tensorflow-cpu")


@pytest.mark.parametrize("environment", list_environments())
def test_an_environment_holds_what_its_scripts_import_and_no_more(environment):
    imported = {PACKAGES.get(name, name) for name in list_imports(environment)}
    brought = {name for name in imported if name in BROUGHT}
    needed = (imported - brought) | UNSEEN.get(environment, set()) | {"python"}
    assert needed == set(read_packages(environment))
    for name in brought:
        assert name in {Requirement(text).name for text in requires(BROUGHT[name])}


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.py")))
def test_a_script_shuts_other_packages_out_before_it_imports_any(script):
    statements = [node for node in read_tree(SCRIPTS / script).body if list_imported(node) - sys.stdlib_module_names]
    assert [alias.name for alias in statements[0].names] == ["smear.environment"]
