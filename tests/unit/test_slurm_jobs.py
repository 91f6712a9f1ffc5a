"""Which jobs an earlier call has left behind, with made-up commands of SLURM; which rules become jobs at all."""

import os
import re
from pathlib import Path

import pytest
from command_line import ROOT
from smear.scheduling.slurm_jobs import cancel_jobs, find_jobs

UUID = "38789925-6be9-4a86-ab98-94623e272906"


@pytest.fixture
def queue(tmp_path, monkeypatch):
    """A squeue that prints a file, or its first columns where only those are wanted, and a scancel that empties it."""
    listing = tmp_path / "listing"
    programs = {
        "squeue": f"case \"$*\" in *%Z*) cat '{listing}';; *) cut -d '|' -f 1 '{listing}';; esac",
        "scancel": f"echo \"$*\" > '{tmp_path}/canceled'; : > '{listing}'",
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return listing


def test_only_jobs_of_this_folder_that_snakemake_has_named_are_found(queue):
    queue.write_text(
        f"11|blastgrid_{UUID}|/runs/a b\n12|{UUID}|/runs/a b\n12|{UUID}|/runs/a b\n13|{UUID}|/runs/other\n"
        f"14|snakemake|/runs/a b\n15|x{UUID}|/runs/a b\n16|blastgrid_{UUID}|/runs/a b|c\n"
    )
    assert find_jobs(Path("/runs/a b")) == ["11", "12"]
    assert find_jobs(Path("/runs/a b|c")) == ["16"]


def test_jobs_are_canceled_and_waited_for(queue):
    queue.write_text(f"11|{UUID}|/runs/a\n12|{UUID}|/runs/a\n")
    assert list(cancel_jobs(["11", "12"])) == ["Ending jobs of an earlier call on the cluster: 11, 12"]
    assert queue.with_name("canceled").read_text() == "11 12\n"


def test_without_jobs_nothing_is_canceled(queue):
    assert list(cancel_jobs([])) == []
    assert not queue.with_name("canceled").exists()


def test_a_cluster_of_another_kind_has_no_such_jobs(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_jobs(Path("/runs/a")) == []


def test_the_documented_jobs_are_the_rules_that_run_on_the_cluster():
    files = [ROOT / "workflow/Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    rules = set(re.findall(r"^ *(?:rule|checkpoint) (\w+):", text, re.M))
    local = {name for block in re.findall(r"localrules:\n((?: +\w+,\n)+)", text) for name in re.findall(r"\w+", block)}
    table = (ROOT / "docs/cluster.md").read_text(encoding="utf-8").partition("\n| job |")[2].partition("\n\n")[0]
    documented = {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    }
    assert documented == rules - local
