"""A whole proposal: the entries of a configuration that the workflow accepts for the user's images."""

from pathlib import Path
from typing import NamedTuple

import yaml
from snakemake.utils import update_config

from smear.configuration.completion import complete_configuration
from smear.images.identity import check_identity
from smear.images.source import check_examined, identify_source
from smear.job import UserError, list_some
from smear.propose.entries import Entry, to_config
from smear.propose.look import Seen, look_at
from smear.propose.pixels import propose_image
from smear.propose.plan import Machine, Plan, choose_plan, describe_time, propose_threads
from smear.propose.split import SplitProposal, propose_splits
from smear.propose.table import ARCHITECTURE, MOST_REJECTED, UNEVEN
from smear.split.planning import count_folds

WORKFLOW = Path(__file__).parents[3]
SCHEMA = WORKFLOW / "schemas/config.schema.yaml"
BASE = WORKFLOW.parent / "config/config.yaml"
# The grid of a configuration that is made for a look at the images alone.
ANY_GRID = {"architecture": [ARCHITECTURE], "optimizer": ["adam"], "learning_rate": [0.001], "epochs": [1]}
# Of two classes, words for the negative one.
NEGATIVE = ("benign", "control", "healthy", "negative", "noninfected", "normal", "uninfected")


class Proposal(NamedTuple):
    """Entries of a configuration, the same completed, and what they were made from."""

    entries: list[Entry]
    config: dict
    seen: Seen
    plan: Plan
    machine: Machine


def complete(config: dict) -> dict:
    """A configuration file as the workflow reads it, on top of `config/config.yaml`; a UserError for its faults."""
    whole = yaml.safe_load(BASE.read_text(encoding="utf-8"))
    update_config(whole, config)
    return complete_configuration(whole, SCHEMA)


def propose(name: str, dataset: dict, machine: Machine) -> Proposal:
    """Propose a configuration for the images of `dataset`, the user's keys of this section.

    Errors: a UserError, with the workflow's own sentence, for images or keys that it could not use.
    """
    dataset = {"source": "folder", "path": None, "variant": None, "name": name} | dataset
    config = complete({"experiment": name, "dataset": dataset, "grid": ANY_GRID})
    seen = look_at(config, machine.cores)
    refusal = None
    for split in propose_splits(seen, config["split"]["fractions"]):
        plan = choose_plan(seen.counts, split.fractions, split.folds, seen.side, machine)
        if split.folds and not plan.fits:
            continue
        entries = list_entries(name, dataset, seen, split, plan, machine)
        try:
            return Proposal(entries, check(to_config(entries), seen), seen, plan, machine)
        except UserError as error:
            refusal = error
    raise refusal


def check(config: dict, seen: Seen) -> dict:
    """The completed configuration, if the workflow accepts it for these images, as each call of it asks."""
    config = complete(config)
    name = config["dataset"]["name"]
    check_examined(config, seen.examined._replace(notes=[]))
    count_folds(config, seen.sources)
    check_identity(identify_source(config["dataset"], seen.examined), Path("results/datasets") / name, name)
    return config


def list_entries(
    name: str, dataset: dict, seen: Seen, split: SplitProposal, plan: Plan, machine: Machine
) -> list[Entry]:
    """All entries, in the order of the file."""
    return [
        Entry("experiment", name, f"results/{name}/"),
        *propose_dataset(dataset, seen),
        *split.entries,
        *propose_image(seen, plan.size, machine.gpus),
        *propose_embeddings(plan),
        Entry("model.weights", "imagenet", "installed with the workflow, no download"),
        *propose_grid(plan, machine),
        *propose_training(seen, plan, machine),
    ]


def propose_dataset(dataset: dict, seen: Seen) -> list[Entry]:
    """Entries for `dataset`: the user's keys, and what the classes and the opened files suggest."""
    comments = {
        "path": f"{seen.images:,} images",
        "variant": "" if dataset["variant"] else "the only set of class folders here",
        "name": f"results/datasets/{dataset['name']}/",
    }
    entries = [Entry(f"dataset.{key}", value, comments.get(key, "")) for key, value in dataset.items()]
    if len(seen.counts) == 2 and "positive" not in dataset:
        entries.append(propose_positive(list(seen.counts)))
    files = len(seen.sample) + len(seen.rejected)
    if seen.rejected and "max_rejected_share" not in dataset and len(seen.rejected) <= MOST_REJECTED * files:
        reason = f"no usable image among {files:,} opened: {list_some(seen.rejected, 1)}; rejected.csv will list all"
        entries.append(Entry("dataset.max_rejected_share", MOST_REJECTED, reason))
    return entries


def propose_positive(classes: list[str]) -> Entry:
    """The positive one of two classes: the other one where one is named like the negative, else the last."""
    first, last = sorted(classes)
    swapped = is_negative(last) and not is_negative(first)
    named = (
        " is named like the negative one" if swapped or is_negative(first) else ": set the other one if that is wrong"
    )
    positive, other = (first, last) if swapped else (last, first)
    reason = f"for sensitivity, specificity and a threshold; {list_some([other])}{named}"
    return Entry("dataset.positive", positive, reason)


def is_negative(name: str) -> bool:
    """Whether a class is named like the negative one."""
    return name.casefold().replace("-", "").replace("_", "") in NEGATIVE


def propose_embeddings(plan: Plan) -> list[Entry]:
    """The entry for `embeddings`."""
    return [Entry("embeddings.size", plan.embedding_size, "for the linear probe beside the networks")]


def propose_grid(plan: Plan, machine: Machine) -> list[Entry]:
    """Entries for `grid`, with the time that it takes."""
    comments = {
        "architecture": "starts from ImageNet weights, all layers are trained",
        "optimizer": describe_time(plan, machine),
        "epochs": "a longer run continues the shorter one" if len(plan.grid["epochs"]) > 1 else "",
    }
    return [Entry(f"grid.{axis}", values, comments.get(axis, "")) for axis, values in plan.grid.items()]


def propose_training(seen: Seen, plan: Plan, machine: Machine) -> list[Entry]:
    """Entries for `training`."""
    entries = [propose_threads(plan, machine)]
    most, least = max(seen.counts.values()), min(seen.counts.values())
    if most >= UNEVEN * least:
        entries.append(Entry("training.class_weights", "balanced", f"uneven classes: {least:,} to {most:,} images"))
    return entries
