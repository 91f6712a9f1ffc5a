"""Folders of images to be proposed for, and what a proposal says as a file."""

import os
from pathlib import Path

import yaml
from folders import picture
from smear.configuration.completion import complete_configuration
from smear.images.source import check_examined, examine_source
from smear.propose.plan import Machine
from smear.propose.proposal import SCHEMA, Proposal, complete, propose
from smear.propose.writing import render

MACHINE = Machine(2, 0)
PICTURES = [picture(seed) for seed in range(8)]


def fill(folder: Path, paths: list[str]) -> Path:
    """A folder with a small picture at each path; few are written, and the others are links to them."""
    written = {}
    for number, path in enumerate(paths):
        place, kind = folder / path, number % len(PICTURES)
        place.parent.mkdir(parents=True, exist_ok=True)
        if kind in written:
            os.link(written[kind], place)
        else:
            place.write_bytes(PICTURES[kind])
            written[kind] = place
    return folder


def name_images(counts: dict[str, int], name=lambda folder, number: f"{number}.png") -> list[str]:
    """Paths of so many images in each folder."""
    return [f"{folder}/{name(folder, number)}" for folder, count in counts.items() for number in range(count)]


def propose_for(folder: Path, machine: Machine = MACHINE, **dataset) -> Proposal:
    """The proposal for a folder."""
    return propose("own", {"source": "folder", "path": str(folder), **dataset}, machine)


def read_file(proposal: Proposal) -> dict:
    """The file of a proposal as it is read again."""
    images = proposal.config["dataset"]["path"]
    return yaml.safe_load(render(proposal, Path("config/own.yaml"), images))


def accept(config: dict) -> dict[str, int]:
    """Images of each class, if the workflow accepts a file: a UserError otherwise."""
    whole = complete(config)
    assert complete_configuration(whole, SCHEMA) == whole
    return check_examined(whole, examine_source(whole["dataset"]))
