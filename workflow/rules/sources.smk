# Helpers of data.smk: where the images come from, and what is published about them. No rule is defined here.
# Takes: the names that common.smk gives.

from smear.images.digests import name_resource


def get_archive(wildcards):
    """The zip archive to extract: the user's, or the downloaded one."""
    return config["dataset"]["path"] if SOURCE == "archive" else "results/datasets/{dataset}/archive.zip"


def name_digests():
    """The name of the file in resources/ that holds the digests of a Kaggle data set, None for other sources."""
    return name_resource(config["dataset"]["handle"], config["dataset"]["variant"]) if SOURCE == "kaggle" else None


def get_reference_digests():
    """The published digests of a Kaggle data set's images, where there are any, as a named input."""
    if SOURCE == "kaggle":
        for path in (f"resources/{name_digests()}", name_own_file(f"resources/{name_digests()}")):
            if os.path.exists(path):
                return {"reference": ancient(path)}
    return {}


def get_recorded_digests():
    """The digests of a Kaggle data set's first download, where none are published, as a named output."""
    if SOURCE != "kaggle" or get_reference_digests():
        return {}
    # Kept while the job runs, and restored if it fails: the script compares before it writes.
    return {"record": update("results/datasets/{dataset}/images.sha256")}


def get_sources():
    """The table of where each file was in the source, for sources that have files, as a named input."""
    return {} if SOURCE == "synthetic" else {"sources": "results/datasets/{dataset}/sources.csv"}


def get_label_table():
    """The user's table of labels as a named input, if there is one."""
    path = config["dataset"]["labels_csv"]
    return {"labels": path} if path else {}


def get_unmatched():
    """The list of images without a label and labels without an image, as a named output, where there is a table."""
    return {"unmatched": "results/datasets/{dataset}/unmatched.csv"} if get_label_table() else {}


def get_table_settings():
    """The parameters of a rule that reads a table of labels."""
    if not get_label_table():
        return {}
    return {"labels_columns": verbatim("dataset", "labels_columns"), "unmatched": config["dataset"]["unmatched"]}


def get_split(name):
    """A parameter's function: a setting of the split, which variants of an experiment have others of."""

    def get_value(wildcards):
        return VARIANTS[wildcards.experiment][name]

    return get_value


def get_outer_folds(name):
    """An input's function: a file of the outer folds' draw, for an experiment that is one of them."""

    def get_path(wildcards):
        one_of_them = VARIANTS[wildcards.experiment]["outer_fold"] is not None
        return f"results/{EXPERIMENT}/outer/{name}" if one_of_them else []

    return get_path


def get_group_settings():
    """The parameters of a draw: the seed, what is kept together, and what only groups of the user need."""
    settings = {
        "seed": config["split"]["seed"],
        "groups": verbatim("split", "groups_csv"),
        "block": config["split"]["block"] if config["split"]["unit"] == "sequence" else None,
        "labels": verbatim("dataset", "labels"),
    }
    if config["split"]["groups_pattern"] is not None:
        settings["pattern"] = verbatim("split", "groups_pattern")
    if get_shared_columns(config):
        settings["columns"] = verbatim("dataset", "labels_columns")
    if config["fields"]["search"] == "none":
        settings["fields_searched"] = False
    if FOLDS != config["split"]["folds"]:
        settings["planned"] = FOLDS
    return settings


def get_scaled_catalog():
    """The catalog as a named input of tensors, where it decides by what the values are multiplied."""
    return {"catalog": f"results/datasets/{DATASET}/catalog.csv"} if config["image"]["scale"] == "range" else {}


def get_color(wildcards):
    """The color that a tensor's name stands for; rgb has no suffix."""
    return wildcards.color.removeprefix("-") or AXES["color"].default
