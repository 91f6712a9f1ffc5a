"""Predictions as a table, and a classifier's probabilities for a tensor of images."""

import numpy as np
import pandas as pd


def get_classes(rows: pd.DataFrame) -> list[str]:
    """Class names in the order of their labels, from a tensor's rows (`image_id` is `<Class>/<name>`)."""
    names = rows["image_id"].str.rsplit("/", n=1).str[0]
    return names.groupby(rows["label"]).first().sort_index().tolist()


def tabulate_predictions(rows: pd.DataFrame, probabilities: np.ndarray, classes: list[str]) -> pd.DataFrame:
    """`image_id,label,predicted,prob_<Class>…` for images in the order of `rows`; probabilities (images, classes)."""
    table = rows[["image_id", "label"]].assign(predicted=probabilities.argmax(axis=1))
    for index, name in enumerate(classes):
        table[f"prob_{name}"] = probabilities[:, index]
    return table
