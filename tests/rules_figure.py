"""The figure of the rules, docs/images/dag.dot: its stages with their rules, and the arrows between them."""

import re
from itertools import pairwise
from pathlib import Path

IMAGES = Path(__file__).parents[1] / "docs/images"
RULE = re.compile(r"[a-z]+(?:_[a-z]+)+")


def read_stages() -> dict[str, list[str]]:
    """The rules of each stage, by its name."""
    nodes = re.findall(r"^    (\w+) \[label=<(.*?)>[\],](?:.*\])?$", read_source(), re.M)
    return {name: RULE.findall(label) for name, label in nodes}


def read_arrows() -> set[tuple[str, str]]:
    """The arrows of lines such as `a -> {b c} -> d`."""
    arrows = set()
    for line in re.findall(r"^    \w+ -> .*$", read_source(), re.M):
        groups = [re.findall(r"\w+", group) for group in line.split("->")]
        arrows |= {(first, then) for one, two in pairwise(groups) for first in one for then in two}
    return arrows


def read_source() -> str:
    return (IMAGES / "dag.dot").read_text(encoding="utf-8")
