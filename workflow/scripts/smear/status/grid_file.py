"""`results/<experiment>/cells.json`: which cells an experiment has, in the order of its grid, and what each is."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from smear.files import write_json
from smear.progress import read_object

NAME = "cells.json"


def write_cells(cells: Mapping[str, dict], experiment: Path, shorter: Mapping[str, str] = MappingProxyType({})) -> None:
    """Record the cells and the time, unless the same are there.

    cells: the hyperparameters of each by its name. shorter: of a cell, the shorter run that it continues.
    """
    values = {"cells": list(cells), "hyperparameters": dict(cells), "shorter": dict(shorter)}
    try:
        known = read_object(experiment / NAME) or {}
        if {key: known.get(key) for key in values} == values:
            return
    except ValueError:
        pass  # whatever it is, it is replaced
    write_json(values | {"written": datetime.now(UTC).isoformat(timespec="seconds")}, experiment / NAME)


def read_cells(experiment: Path) -> list[str] | None:
    """The recorded names; None where there are none, a ValueError where the file holds anything else."""
    values = read_object(experiment / NAME)
    if values is None:
        return None
    names = values.get("cells")
    if not isinstance(names, list) or not all(map(is_name, names)):
        raise ValueError(f"{NAME} holds no names of grid cells")
    return names


def read_shorter(experiment: Path) -> dict[str, str]:
    """Of each cell that continues a shorter run, that run; a ValueError where the file holds anything else."""
    links = (read_object(experiment / NAME) or {}).get("shorter", {})
    if not isinstance(links, dict) or not all(map(is_name, links.values())):
        raise ValueError(f"{NAME} holds no names of shorter runs")
    return links


def read_hyperparameters(experiment: Path) -> dict[str, dict]:
    """Of each cell its hyperparameters, as far as recorded; a ValueError where the file holds anything else."""
    found = (read_object(experiment / NAME) or {}).get("hyperparameters", {})
    if not isinstance(found, dict) or not all(isinstance(values, dict) for values in found.values()):
        raise ValueError(f"{NAME} holds no hyperparameters of grid cells")
    return found


def is_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[\w.-]+", value) is not None
