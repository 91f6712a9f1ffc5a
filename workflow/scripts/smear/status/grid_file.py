"""`results/<experiment>/cells.json`: which cells an experiment has, in the order of its grid."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from smear.files import write_json
from smear.progress import read_object

NAME = "cells.json"


def write_cells(names: list[str], experiment: Path, shorter: Mapping[str, str] = MappingProxyType({})) -> None:
    """Record the names and the time, unless the same are there; shorter: of a cell, the one that it goes on from."""
    try:
        if read_cells(experiment) == names and read_shorter(experiment) == shorter:
            return
    except ValueError:
        pass  # whatever it is, it is replaced
    time = datetime.now(UTC).isoformat(timespec="seconds")
    write_json({"cells": names, "shorter": dict(shorter), "written": time}, experiment / NAME)


def read_cells(experiment: Path) -> list[str] | None:
    """The recorded names; None where there are none, a ValueError where the file holds anything else."""
    values = read_object(experiment / NAME)
    if values is None:
        return None
    names = values.get("cells")
    if not isinstance(names, list) or not all(map(is_name, names)):
        raise ValueError(f"{NAME} holds no names of cells")
    return names


def read_shorter(experiment: Path) -> dict[str, str]:
    """Of each cell that goes on from another one, that one; a ValueError where the file holds anything else."""
    links = (read_object(experiment / NAME) or {}).get("shorter", {})
    if not isinstance(links, dict) or not all(map(is_name, links.values())):
        raise ValueError(f"{NAME} holds no names of shorter cells")
    return links


def is_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[\w.-]+", value) is not None
