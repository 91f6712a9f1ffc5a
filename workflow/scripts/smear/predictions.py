"""Predictions as a table, and a classifier's probabilities for a tensor of images."""

import numpy as np
import pandas as pd

from smear.job import UserError


def get_classes(rows: pd.DataFrame) -> list[str]:
    """Class names in the order of their labels, from the rows of tensors (`label,class`).

    Errors: a UserError where a label has two classes, or a class two labels.
    """
    pairs = rows[["label", "class"]].drop_duplicates().sort_values(["label", "class"])
    for column, other in (("label", "class"), ("class", "label")):
        twice = pairs.loc[pairs[column].duplicated(), column]
        if len(twice):
            values = pairs.loc[pairs[column] == twice.iloc[0], other]
            raise UserError(
                f"The rows of the tensors contradict each other: the {column} {twice.iloc[0]} has the {other} "
                f"{' and '.join(map(str, values))}; delete the folder tensors/ and call the same command again."
            )
    return pairs["class"].tolist()


def tabulate_predictions(rows: pd.DataFrame, probabilities: np.ndarray, classes: list[str]) -> pd.DataFrame:
    """`image_id,label,predicted,prob_<Class>…` for images in the order of `rows`; probabilities (images, classes)."""
    table = rows[["image_id", "label"]].assign(predicted=probabilities.argmax(axis=1))
    for index, name in enumerate(classes):
        table[f"prob_{name}"] = probabilities[:, index]
    return table
