"""A proposal as a list of entries: keys of the configuration, each with its value and the reason for it."""

from collections.abc import Iterable
from typing import NamedTuple


class Entry(NamedTuple):
    """One key, `section.key` or `key`, its value, and what was seen, in one line."""

    key: str
    value: object
    comment: str = ""


def to_config(entries: Iterable[Entry]) -> dict:
    """The entries as a configuration, which Snakemake merges into `config/config.yaml`."""
    config = {}
    for key, value, _ in entries:
        section, _, name = key.partition(".")
        if name:
            config.setdefault(section, {})[name] = value
        else:
            config[section] = value
    return config
