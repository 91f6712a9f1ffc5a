"""Contradictions of the classes of the task, as far as they show without a look at the source."""

from collections import Counter


def find_class_faults(dataset: dict, downloads: bool) -> list[str]:
    """What is wrong with the classes of the task, as far as the configuration alone names them, one sentence each.

    downloads: whether only a download can tell which classes the source has.
    """
    faults = find_label_faults(dataset)
    classes = dataset["labels"] or dataset["classes"]
    if faults or dataset["positive"] is None:
        return faults
    if classes:
        return find_positive_faults(dataset["positive"], list(classes))
    if downloads:
        return [
            f"dataset.positive is {dataset['positive']}, but which classes the source {dataset['source']} has "
            f"shows after the download alone; name them in dataset.classes, or in dataset.labels."
        ]
    return []


def find_positive_faults(positive: str | None, classes: list[str]) -> list[str]:
    """What is wrong with `dataset.positive` for a task of these classes, in one sentence if anything."""
    if positive is None:
        return []
    names = sorted(classes)
    if len(names) != 2:
        return [
            f"dataset.positive is {positive}, but the task has {len(names)} classes ({', '.join(names)}), and only "
            f"one of two can be positive; remove dataset.positive, or merge classes with dataset.labels."
        ]
    if positive not in names:
        return [f"dataset.positive is {positive}, which is no class of the task; set it to {' or '.join(names)}."]
    return []


def sort_labels(labels: dict[str, list[str]] | None) -> dict[str, list[str]] | None:
    """The labels in one order, so that another order in the file changes no parameter of a rule."""
    return labels and {name: sorted(labels[name]) for name in sorted(labels)}


def find_label_faults(dataset: dict) -> list[str]:
    """What is wrong with `dataset.labels`, by itself and beside `dataset.classes`, one sentence each."""
    labels, classes = dataset["labels"], dataset["classes"]
    if labels is None:
        return []
    if names := [name for name in labels if not isinstance(name, str) or not name.strip()]:
        return [
            f"dataset.labels has a label that YAML reads as {names[0]!r}; put its name in quotes, and leave none empty."
        ]
    if len(labels) < 2:
        found = f"one label only ({', '.join(labels)})" if labels else "no label"
        return [f"dataset.labels has {found}; a classifier needs at least two. Set it to null to merge no classes."]
    taken = Counter(source for sources in labels.values() for source in sources)
    faults = []
    for source in (source for source, times in taken.items() if times > 1):
        owners = [name for name, sources in labels.items() for one in sources if one == source]
        faults.append(
            f"dataset.labels takes {source} {len(owners)} times, for {' and for '.join(owners)}; name each class once."
        )
    for name, sources in labels.items():
        if classes and (extra := sorted(set(sources) - set(classes))):
            faults.append(
                f"dataset.labels: {name} takes {', '.join(extra)}, which dataset.classes leaves out; add it there, or "
                f"remove it here."
            )
    if classes and (missing := sorted(set(classes) - set(taken))):
        faults.append(
            f"dataset.classes takes {', '.join(missing)}, but no label of dataset.labels does; add it to one of "
            f"{', '.join(labels)}, or remove it from dataset.classes."
        )
    return faults
