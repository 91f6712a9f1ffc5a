"""Run a rule's script in a process of its own, as Snakemake does, with a stand-in for its `snakemake` object."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"

RUNNER = """
import importlib, json, sys
from types import SimpleNamespace
from smear.job import logged_to

job = json.loads(sys.argv[2], object_hook=lambda fields: SimpleNamespace(**fields))
for name, value in json.loads(sys.argv[3]).items():
    module, _, constant = name.rpartition(".")
    setattr(importlib.import_module(module), constant, value)
with logged_to(job.log[0]):
    importlib.import_module(sys.argv[1]).main(job)
"""


def run_script(name: str, job: dict, environment: dict[str, str], constants: dict[str, object]):
    """Run `main` of script `name` in no other environment, with `constants` (dotted names) changed."""
    arguments = [name, json.dumps(job), json.dumps(constants)]
    return subprocess.run(
        [sys.executable, "-c", RUNNER, *arguments],
        env={"PYTHONPATH": str(SCRIPTS), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
