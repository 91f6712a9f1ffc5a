# Helpers of the rules: takes the configuration and the names of internals.smk, makes names, parameters and messages. No
# rule is defined here.

import os
import re
import sys

from snakemake.utils import update_config

SCRIPTS = ROOT / "workflow" / "scripts"
sys.path.insert(0, str(SCRIPTS))

from smear.code_digest import digest_code
from smear.configuration.command_line import find_names, read_values
from smear.configuration.completion import complete_configuration, read_schema
from smear.configuration.renamed import rename_old_names
from smear.configuration.threshold import find_positive
from smear.environment import announce_environment
from smear.grid import AXES, expand_grid, find_cell, link_shorter
from smear.images.identity import check_identity
from smear.images.source import check_examined, examine_source, identify_source
from smear.interpreter import name_interpreter
from smear.job import FULL, UserError, describe_full_disk
from smear.provenance import digest_file
from smear.report.findings import list_figures
from smear.scheduling.gpus import find_gpus
from smear.scheduling.orphan import announce_snakemake
from smear.split.planning import count_folds, get_shared_columns, gives_groups
from smear.split.targets import SPLITS
from smear.split.variants import list_variants
from smear.training_images import has_donor


def ask(question, *arguments):
    """Call a function of the scripts; a user's mistake, or a full disk, ends the workflow with its sentence."""
    try:
        return question(*arguments)
    except OSError as error:
        if error.errno not in FULL:
            raise
        sys.exit(f"blastgrid: {describe_full_disk(error, Path())}")
    except UserError as error:
        # No WorkflowError: Snakemake prints the places in the code that it came through.
        sys.exit(f"blastgrid: {error}")


name_interpreter()
announce_environment()
announce_snakemake()
SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
if is_main_workflow():
    schema = read_schema(SCHEMA)
    for key, name in find_names(get_command_line_config(), sys.argv[1:], schema).items():
        set_command_line_config(key, name)
    update_config(config, read_values(get_command_line_config(), schema, schema))
HINTS = rename_old_names(config)
config = ask(complete_configuration, config, SCHEMA)
DATASET = config["dataset"]["name"]
EXPERIMENT = config["experiment"]
SOURCE = config["dataset"]["source"]
EXAMINED = ask(examine_source, config["dataset"])
CLASS_COUNTS = ask(check_examined, config, EXAMINED)
VARIANTS = list_variants(config)
FOLDS = ask(count_folds, config, EXAMINED and EXAMINED.list_sources())
HAS_GROUPS = ask(gives_groups, config)
POSITIVE = find_positive(config)
CELLS = {cell.name: cell for cell in expand_grid(config["grid"], FOLDS)}
SHORTER = link_shorter(CELLS.values()) if config["training"]["share_epochs"] else {}
FIGURES = list_figures({cell.architecture for cell in CELLS.values()})
COLORS = list(dict.fromkeys(cell.color for cell in CELLS.values()))
IDENTITY = identify_source(config["dataset"], EXAMINED)
ask(check_identity, IDENTITY, Path("results/datasets") / DATASET, DATASET)
GPUS = find_gpus()
TRAINING_ENVIRONMENTS = {
    "tensorflow": "../../envs/train.yaml",
    "jax": "../../envs/train-jax.yaml",
    "torch": "../../envs/train-torch.yaml",
}
OTHER_BACKENDS = [
    f"smear/training/backends/on_{name}.py" for name in TRAINING_ENVIRONMENTS if name != config["training"]["backend"]
]


def check_targets(targets):
    """Raise a UserError for a target that is a cell outside the grid."""
    folders = [Path("results") / experiment / "cells" for experiment in VARIANTS]
    for target in map(Path, targets):
        for folder in folders:
            if folder in target.parents:
                find_cell(target.relative_to(folder).parts[0], list(CELLS.values()))


# Snakemake does not know its targets yet while it reads this file.
if is_main_workflow():
    ask(check_targets, sys.argv[1:])


def name_own_file(name):
    """The path of a file of this workflow from the working folder, so that it has the same name in a copy elsewhere.

    As an input it is `ancient`, and its digest a parameter: a fresh clone's files are later than any result.
    """
    return os.path.relpath(ROOT / name)


def verbatim(*keys):
    """A parameter's function: a value of the configuration as it is, for Snakemake reads wildcards into a plain text."""

    def get_value(wildcards):
        value = config
        for key in keys:
            value = value[key]
        return value

    return get_value


def match_exactly(names):
    """A wildcard's constraint to these names."""
    return "|".join(map(re.escape, names))


def name_code(rule_name):
    """What the digest of a rule's code is made of, see `digest_code`: its script, and modules that it does not use."""
    return SCRIPTS / f"{rule_name}.py", OTHER_BACKENDS


def code_digest(rule_name):
    """The parameter that reruns a rule when its script, or a module that it imports, changes in what it makes."""
    return digest_code(*name_code(rule_name))


def offer_gpus():
    """Let as many cells run on this machine as its GPUs take, unless `--resources gpu=…` says how many."""
    if runs_here() and GPUS:
        offer_resource("gpu", len(GPUS) * config["training"]["cells_per_gpu"])


offer_gpus()


def name_records(folder, *stems):
    """The digest records of files in a folder: see `smear/records.py`."""
    return [f"{folder}/{stem}.digests.json" for stem in stems]


def mark_color(color):
    """What a color adds to the name of a tensor; nothing for rgb."""
    return "" if color == AXES["color"].default else f"-{color}"


def name_figures():
    """Every comparison figure as SVG, with its caption, and as PNG."""
    outputs = {}
    for name in FIGURES:
        path = f"results/{{experiment}}/comparison/{name}"
        outputs[f"{name}_svg"] = report(f"{path}.svg", caption=f"../report/{name}.rst", category="Comparison")
        outputs[f"{name}_png"] = f"{path}.png"
    return outputs


def name_tensors(split, kind):
    """The files of one split, `npy`, `csv` or `digests.json`, in every color of the grid."""
    return [f"results/{{experiment}}/tensors/{split}{mark_color(color)}.{kind}" for color in COLORS]


def get_tensor(split, kind):
    """An input's function: a split's file, `npy`, `csv` or `digests.json`, in the color of the cell that is trained."""

    def get_path(wildcards):
        color = CELLS[wildcards.cell].color
        return f"results/{wildcards.experiment}/tensors/{split}{mark_color(color)}.{kind}"

    return get_path


def get_donor():
    """The user's file of weights that cells start from, if any."""
    return config["model"]["weights"] if has_donor(config["model"]["weights"]) else []


def get_final_files():
    """What a plain call makes."""
    names = ["report/index.html", "report/model_card.md", "report/model.keras"]
    pruned = []
    if config["reproduction"]:
        names.append("reproduction/index.html")
    if config["training"]["keep"] == "selected":
        pruned = [f"results/{experiment}/pruned.json" for experiment in VARIANTS]
    return [f"results/{EXPERIMENT}/{name}" for name in names] + pruned
