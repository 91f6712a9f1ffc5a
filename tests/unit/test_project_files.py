"""The files that a repository is known by: valid by their schemas, and in agreement with the project and each other."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    "vendor.citation-file-format": ["CITATION.cff"],
    "vendor.github-workflows": [".github/workflows/ci.yml", ".github/workflows/conda.yml"],
    "vendor.github-issue-forms": [f".github/ISSUE_TEMPLATE/{name}.yml" for name in ("bug", "feature", "question")],
    "vendor.github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
}
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "config/README.md", *ROOT.glob("benchmarks/*.md")]
GROUPS = {"Runs again after an upgrade", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


PROJECT = tomllib.loads(read("pyproject.toml"))["project"]


@pytest.mark.slow
@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_are_valid_by_their_schema(schema):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *SCHEMAS[schema]]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_file_with_a_schema_is_checked():
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml")}
    assert files == {name for names in SCHEMAS.values() for name in names if name.startswith(".github")}


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load(read("CITATION.cff"))
    assert [citation[key] for key in ("title", "version", "license")] == [
        PROJECT[key] for key in ("name", "version", "license")
    ]
    assert citation["abstract"] == PROJECT["description"]


def test_ci_runs_the_gate_and_nothing_else_on_every_python():
    (job,) = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    low, high = map(int, re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups())
    assert job["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(low, high)]


@pytest.mark.parametrize("name", SCHEMAS["vendor.github-workflows"])
def test_actions_are_pinned_and_may_write_nothing(name):
    workflow = yaml.safe_load(read(name))
    uses = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert uses
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+(\.\d+)*", each) for each in uses)
    assert workflow["permissions"] == {"contents": "read"}


def test_the_workflow_catalog_finds_what_it_needs():
    usage = yaml.safe_load(read(".snakemake-workflow-catalog.yml"))["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert {"conda", "apptainer", "apptainer+conda"} == set(usage["software-stack-deployment"])
    assert {"snakemake", "workflow"} <= set(read("README.md").lower().split())
    for name in ("workflow/Snakefile", "config/README.md", "workflow/schemas/config.schema.yaml"):
        assert (ROOT / name).is_file(), name


def test_changes_stand_in_groups():
    text = read("CHANGELOG.md")
    assert set(re.findall(r"^### (.*)$", text, re.M)) <= GROUPS
    assert re.findall(r"^## (.*)$", text, re.M)[0] == "[Unreleased]"


def test_make_help_lists_every_public_target():
    """A `.PHONY` line with a comment is of targets that others call."""
    makefile = read("Makefile")
    public = {name for line in re.findall(r"^\.PHONY: ([^#\n]*)$", makefile, re.M) for name in line.split()}
    lines = re.findall(r'^\t@echo "make (.*)"$', makefile, re.M)
    listed = {name for line in lines for name in re.findall(r"(?:^|, make )([\w-]+)", line)}
    assert listed == public
    assert all(re.search(r"  \S", line) for line in lines), "what it does, behind its name"


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    text = re.sub(r"`[^`\n]*`", "", page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if not link.startswith("https://"):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link
