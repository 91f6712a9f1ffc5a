"""What does not fit together in a configuration whose keys are all valid, with one clear sentence for each fault."""

from pathlib import Path

from smear.configuration.classes import find_class_faults
from smear.configuration.grid_contradictions import find_grid_faults
from smear.configuration.schema_errors import show
from smear.images.source import SOURCES


def find_contradictions(config: dict) -> list[str]:
    """Faults that lie between keys, one sentence each."""
    faults = []
    dataset, fractions, weights = config["dataset"], config["split"]["fractions"], config["model"]["weights"]
    source = SOURCES[dataset["source"]]
    if source.needs and not dataset[source.needs]:
        faults.append(f"dataset.source is {dataset['source']}, which needs dataset.{source.needs}.")
    faults += find_class_faults(dataset, source.downloads)
    faults += find_rectangle_faults("dataset.mask", dataset["mask"])
    faults += find_rectangle_faults("fields.ignore", config["fields"]["ignore"])
    if (config["fields"]["threshold"] or 1) < 1:
        faults.append(
            f"fields.threshold is {config['fields']['threshold']}, on the scale of earlier versions, a "
            "correlation; it is now in standard deviations, 7 for instance; set it to null to take it from the data."
        )
    if abs(sum(fractions.values()) - 1) > 1e-9:
        faults.append(
            f"split.fractions add up to {sum(fractions.values()):g} and not to 1: "
            + ", ".join(f"{split} {share}" for split, share in fractions.items())
            + "."
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
        faults.append(f"model.weights names the file {weights}, which does not exist.")
    if weights == "none" and config["model"]["trainable"] != "all":
        faults.append(
            f"model.trainable is {config['model']['trainable']}, which would leave the rest of the network at the "
            "random start that model.weights: none gives it; set model.trainable: all, or start from weights."
        )
    faults += find_head_faults(config["model"])
    return faults + find_grid_faults(config)


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
