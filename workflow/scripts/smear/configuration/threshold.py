"""What does not fit together in what a configuration says about a threshold for one class against the rest."""

from collections.abc import Collection

from smear.job import Fault, list_some, show_name

DEFAULT = 0.95  # threshold.sensitivity of config.schema.yaml


def find_positive(config: dict) -> str | None:
    """The class that a threshold is chosen for; None where none is named."""
    chosen = config["threshold"]["positive"]
    return config["dataset"]["positive"] if chosen is None else chosen


def find_threshold_faults(config: dict, classes: Collection[str] | None, downloads: bool) -> list[Fault]:
    """Faults of `threshold` for a task of these classes, one sentence each.

    classes: None where they are not known yet. downloads: whether only a download can tell them.
    """
    positive, sensitivity = (config["threshold"][key] for key in ("positive", "sensitivity"))
    other = config["dataset"]["positive"]
    off = {"threshold": {"positive": None}}
    if positive is None:
        if sensitivity == DEFAULT or other is not None:
            return []
        return [
            Fault(
                f"threshold.sensitivity is {sensitivity:g}, but no class is named to choose a threshold for; "
                f"set threshold.positive, or threshold.sensitivity: {DEFAULT}, which does nothing by itself.",
                {"threshold": {"sensitivity": DEFAULT}},
            )
        ]
    if other is not None and other != positive:
        return [
            Fault(
                f"threshold.positive is {show_name(positive)} and dataset.positive is {show_name(other)}; set "
                "threshold.positive: null, which takes that of dataset.",
                off,
            )
        ]
    if classes is None and downloads:
        return [
            Fault(
                f"threshold.positive is {show_name(positive)}, but which classes the source has shows after the "
                "download alone; name them in dataset.classes, or in dataset.labels."
            )
        ]
    if classes is not None and positive not in classes:
        names = sorted(classes)
        return [
            Fault(
                f"threshold.positive is {show_name(positive)}, which is no class of the task; set it to one of "
                f"{list_some(names, 5)}, or to null for no threshold.",
                {"threshold": {"positive": names[0]}},
                off,
            )
        ]
    return []
