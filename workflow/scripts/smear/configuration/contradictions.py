"""What does not fit together in a configuration whose keys are all valid, with one clear sentence for each fault."""

import codecs
from pathlib import Path

from smear.configuration.classes import find_class_faults
from smear.configuration.grid_contradictions import find_grid_faults
from smear.configuration.group_contradictions import find_group_faults
from smear.configuration.reproduction import find_reproduction_faults
from smear.configuration.schema_errors import show
from smear.configuration.threshold import find_threshold_faults
from smear.images.levels import CLASS
from smear.images.source import SOURCES
from smear.job import Fault, show_name, show_path
from smear.training.architectures.registry import ARCHITECTURES

SHARED_FOLDERS = ("compiled", "datasets", "weights")
"""Folders of `results/` that serve all experiments."""


def find_contradictions(config: dict) -> list[str]:
    """Faults that lie between keys, one sentence each."""
    faults = find_name_faults(config["experiment"])
    dataset, fractions, weights = config["dataset"], config["split"]["fractions"], config["model"]["weights"]
    source = SOURCES[dataset["source"]]
    if source.needs and not dataset[source.needs]:
        faults.append(f"dataset.source is {dataset['source']}, which needs dataset.{source.needs}.")
    faults += find_class_faults(dataset, source.downloads)
    faults += find_threshold_faults(config, dataset["labels"] or dataset["classes"], source.downloads)
    faults += find_reading_faults(dataset) + find_template_faults(config)
    if config["split"]["unit"] == "folders" and config["split"]["folds"]:
        faults.append(
            Fault(
                f"split.unit is folders, which gives every image its split, but split.folds is "
                f"{config['split']['folds']}; set split.folds: 0, or split.unit: field to split anew.",
                {"split": {"folds": 0}},
                {"split": {"unit": "field"}},
            )
        )
    faults += find_rectangle_faults("dataset.mask", dataset["mask"])
    faults += find_rectangle_faults("fields.ignore", config["fields"]["ignore"])
    if (config["fields"]["threshold"] or 1) < 1:
        faults.append(
            Fault(
                f"fields.threshold is {config['fields']['threshold']}, on the scale of earlier versions, a "
                "correlation; it is now in standard deviations, 7 for instance; set it to null to take it from the "
                "data.",
                {"fields": {"threshold": None}},
                {"fields": {"threshold": 7}},
            )
        )
    if abs(sum(fractions.values()) - 1) > 1e-9:
        written = ", ".join(f"{split} {share}" for split, share in fractions.items())
        total = sum(fractions.values())
        scaled = {split: round(share / total, 3) for split, share in fractions.items()}
        scaled["train"] = round(1 - scaled["validation"] - scaled["test"], 3)
        faults.append(
            Fault(
                f"split.fractions add up to {total:g} and not to 1: {written}; in the same ratio they are "
                f"{scaled['train']:g}, {scaled['validation']:g} and {scaled['test']:g}.",
                {"split": {"fractions": scaled}},
            )
        )
    if config["training"]["schedule"] == "cosine" and config["training"]["share_epochs"]:
        faults.append(
            "training.schedule cosine ends with a grid cell's last epoch, so that no longer run can continue it; set "
            "training.share_epochs: false."
        )
    if config["training"]["early_stopping"] and config["training"]["share_epochs"]:
        faults.append(
            "training.early_stopping ends a training before its last epoch and keeps an earlier one, so that no longer "
            "run can continue it; set training.share_epochs: false."
        )
    if weights not in ("imagenet", "none") and not Path(weights).is_file():
        faults.append(f"model.weights names the file {show_path(weights)}, which does not exist.")
    if weights == "none" and config["model"]["trainable"] != "all":
        faults.append(
            f"model.trainable is {config['model']['trainable']}, which would leave the rest of the network at the "
            "random start that model.weights: none gives it; set model.trainable: all, or start from weights."
        )
    faults += find_head_faults(config["model"]) + find_embedding_faults(config["embeddings"])
    return faults + find_group_faults(config) + find_grid_faults(config) + find_reproduction_faults(config)


def find_name_faults(experiment: str) -> list[Fault]:
    """The experiment has the name of a folder that all share, in any case: some disks take both for one."""
    if experiment.lower() not in SHARED_FOLDERS:
        return []
    other = f"{experiment}_1"
    return [
        Fault(
            f"experiment is {experiment}, and results/{experiment.lower()} serves all experiments; choose another "
            f"name, such as {other}.",
            {"experiment": other},
        )
    ]


def find_reading_faults(dataset: dict) -> list[Fault]:
    """What is wrong with how the folders and the names of a source are to be read."""
    faults, layout, encoding = find_table_faults(dataset), dataset["layout"], dataset["archive_encoding"]
    levels = layout.split("/") if layout else [CLASS]
    if levels.count(CLASS) != 1 or "" in levels or len(set(levels)) < len(levels):
        faults.append(
            Fault(
                f"dataset.layout is {show_name(layout)}; it names each level of folders once, with slashes between "
                "them, and one of them is class, as in patient/class; set it to null to have the folders looked at.",
                {"dataset": {"layout": None}},
            )
        )
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except (LookupError, ValueError):
            faults.append(
                Fault(
                    f"dataset.archive_encoding is {show_name(encoding)}, which Python does not know; write utf-8, gbk, "
                    "shift_jis, cp866 or another of its names, or null.",
                    {"dataset": {"archive_encoding": None}},
                )
            )
    return faults


def find_table_faults(dataset: dict) -> list[Fault]:
    """What excludes a table of labels."""
    if not dataset["labels_csv"]:
        return []
    no_table = {"dataset": {"labels_csv": None}}
    faults, columns = [], dataset["labels_columns"]
    if dataset["layout"]:
        faults.append(
            Fault(
                f"dataset.layout is {show_name(dataset['layout'])}, which says which folders are the classes, but "
                "dataset.labels_csv gives them; set one of the two to null.",
                {"dataset": {"layout": None}},
                no_table,
            )
        )
    if dataset["source"] == "synthetic":
        faults.append(
            Fault("dataset.labels_csv is for images of your own, and the source synthetic draws its own.", no_table)
        )
    if columns["image"] == columns["label"]:
        faults.append(
            f"dataset.labels_columns takes the column {show_name(columns['image'])} for images and labels; name two."
        )
    return faults


def find_template_faults(config: dict) -> list[Fault]:
    """Paths of files with braces, which Snakemake reads as wildcards where a file is an input."""
    paths = {
        "dataset.labels_csv": config["dataset"]["labels_csv"],
        "split.groups_csv": config["split"]["groups_csv"],
        "model.weights": config["model"]["weights"],
    }
    if config["embeddings"] != "none":
        paths |= {f"embeddings.{key}": config["embeddings"][key] for key in ("file", "images")}
    if config["dataset"]["source"] == "archive":
        paths["dataset.path"] = config["dataset"]["path"]
    return [
        Fault(
            f"{key} is {show_path(path)}: the name of an input file cannot have braces, which Snakemake takes for a "
            "wildcard; rename the file, or its folder, or give a link to it."
        )
        for key, path in paths.items()
        if path and ("{" in path or "}" in path)
    ]


def find_head_faults(model: dict) -> list[str]:
    """What makes epochs of the last layer alone pointless, and a learning rate that none of them takes."""
    epochs, rate = model["head_epochs"], model["head_learning_rate"]
    faults = []
    if not epochs:
        if rate:
            faults.append(f"model.head_learning_rate is {rate}, but model.head_epochs is 0; set it, or leave both out.")
        return faults
    if model["weights"] == "none":
        faults.append(
            f"model.head_epochs is {epochs}, which would train the last layer on the random start that model.weights: "
            "none gives the rest of the network; set model.head_epochs: 0, or start from weights."
        )
    if model["trainable"] == "head":
        faults.append(
            f"model.head_epochs is {epochs}, but model.trainable is head, which trains the last layer alone in every "
            "epoch; set model.head_epochs: 0, or model.trainable: all."
        )
    return faults


def find_embedding_faults(embeddings: dict | str) -> list[str]:
    """Images that are too small for the backbone, and names of rows without the rows."""
    if embeddings == "none" or embeddings["file"]:
        return []
    backbone, size = embeddings["backbone"], embeddings["size"]
    smallest = ARCHITECTURES[backbone].smallest
    faults = []
    if size < smallest:
        faults.append(
            Fault(
                f"embeddings.size is {size}, but embeddings.backbone {backbone} takes {smallest} px and more.",
                {"embeddings": {"size": smallest}},
            )
        )
    if embeddings["images"]:
        faults.append(
            "embeddings.images names the images of the rows of embeddings.file, which is not set; set it, or leave "
            "both out."
        )
    return faults


def find_rectangle_faults(key: str, rectangles: list) -> list[str]:
    """Rectangles without an inside, and those that together leave too little of the image."""
    faults = [
        f"{key}[{index}] is {show(box)}; it must be [left, top, right, bottom], left < right and top < bottom."
        for index, box in enumerate(rectangles)
        if box[0] >= box[2] or box[1] >= box[3]
    ]
    if sum((right - left) * (bottom - top) for left, top, right, bottom in rectangles) > 0.5:
        faults.append(f"{key} covers more than half of the frame.")
    return faults
