"""Why a job would run again, in a few words."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from smear.grid import AXES
from smear.job import show_name
from smear.why.made_with import MadeWith
from smear.why.plan import Plan, Planned

CODE = "workflow/scripts"
REGISTRY = f"{CODE}/smear/training/architectures/registry.py"
# Parameters that are digests, or long lists.
SUMMED_UP = {
    "content": "changed images of the source",
    "reference": "changed file of published digests",
    "files": "changed template or published figures",
    "cells": "another grid",
}
LONGEST = 60  # letters of a value


class Cause(NamedTuple):
    """head: what has changed. detail: to what; jobs whose causes have the same heads stand in one line."""

    head: str
    detail: str = ""


def find_causes(job: Planned, plan: Plan, known_cells: dict[str, dict] | None, made_with: MadeWith) -> list[Cause]:
    """The causes of a planned job, its own ones before those that come from others.

    known_cells: the hyperparameters of the cells of the last call; None where there was none.
    """
    causes = [*find_missing(job, plan, known_cells), *compare_params(job, plan.config, made_with)]
    causes += [Cause("changed input", path) for path in job.newer]
    if job.other_inputs:
        causes.append(Cause("another set of input files"))
    if job.environment:
        causes.append(Cause("another conda environment"))
    if job.forced and not causes:
        causes.append(Cause("forced, or interrupted before"))
    return causes or [
        Cause("continues a shorter run") if rule == job.rule else Cause("follows", rule) for rule in job.follows
    ]


def find_missing(job: Planned, plan: Plan, known_cells: dict[str, dict] | None) -> Iterator[Cause]:
    """What is said of outputs that are not there."""
    if not job.missing:
        return
    if job.made:
        yield from (Cause("missing", path if job.cell is None else Path(path).name) for path in job.missing)
    elif job.cell is None:
        yield Cause("not made yet")
    elif known_cells is None or job.cell in known_cells:
        yield Cause("not trained yet")
    else:
        yield from find_new_values(plan.cells[job.cell], list(known_cells.values()))


def find_new_values(cell: dict, known: list[dict]) -> list[Cause]:
    """The hyperparameters of a new cell that no other had; a cell may combine old ones."""
    causes = []
    for name, value in cell.items():
        axis = AXES.get(name)
        default = axis.default if axis else None
        if all(other.get(name, default) != value for other in known):
            causes.append(Cause(f"new {name}", axis.write(value) if axis else str(value)))
    return causes or [Cause("new combination in the grid")]


def compare_params(job: Planned, config: dict, made_with: MadeWith) -> Iterator[Cause]:
    """What has changed among the parameters of a job since it ran."""
    if not job.gone and not job.come:
        return
    past = made_with.jobs.get(job.output)
    if past is None or not job.gone <= set(past.values()):
        past = guess_past(job)
    for name, now in job.params.items():
        if past.get(name) != now:
            yield from describe_change(name, past.get(name), now, job, config, made_with)


def guess_past(job: Planned) -> dict[str, str]:
    """The former parameters by name, where nothing recorded them: a value that is gone belongs to the one like it."""
    past = {}
    for name, now in job.params.items():
        alike = [old for old in job.gone if is_alike(old, now)]
        if now not in job.come:
            past[name] = now
        elif len(alike) == 1:
            past[name] = alike[0]
    return past


def is_alike(one: str, other: str) -> bool:
    """Whether two written values can be those of one parameter: of one kind, mappings with the same keys."""
    one, other = read_value(one), read_value(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other)
    return type(one) is type(other)


def describe_change(
    name: str, old: str | None, now: str, job: Planned, config: dict, made_with: MadeWith
) -> Iterator[Cause]:
    """The causes that one parameter gives. old: None where it is not known."""
    if name == "code":
        yield from compare_modules(job, made_with.code.get(read_value(old)))
    elif name == "architecture":
        yield Cause("edited", REGISTRY)
    elif name in SUMMED_UP:
        yield Cause(SUMMED_UP[name])
    else:
        before, after = read_value(old), read_value(now)
        for path, values in compare_values(name, before, after):
            key = name_key(path, values[1], config)
            yield Cause(key, f"{show(values[0])} → {show(values[1])}" if old is not None else f"now {show(values[1])}")


def compare_modules(job: Planned, past: dict[str, str] | None) -> list[Cause]:
    """The modules that are not as they were. past: None where it is not known which there were."""
    if past is None:
        return [Cause("edited", f"{CODE}/{job.rule}.py or a module that it imports")]
    changed = sorted(name for name in {*past, *job.modules} if past.get(name) != job.modules.get(name))
    return [Cause("edited", f"{CODE}/{name}") for name in changed]


def compare_values(name: str, old: object, new: object) -> Iterator[tuple[str, tuple[object, object]]]:
    """What differs between two values of a parameter: of mappings, each key that does, with the name of its place."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in new:
            if old.get(key) != new[key]:
                inner = f"{name}.{key}" if isinstance(new[key], dict) or name not in ("settings", "cell") else key
                yield from compare_values(inner.removeprefix("settings."), old.get(key), new[key])
    elif old != new:
        yield name, (old, new)


def name_key(path: str, value: object, config: dict) -> str:
    """The key of the configuration that ends in `path` and has this value; `path` where not exactly one does."""
    keys = [key for key, other in list_keys(config) if f".{key}".endswith(f".{path}") and other == value]
    return keys[0] if len(keys) == 1 else path


def list_keys(config: dict, before: str = "") -> Iterator[tuple[str, object]]:
    """All keys of a configuration with dots between their levels, and their values."""
    for name, value in config.items():
        yield f"{before}{name}", value
        if isinstance(value, dict):
            yield from list_keys(value, f"{before}{name}.")


def read_value(text: str | None) -> object:
    """The value that was written as Python would write it; the text where it is something else."""
    try:
        return ast.literal_eval(text) if text is not None else None
    except (ValueError, SyntaxError):
        return text


def show(value: object) -> str:
    """A value as YAML would have it, cut where it is long."""
    return show_name(value if isinstance(value, str) else json.dumps(value, default=str), LONGEST)
