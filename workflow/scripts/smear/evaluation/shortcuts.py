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
CLASSIFIERS = {
    "prior": "always the majority class",
    "naive_bayes": "naive Bayes",
    "nearest_neighbours": "nearest neighbors",
}

TESTED = {
    "network": "Network",
    "linear_probe": "Linear probe",
    "shortcut_baseline": "Best shortcut",
    "class_prior": "Class prior",
}
"""The rows of `test_comparison.csv` in words."""

PROBED = "embeddings"
"""Features that do see blood cells, and are no shortcut."""


def name_features(name: str) -> str:
    """The features of a row of `shortcuts.csv` in words."""
    return FEATURES.get(name, name.replace("_", " "))


def name_classifier(name: str) -> str:
    """The classifier of a row of `shortcuts.csv` in words."""
    return CLASSIFIERS.get(name, name.replace("_", " "))


def describe_details(row: dict) -> str:
    """What a row of `test_comparison.csv` is: the name of a grid cell, or a classifier and what it was given."""
    features, _, classifier = row["details"].partition("/")
    if not classifier:
        return features
    if features == "none":
        return name_classifier(classifier)
    # What the row's own name, the linear probe, leaves open.
    method = "logistic regression" if features == PROBED else name_classifier(classifier)
    return f"{method} on {name_features(features)}"


def signed_points(row: dict) -> str:
    """The network's accuracy less that of a row, in percentage points, with its interval."""
    difference, low, high = (100 * row[name] for name in ("difference", "difference_low", "difference_high"))
    return f"{difference:+.2f} ({low:+.2f} to {high:+.2f})"


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
