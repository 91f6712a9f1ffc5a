"""Run a rule's script in a process of its own, as Snakemake does, with a stand-in for its `snakemake` object."""

import importlib
import json
import subprocess
import sys
import tempfile
from types import SimpleNamespace

from command_line import ROOT, SERVER, begin_anew

SCRIPTS = ROOT / "workflow/scripts"


def run_script(name: str, job: dict, environment: dict[str, str], constants: dict[str, object]):
    """Run `main` of script `name` in no other environment, with `constants` (dotted names) changed."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        process = SERVER.Process(
            target=become_script, args=(name, json.dumps(job), environment, constants, output.name)
        )
        process.start()
        process.join(timeout=60)
        assert process.exitcode is not None, "it takes more than a minute"
        return subprocess.CompletedProcess([name], process.exitcode, stderr=output.read())


def become_script(name: str, job: str, environment: dict[str, str], constants: dict[str, object], output: str) -> None:
    begin_anew(environment, output)
    sys.path.insert(0, str(SCRIPTS))
    from smear.job import logged_to

    snakemake = json.loads(job, object_hook=lambda fields: SimpleNamespace(**fields))
    for changed, value in constants.items():
        module, _, constant = changed.rpartition(".")
        setattr(importlib.import_module(module), constant, value)
    with logged_to(snakemake.log[0]):
        importlib.import_module(name).main(snakemake)
