"""The classes of the task: those of the source, or those that `dataset.labels` merges them into.

`labels` has the classes of the source, a list, for each class of the task; None merges nothing.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable

import pandas as pd

from smear.job import UserError, list_some, show_name


def merge_classes(classes: pd.Series, labels: dict[str, list[str]] | None) -> pd.Series:
    """The task's class of each image, from its class in the source."""
    if labels is None:
        return classes
    return classes.map({source: name for name, sources in labels.items() for source in sources})


def merge_counts(counts: dict[str, int], labels: dict[str, list[str]] | None) -> dict[str, int]:
    """Images of each class of the task, from those of each class of the source."""
    if labels is None:
        return counts
    return {name: sum(counts[source] for source in sources) for name, sources in sorted(labels.items())}


def check_labels(
    labels: dict[str, list[str]] | None, classes: Collection[str], source: str, selectable: bool = True
) -> None:
    """Raise a UserError unless each of the `classes` of `source` belongs to a label, and no other name does.

    selectable: whether `dataset.classes` can leave a class out, as it can of all sources but synthetic.
    """
    refuse_twins(classes, labels, source, selectable)
    if labels is None:
        return
    found = sorted(classes)
    merge_none = [{"dataset": {"labels": None}}]
    for name, sources in labels.items():
        if unknown := sorted(set(sources) - set(found)):
            raise UserError(
                f"dataset.labels: {show_name(name)} takes {list_some(unknown)}, but {source} has no such class; it "
                f"has: {list_some(found, 8)}. Name one of them, or set dataset.labels: null to merge none.",
                merge_none,
            )
    taken = sorted(one for sources in labels.values() for one in sources)
    if missing := sorted(set(found) - set(taken)):
        leave_out = ", or leave it out with dataset.classes: " if selectable else ""
        leave_out += f"[{list_some(taken, 8)}]" if selectable else ""
        raise UserError(
            f"dataset.labels: no label takes {list_some(missing)} of {source}; add it to one of "
            f"{list_some(labels)}{leave_out}.",
            [{"dataset": {"classes": taken}}] if selectable else [],
        )


def find_twins(classes: Iterable[str]) -> list[list[str]]:
    """Classes whose names differ in case, blanks around them or the form of accents alone, as groups, sorted."""
    alike = defaultdict(list)
    for name in sorted(classes):
        alike[unicodedata.normalize("NFKC", name).casefold().strip()].append(name)
    return [names for names in alike.values() if len(names) > 1]


def refuse_twins(classes: Collection[str], labels: dict[str, list[str]] | None, source: str, selectable: bool) -> None:
    """Raise a UserError for classes with one name in two spellings, unless `dataset.labels` puts them into one."""
    owners = {one: name for name, sources in (labels or {}).items() for one in sources}
    for twins in find_twins(classes):
        if len({owners.get(name, name) for name in twins}) == 1 and twins[0] in owners:
            continue
        merged = {name: [name] for name in sorted(classes) if name not in twins} | {twins[0]: twins}
        others = sorted(set(classes) - set(twins[1:]))
        remedies = [{"dataset": {"labels": merged}}] if len(merged) > 1 and labels is None else []
        remedies += [{"dataset": {"classes": others}}] if selectable and len(others) > 1 and labels is None else []
        way = (
            "merge them with dataset.labels, take one with dataset.classes, or rename one" if remedies else "rename one"
        )
        raise UserError(
            f"{source} has classes whose names differ in case, blanks or the form of accents alone, "
            f"{list_some((ascii(name) for name in twins), 4)}; {way}.",
            remedies,
        )
