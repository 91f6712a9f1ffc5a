"""The classes of the task: those of the source, or those that `dataset.labels` merges them into.

`labels` has the classes of the source, a list, for each class of the task; None merges nothing.
"""

from collections.abc import Collection

import pandas as pd

from smear.job import UserError


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
    if labels is None:
        return
    found = sorted(classes)
    for name, sources in labels.items():
        if unknown := sorted(set(sources) - set(found)):
            raise UserError(
                f"dataset.labels: {name} takes {', '.join(unknown)}, but {source} has no such class; it has: "
                f"{', '.join(found)}."
            )
    taken = sorted(one for sources in labels.values() for one in sources)
    if missing := sorted(set(found) - set(taken)):
        leave_out = f", or leave it out with dataset.classes: [{', '.join(taken)}]" if selectable else ""
        raise UserError(
            f"dataset.labels: no label takes {', '.join(missing)} of {source}; add it to one of "
            f"{', '.join(labels)}{leave_out}."
        )
