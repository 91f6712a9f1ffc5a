"""Contradictions of the classes of the task, as far as they show without a look at the source."""

from collections import Counter

from smear.job import Fault, list_some, show_name


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
            Fault(
                f"dataset.positive is {show_name(dataset['positive'])}, but which classes the source "
                f"{dataset['source']} has shows after the download alone; name them in dataset.classes, or in "
                "dataset.labels."
            )
        ]
    return []


def find_positive_faults(positive: str | None, classes: list[str]) -> list[Fault]:
    """What is wrong with `dataset.positive` for a task of these classes, in one sentence if anything."""
    if positive is None:
        return []
    names = sorted(classes)
    if len(names) != 2:
        return [
            Fault(
                f"dataset.positive is {show_name(positive)}, but the task has {len(names)} classes "
                f"({list_some(names, 5)}), and only one of two can be positive; set dataset.positive: null, or merge "
                "classes with dataset.labels.",
                {"dataset": {"positive": None}},
            )
        ]
    if positive not in names:
        return [
            Fault(
                f"dataset.positive is {show_name(positive)}, which is no class of the task; set it to "
                f"{' or '.join(map(show_name, names))}.",
                *({"dataset": {"positive": name}} for name in names),
            )
        ]
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
    merge_none = {"dataset": {"labels": None}}
    if odd := [name for name in labels if not name.isprintable()]:
        return [
            Fault(
                f"dataset.labels has the label {list_some(odd, 1)}, with a line break or another control character; "
                f"give it a name of one line, or set dataset.labels: null to merge no classes.",
                merge_none,
            )
        ]
    if len(labels) < 2:
        found = f"one label only ({list_some(labels)})" if labels else "no label"
        return [
            Fault(
                f"dataset.labels has {found}; a classifier needs at least two. Set it to null to merge no classes.",
                merge_none,
            )
        ]
    taken = Counter(source for sources in labels.values() for source in sources)
    faults = []
    for source in (source for source, times in taken.items() if times > 1):
        owners = [show_name(name) for name, sources in labels.items() for one in sources if one == source]
        faults.append(
            Fault(
                f"dataset.labels takes {show_name(source)} {len(owners)} times, for {' and for '.join(owners[:3])}; "
                f"name each class once."
            )
        )
    for name, sources in labels.items():
        if classes and (extra := sorted(set(sources) - set(classes))):
            faults.append(
                Fault(
                    f"dataset.labels: {show_name(name)} takes {list_some(extra)}, which dataset.classes leaves out; "
                    f"add it there, or remove it here.",
                    {"dataset": {"classes": sorted({*classes, *extra})}},
                )
            )
    if classes and (missing := sorted(set(classes) - set(taken))):
        faults.append(
            Fault(
                f"dataset.classes takes {list_some(missing)}, but no label of dataset.labels does; add it to one of "
                f"{list_some(labels)}, or remove it from dataset.classes.",
                *([{"dataset": {"classes": left}}] if len(left := sorted(set(classes) & set(taken))) > 1 else []),
            )
        )
    return faults
