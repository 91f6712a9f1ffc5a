"""`results/<experiment>/made_with.json`: the parameters and modules that jobs were last started with.

Snakemake records the values of parameters without their names, and of code a digest alone. This file has the names. It
is written when a call starts, and no job reads it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from smear.files import read_json, write_json
from smear.why.plan import Planned

NAME = "made_with.json"


class MadeWith(NamedTuple):
    """jobs: of each job, known by its first output, its parameters by name, as `Planned` has them. code: of each digest
    of code, the SHA-256 of its modules by their paths."""

    jobs: dict[str, dict[str, str]]
    code: dict[str, dict[str, str]]


def read_made_with(experiment: Path) -> MadeWith:
    """What is recorded; nothing where there is no such file, or another one."""
    try:
        known = read_json(experiment / NAME)
        jobs, code = known["jobs"], known["code"]
    except (OSError, ValueError, KeyError, TypeError):
        return MadeWith({}, {})
    return MadeWith(jobs, code) if is_table(jobs) and is_table(code) else MadeWith({}, {})


def is_table(value: object) -> bool:
    """Whether a value holds mappings of texts by names."""
    rows = value.values() if isinstance(value, dict) else [None]
    return all(isinstance(row, dict) and all(isinstance(text, str) for text in row.values()) for row in rows)


def record_made_with(experiment: Path, jobs: Iterable[Planned]) -> None:
    """Record the jobs of a call that starts; of others what is known stays, without code that made none of them."""
    known = read_made_with(experiment)
    jobs = list(jobs)
    params = known.jobs | {job.output: job.params for job in jobs}
    code = known.code | {job.params["code"].strip("'"): job.modules for job in jobs if "code" in job.params}
    used = {each["code"].strip("'") for each in params.values() if "code" in each}
    made_with = MadeWith(params, {digest: modules for digest, modules in code.items() if digest in used})
    if made_with != known:
        write_json(made_with._asdict(), experiment / NAME)
