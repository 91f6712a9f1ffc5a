"""What the report says about the classes of the task: what was merged into them, and which one is positive."""

import pandas as pd

from smear.split.labels import merge_classes


def describe_labels(labels: dict[str, list[str]] | None) -> str:
    """Say which classes of the source `dataset.labels` has merged; nothing without it."""
    if not labels:
        return ""
    parts = "; ".join(f"{name} = {' + '.join(sources)}" for name, sources in labels.items())
    return f"dataset.labels merges classes of the source: {parts}."


def describe_positive(test: dict) -> str:
    """Say which of two classes is the positive one, and who decided that; nothing for more classes."""
    if "positive" not in test:
        return ""
    positive, negative = test["positive"], test["negative"]
    chosen = "by default, as the last in sorted order" if test["positive_is_default"] else "by dataset.positive"
    return (
        f"{positive} is the positive class ({chosen}): sensitivity is the share of the {positive} images that were "
        f"predicted as {positive}, specificity the share of the {negative} images that were predicted as {negative}."
    )


def compare_by_task(pairs: pd.DataFrame, catalog: pd.DataFrame, labels: dict[str, list[str]] | None) -> pd.DataFrame:
    """Pairs of images (`first,second,same_class`), with `same_class` by the task's classes and not by the source's."""
    if not labels:
        return pairs
    classes = merge_classes(catalog.set_index("image_id")["class"], labels)
    same = pairs["first"].map(classes).to_numpy() == pairs["second"].map(classes).to_numpy()
    return pairs.assign(same_class=same)
