"""The table of shortcut baselines and probes as figure and report read it: the best of each kind, names in words.

Which features and classifiers there are, `audit_shortcuts.py` and `images/shortcut_features.py` say alone. Their names
with blanks are their names in words; here stand those that need others.
"""

import pandas as pd

FEATURES = {
    "none": "no image at all",
    "color_numbers": "six color numbers",
    "histogram": "RGB histogram",
    "corner": "bottom right corner",
    "thumbnail": "thumbnail of 8 × 8",
    "embeddings": "frozen pretrained features",
}
CLASSIFIERS = {"prior": "always the majority class", "naive_bayes": "naive Bayes"}

PROBED = "embeddings"
"""Features that do see blood cells, and are no shortcut."""


def name_features(name: str) -> str:
    """The features of a row of `shortcuts.csv` in words."""
    return FEATURES.get(name, name.replace("_", " "))


def name_classifier(name: str) -> str:
    """The classifier of a row of `shortcuts.csv` in words."""
    return CLASSIFIERS.get(name, name.replace("_", " "))


def take_model(chosen: dict) -> pd.Series:
    """The accuracy of the model that is tested, in the columns of `shortcuts.csv`: baselines are compared with it.

    chosen: the selection, whose own figures are means where it has several seeds.
    """
    figures = {f"validation_{name}": chosen[f"model_{name}"] for name in ("accuracy", "low", "high", "correct")}
    return pd.Series(figures | {"validation_images": chosen["validation_images"]})


def find_best_of_features(shortcuts: pd.DataFrame) -> pd.DataFrame:
    """The best classifier for each kind of features and color; the prior is left out.

    Embeddings come first, then the shortcuts, the best kind first.
    """
    real = shortcuts[shortcuts["classifier"] != "prior"]
    real = real.assign(shortcut=real["features"] != PROBED)
    ranked = real.sort_values(["shortcut", "validation_accuracy"], ascending=[True, False], kind="stable")
    return ranked.drop_duplicates(["color", "features"], ignore_index=True).drop(columns="shortcut")
