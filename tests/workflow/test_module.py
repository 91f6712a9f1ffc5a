"""The workflow as a module of another one, which has a configuration, a command line and rules of its own."""

import subprocess
import sys

import pytest
import yaml

pytestmark = pytest.mark.rare

OUTER = """
configfile: "settings.yaml"


module smears:
    snakefile:
        config["snakefile"]
    config:
        config["smears"]


use rule * from smears as smears_*


rule accuracy:
    input:
        "results/inner/report/test_metrics.json",
    output:
        "accuracy.json",
    default_target: True
    shell:
        "cp {input:q} {output:q}"
"""


@pytest.fixture(scope="module")
def outer(project, tmp_path_factory):
    """A folder with another workflow."""
    folder = tmp_path_factory.mktemp("outer")
    settings = yaml.safe_load((project.folder / "config/tiny.yaml").read_text()) | {"experiment": "inner"}
    settings["grid"]["optimizer"] = ["adam"]
    paths = {"snakefile": str(project.folder / "workflow/Snakefile"), "smears": settings}
    (folder / "settings.yaml").write_text(yaml.safe_dump(paths))
    (folder / "Snakefile").write_text(OUTER)
    return folder


def snakemake(folder, *arguments: str) -> str:
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
    result = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert result.returncode == 0, result.stdout
    return result.stdout


def test_its_results_feed_another_rule_and_are_kept(outer, project):
    # A key of the other workflow on the command line is none of the module's.
    output = snakemake(outer, "--config", "color=blue")
    assert (outer / "accuracy.json").read_bytes() == (outer / "results/inner/report/test_metrics.json").read_bytes()
    assert "rule smears_train_cell:" in output
    assert "smears_select_cell" in output
    assert not (project.folder / "results").exists()
    keep = ("--rerun-triggers", "mtime", "params", "input", "--config", "color=red")
    assert "Nothing to be done" in snakemake(outer, *keep)


def test_a_mistake_in_its_configuration_is_named(outer):
    settings = (outer / "settings.yaml").read_text()
    try:
        (outer / "settings.yaml").write_text(settings.replace("size: 32", "sise: 32"))
        with pytest.raises(AssertionError, match="unknown key sise in image"):
            snakemake(outer, "--dry-run")
    finally:
        (outer / "settings.yaml").write_text(settings)
