# Helpers of the rules that train and use networks: a cell's parameters, resources and the run that it continues. No rule is
# defined here. Takes: the names that common.smk gives.

import hashlib
import json
from functools import cache
from types import SimpleNamespace

from smear.files import read_json
from smear.training.architectures.registry import (
    ARCHITECTURES,
    KERAS_WEIGHTS,
    PACKAGED_WEIGHTS,
    PLANNING,
    PUBLISHED_WEIGHTS,
)
from smear.training.settings import collect_settings


def get_gpus_per_cell(wildcards):
    """GPUs that a cell asks for: one, except where the cells run on this machine and it has none.

    A function, since Snakemake does not know yet where jobs run while it reads this file.
    """
    return 0 if runs_here() and not GPUS else 1


def get_network_memory(wildcards, input, attempt):
    """Megabytes for a job with a network: more on each attempt, and room for two copies of large tensors.

    Up to 2 GB of images lie in a CPU's memory on the first attempt (`feed.is_resident`); where a GPU takes more, they
    pass through memory on their way.
    """
    # Snakemake's own `input.size_mb` takes 4 ms a cell.
    megabytes = sum(os.path.getsize(path) for path in input if os.path.exists(path)) / 1e6
    return 4000 * attempt + max(4000 * attempt, round(2 * megabytes))


def get_training_minutes(wildcards, attempt):
    """Minutes after which a cluster ends a job; the next attempt resumes from the last finished epoch."""
    return 240 * attempt


def get_cell(wildcards):
    """The hyperparameters of a cell, as plain values."""
    return CELLS[wildcards.cell]._asdict()


def get_training_settings(wildcards):
    """What a cell is trained with beside its hyperparameters, as plain values."""
    return collect_settings(config, CELLS[wildcards.cell])._asdict()


def get_engine():
    """How networks are computed, which should change speed and not results."""
    return {name: config["training"][name] for name in ("backend", "precision", "deterministic")}


def describe_architecture(architecture):
    """What the registry says of an architecture, as far as it concerns results."""
    return {name: value for name, value in ARCHITECTURES[architecture]._asdict().items() if name not in PLANNING}


def get_architecture(wildcards):
    """As `describe_architecture`, of a cell's."""
    return describe_architecture(CELLS[wildcards.cell].architecture)


def name_network_code(rule_name, architecture):
    """As `name_code`, where one network is used: no other one's module, and of the registry no other's entry."""
    script, unused = name_code(rule_name)
    folder, module = "smear/training/architectures", ARCHITECTURES[architecture].module
    # Durations are in its log alone.
    unused = [*unused, f"{folder}/registry.py", "smear/durations.py"]
    return script, unused, [f"{folder}/{module}.py"] if module else []


@cache  # a grid has many cells and few architectures
def digest_network(rule_name, architecture):
    """As `code_digest`, where one network is used."""
    return digest_code(*name_network_code(rule_name, architecture))


def get_training_code(wildcards):
    """As `code_digest`, of what trains a cell."""
    return digest_network("train_cell", CELLS[wildcards.cell].architecture)


DATA_CODE = [code_digest(name) for name in ("catalog_images", "find_fields", "split_images", "cache_tensors")]


def get_origin(wildcards):
    """A digest of all that Snakemake trains a cell anew for, where that is known before it plans."""
    # Which class is positive decides no training.
    data = [config["dataset"] | {"positive": None}, VARIANTS[wildcards.experiment], config["image"]]
    code = [get_training_code(wildcards), get_architecture(wildcards), *DATA_CODE]
    origin = [get_cell(wildcards), get_training_settings(wildcards), get_engine(), data, CLASS_COUNTS, code]
    return hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()


def read_start(wildcards):
    """What a finished training has left in `shorter.json`: the shorter run that it continued, and `get_origin` then."""
    try:
        return read_json(f"results/{wildcards.experiment}/cells/{wildcards.cell}/shorter.json")
    except (OSError, ValueError):
        return {}


def is_current(wildcards):
    """Whether a cell is trained, from the present data, settings and code."""
    return read_start(wildcards).get("made_from") == get_origin(wildcards)


def get_shorter_names(wildcards):
    """The shorter runs that a training can continue, best first: the one it has continued before, those of the grid."""
    cell, names = CELLS[wildcards.cell], []
    while cell := SHORTER.get(cell):
        names.append(cell.name)
    return " ".join(filter(None, [read_start(wildcards).get("continued_from"), *names]))


def is_pruned(cell, experiment):
    """Whether a cell is current, and its state was removed since."""
    folder = Path(f"results/{experiment}/cells/{cell.name}")
    if (folder / "state.npz").exists() or not (folder / "metrics.json").exists():
        return False
    return is_current(SimpleNamespace(cell=cell.name, experiment=experiment))


def find_shorter_run(cell, experiment):
    """The next shorter run that has a state, or will have one; None where there is none.

    One whose state was removed is passed over: to train it again would take as many epochs as it saves.
    """
    shorter = SHORTER.get(cell)
    while shorter is not None and is_pruned(shorter, experiment):
        shorter = SHORTER.get(shorter)
    return shorter


def get_shorter_state(wildcards):
    """The state of the next shorter run, to be waited for by a cell that will be trained.

    One that is trained, from the same data, settings and code, waits for none: a number of epochs that is added to the
    grid, or taken from it, trains no other cell again. Since Snakemake also runs a job again whose set of inputs has
    changed, the input has the same name for all cells, and is a small one of the cell's others where it stands for none.
    """
    cell = CELLS[wildcards.cell]
    shorter = None if cell not in SHORTER or is_current(wildcards) else find_shorter_run(cell, wildcards.experiment)
    if shorter is None:
        path = get_tensor("train", "csv")(wildcards)
    else:
        path = f"results/{wildcards.experiment}/cells/{shorter.name}/state.npz"
    return keep_name(path, "the state of the next shorter run")


def name_weights(architecture):
    """The file of an architecture's published weights."""
    return f"results/weights/models/{PUBLISHED_WEIGHTS[architecture].file_name}"


def get_start_weights(wildcards):
    """The file of weights that a cell starts from, if any."""
    weights = config["model"]["weights"]
    if weights == "imagenet":
        return name_weights(CELLS[wildcards.cell].architecture)
    return get_donor()


def find_published(wildcards):
    """The architecture, and the published weights, of a file in `results/weights/models/`."""
    return next(one for one in PUBLISHED_WEIGHTS.items() if one[1].file_name == wildcards.file_name)


def name_placed(wildcards):
    """Where a user places the published file by hand."""
    return f"resources/weights/{Path(find_published(wildcards)[1].path).name}"


def get_placed_weights(wildcards):
    """The published file that the user has placed by hand, if any."""
    placed = name_placed(wildcards)
    return placed if os.path.exists(placed) else []


def get_published(field):
    """A parameter's function: the architecture of the published weights that `file_name` names, or a field of them."""

    def get_field(wildcards):
        name, published = find_published(wildcards)
        return name if field == "architecture" else getattr(published, field)

    return get_field
