"""What Snakemake has planned, in plain values, and how the rules hand it over."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Planned(NamedTuple):
    """A job that a call would run.

    output: its first output file, by which it is known from one call to the next. cell, experiment: where it trains a
    cell, its name and its experiment's folder in `results/`. params: the values of its parameters by name, written as
    Snakemake records them. gone, come: those that were recorded when it ran and are no more, and the new ones. modules:
    SHA-256 of the code of its script and the modules behind it. made: whether any of its outputs is there. missing:
    outputs that are wanted and not there. newer: inputs newer than its outputs, and of other content. other_inputs:
    whether its set of inputs is another one. forced: whether it is forced, or was interrupted. environment: whether its
    conda environment is another one. follows: the rules of jobs that are run before it and make an input of it.
    """

    rule: str
    output: str
    cell: str | None = None
    params: dict[str, str] = {}  # noqa: RUF012 (never changed)
    gone: frozenset[str] = frozenset()
    come: frozenset[str] = frozenset()
    modules: dict[str, str] = {}  # noqa: RUF012
    made: bool = True
    missing: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    other_inputs: bool = False
    forced: bool = False
    environment: bool = False
    follows: tuple[str, ...] = ()
    experiment: str | None = None


class Plan(NamedTuple):
    """All that a call would do.

    cells: the hyperparameters of each cell of the grid. hours: of trainings, `(experiment, cell)`; None where there is
    no estimate. basis: what they are estimated for. disk: the sentence on the disk that is needed, if any.
    """

    experiment: Path
    dataset: Path
    config: dict
    cells: dict[str, dict]
    jobs: list[Planned]
    hours: Callable[[list[tuple[str, str]]], float] | None = None
    basis: str = ""
    disk: str | None = None


OFFERED: list[Callable[[], Plan]] = []


def offer_plan(get_plan: Callable[[], Plan]) -> None:
    """Let who has called Snakemake in this process ask for the plan; the rules call it while they are read."""
    OFFERED[:] = [get_plan]
