# What a call will do and take, from the jobs that Snakemake has planned. No rule is defined here.
# Takes: the names that internals.smk, common.smk and cells.smk give.

import shutil
from functools import cache

from smear.code_digest import digest_modules
from smear.disk import (
    FEATURES,
    FIGURES,
    describe_disk,
    estimate_augmented,
    estimate_cell,
    estimate_embeddings,
    estimate_model,
    estimate_tensor,
)
from smear.download.availability import Wanted, check_available
from smear.download.packaged import find_source
from smear.embeddings.user_file import open_features
from smear.estimate import count_training, estimate_hours
from smear.why.plan import Plan, Planned, offer_plan

KINDS = ("archive", "images", "tensors", "weights", "embeddings", "grid cells", "test", "figures")
SMALL = 1_000_000  # bytes of which nothing is said


def count_train_images():
    """Training images of one cell, as far as they are known before the work starts."""
    if CLASS_COUNTS is None:
        return None
    return count_training(CLASS_COUNTS, config["split"]["fractions"], FOLDS)


def count_cores():
    """The cores that a call may use, as far as the machine has them."""
    # None where jobs run on a cluster.
    return min(get_cores() or os.cpu_count(), os.cpu_count())


def list_trainings(jobs):
    """Those of some jobs that train a cell."""
    return [job for job in jobs if job.rule.name == "train_cell"]


def take_own_epochs(cell, experiment):
    """A cell with the epochs alone that it does not take over from its shorter run."""
    start = find_shorter_run(cell, experiment)
    return cell._replace(epochs=cell.epochs - (start.epochs if start else 0))


def estimate_training_bytes(cell):
    """Bytes that a trained cell leaves."""
    return estimate_cell(cell, collect_settings(config, cell))


def estimate_images(split, experiment):
    """Bytes of a split's tensor in one color; None where only a download can tell."""
    fractions, size = VARIANTS[experiment]["fractions"], config["image"]["size"]
    return None if CLASS_COUNTS is None else estimate_tensor(CLASS_COUNTS, fractions, split, size)


def estimate_features(split, experiment):
    """Bytes of a split's embeddings in one color; None where only a download can tell."""
    if CLASS_COUNTS is None:
        return None
    features = open_features(EMBEDDINGS["file"]).shape[1] if EMBEDDINGS["file"] else FEATURES
    return estimate_embeddings(CLASS_COUNTS, VARIANTS[experiment]["fractions"], split, features)


def estimate_backgrounds():
    """Bytes of the features of images without blood cells, which are planned after the selection; 0 once they are there."""
    computed = EMBEDDINGS and not EMBEDDINGS["file"]
    if not computed or os.path.exists(f"results/{EXPERIMENT}/audit/backgrounds.npy"):
        return 0
    parts = [estimate_features(split, EXPERIMENT) for split in TRAINING_SPLITS]
    return None if None in parts else sum(parts)


def estimate_sheet():
    """Bytes of the sheet of changed images, which is planned after the selection; 0 once it is there."""
    there = os.path.exists(f"results/{EXPERIMENT}/audit/network_sheet.svg")
    return 0 if there else estimate_augmented(config["image"]["size"])


def estimate_bytes(job):
    """What the outputs of a job are for, and their bytes; None where only a download can tell."""
    match job.rule.name:
        case "fetch_kaggle":
            return "archive", None
        case "extract_archive" | "make_synthetic":
            return "images", EXAMINED and EXAMINED.copied
        case "cache_tensors" if job.wildcards.split != "test":
            return "tensors", estimate_images(job.wildcards.split, job.wildcards.experiment)
        case "fetch_weights" | "convert_weights":
            return "weights", estimate_model(job.params.architecture)
        case "embed_images" | "take_embeddings" if job.wildcards.split != "test":
            return "embeddings", estimate_features(job.wildcards.split, job.wildcards.experiment)
        case "train_cell":
            return "grid cells", estimate_training_bytes(CELLS[job.wildcards.cell])
        case "test_selected":
            # The test images have the color of the grid cell that is selected, and their files are planned after that.
            model = max(estimate_model(cell.architecture) for cell in CELLS.values())
            experiment = job.wildcards.experiment
            features = EMBEDDINGS and estimate_features("test", experiment)
            return "test", model + (estimate_images("test", experiment) or 0) + (features or 0)
        case "plot_comparison":
            return "figures", FIGURES + estimate_sheet()
        case "select_cell" if job.wildcards.experiment == EXPERIMENT:
            return "embeddings", estimate_backgrounds()
        case "augment_images":
            return "figures", estimate_augmented(config["image"]["size"])
    return "", 0


def describe_planned_disk():
    """The sentence on what this call writes to the disk beyond the files that it replaces; None where it is little."""
    parts, unknown = dict.fromkeys(KINDS, 0), set()
    for job in list_planned_jobs():
        name, size = estimate_bytes(job)
        if size is None:
            unknown.add(name)
        elif size:
            replaced = sum(os.path.getsize(path) for path in job.output if os.path.isfile(path))
            parts[name] += max(0, size - replaced)
    if sum(parts.values()) < SMALL and not unknown:
        return None
    kept = None
    if config["training"]["keep"] == "selected" and parts["grid cells"]:
        experiments = {job.wildcards.experiment for job in list_trainings(list_planned_jobs())}
        kept = len(experiments) * max(1, FOLDS) * max(map(estimate_training_bytes, CELLS.values()))
    free = shutil.disk_usage("results" if os.path.exists("results") else ".").free
    return describe_disk(parts, free, [name for name in parts if name in unknown], kept)


def check_weights():
    """End a call before its first job where published weights that it needs cannot be had."""
    wanted = []
    for job in list_planned_jobs():
        placed, params = next(iter(job.input), None), job.params
        if job.rule.name == "convert_weights" and not uses_own_environments():
            ask(find_source, placed, params.architecture, params, params.placed)
        if job.rule.name == "fetch_weights" and not placed:
            wanted.append(Wanted(params.architecture, params.url, params.md5, name_placed(job.wildcards)))
    ask(check_available, wanted)


@cache  # a grid has many cells, and they have most modules in common
def find_modules(rule_name, architecture):
    """The digests of the modules of a rule's code; architecture: of its network, None where it has none or any."""
    return digest_modules(*(name_network_code(rule_name, architecture) if architecture else name_code(rule_name)))


def find_architecture(job):
    """The architecture of a job with one network; None for others."""
    match job.rule.name:
        case "train_cell":
            return CELLS[job.wildcards.cell].architecture
        case "embed_images" | "embed_backgrounds":
            return EMBEDDINGS["backbone"]
    return None


def describe_job(job):
    """A job in plain values, without the reasons that it runs for."""
    experiment, cell = (job.wildcards.experiment, job.wildcards.cell) if job.rule.name == "train_cell" else (None, None)
    params = {name: repr(value) for name, value in job.params.items()}
    modules = find_modules(job.rule.name, find_architecture(job))
    return Planned(job.rule.name, str(job.output[0]), cell, params, modules=modules, experiment=experiment)


def list_described_jobs():
    """All jobs of this call that make files, whether they run or not, in plain values."""
    return [describe_job(job) for job in list_jobs() if job.output]


def get_planned_hours(trainings):
    """Hours that these take, `(experiment, cell)`, those of a thousand images where only a download can tell."""
    cells = [take_own_epochs(CELLS[name], experiment) for experiment, name in trainings]
    return estimate_hours(cells, count_train_images() or 1000, config["image"]["size"], count_cores())


def get_plan():
    """What this call would do, and why."""
    return Plan(
        Path(f"results/{EXPERIMENT}"),
        Path(f"results/datasets/{DATASET}"),
        config,
        {name: cell._asdict() for name, cell in CELLS.items()},
        [describe_job(job)._replace(**find_reasons(job)) for job in list_planned_jobs() if job.output],
        None if GPUS else get_planned_hours,
        f"{count_cores()} CPU cores" + (" and 1,000 training images" if count_train_images() is None else ""),
        describe_planned_disk(),
    )


offer_plan(get_plan)
