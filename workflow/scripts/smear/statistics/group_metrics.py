"""What a classifier got right by group of images, such as patients: accuracies, majority votes, shares of classes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smear.statistics.binary_metrics import choose_positive
from smear.statistics.intervals import bound_mean, bound_share


def tabulate_groups(predictions: pd.DataFrame, groups: pd.Series, classes: Sequence[str]) -> pd.DataFrame:
    """`group,images,correct,accuracy,label,vote`, a row a group, sorted by name.

    predictions: `image_id,label,predicted` and `prob_<Class>…`, labels and predictions being indices into `classes`.
    groups: of each image by `image_id`. label and vote are names of classes, None for groups with images of more than
    one. The vote is the class predicted for most images; of several, the one with the higher sum of probabilities.
    """
    groups = predictions["image_id"].map(groups).to_numpy()
    places, names = pd.factorize(groups, sort=True)
    labels, predicted = (predictions[name].to_numpy() for name in ("label", "predicted"))
    images = np.bincount(places)
    correct = np.bincount(places, weights=labels == predicted).astype(int)
    votes, sums, truth = (np.zeros((len(names), len(classes))) for _ in range(3))
    np.add.at(votes, (places, predicted), 1)
    np.add.at(truth, (places, labels), 1)
    np.add.at(sums, places, predictions[[f"prob_{name}" for name in classes]].to_numpy(float))
    winners = np.where(votes == votes.max(axis=1, keepdims=True), sums, -1.0).argmax(axis=1)
    one_label = (truth > 0).sum(axis=1) == 1
    return pd.DataFrame(
        {
            "group": names,
            "images": images,
            "correct": correct,
            "accuracy": correct / images,
            "label": [
                classes[label] if one else None for label, one in zip(truth.argmax(axis=1), one_label, strict=True)
            ],
            "vote": [classes[vote] if one else None for vote, one in zip(winners, one_label, strict=True)],
        }
    )


def tabulate_shares(predictions: pd.DataFrame, groups: pd.Series, classes: Sequence[str]) -> pd.DataFrame:
    """`group,class,images,true_share,predicted_share`: of each group, for each class, the share of its images."""
    groups = predictions["image_id"].map(groups).rename("group")
    names = dict(enumerate(classes))
    tables = {}
    for share, column in (("true_share", "label"), ("predicted_share", "predicted")):
        counts = pd.crosstab(groups, predictions[column].map(names)).reindex(columns=list(classes), fill_value=0)
        tables[share] = counts.div(counts.sum(axis=1), axis=0).rename_axis(columns="class").stack()
    table = pd.DataFrame(tables).reset_index()
    table.insert(2, "images", table["group"].map(groups.value_counts()))
    return table


def summarize_groups(
    predictions: pd.DataFrame, levels: pd.DataFrame, classes: Sequence[str], positive: str | None = None
) -> dict:
    """Figures by group, ready for JSON.

    levels: the groups of each image, the coarsest level first, by `image_id`. `levels`: of each, the mean accuracy of
    its groups, every group counting alike, its interval, and the majority vote over the groups whose images have one
    label (None without any). `images`: the accuracy by image. All intervals respect the groups of the coarsest level.
    `shares`: of the coarsest level, if a group has images of several classes, the mean absolute error of the predicted
    shares of the positive class, or of all where there are more than two.
    """
    rows, right = [], (predictions["label"] == predictions["predicted"]).to_numpy()
    members = levels.loc[predictions["image_id"]]
    owners = members.iloc[:, 0].to_numpy()
    for name in levels:
        table = tabulate_groups(predictions, levels[name], classes)
        parts = members[name].to_numpy()
        low, high = bound_mean(right, parts, owners)
        rows.append(
            {
                "level": name,
                "groups": len(table),
                "accuracy": float(table["accuracy"].mean()),
                "accuracy_low": low,
                "accuracy_high": high,
                "lowest_accuracy": float(table["accuracy"].min()),
                "groups_of_one_label": int(table["label"].notna().sum()),
                "vote": summarize_votes(table, dict(zip(parts, owners, strict=True))),
            }
        )
    coarsest = tabulate_groups(predictions, levels.iloc[:, 0], classes)
    images, correct = len(right), int(right.sum())
    low, high = bound_share(right, owners)
    return {
        "level": str(levels.columns[0]),
        "levels": rows,
        "images": {"images": images, "correct": correct, "accuracy": correct / images}
        | {"accuracy_low": low, "accuracy_high": high},
        "shares": summarize_shares(predictions, levels.iloc[:, 0], coarsest, classes, positive),
    }


def summarize_votes(table: pd.DataFrame, owners: dict[str, str]) -> dict | None:
    """The majority votes of the groups whose images have one label, with the 95 % interval; None without such.

    owners: of each group the one of the coarsest level that it lies in, whose groups are alike.
    """
    table = table[table["label"].notna()]
    if table.empty:
        return None
    right = (table["label"] == table["vote"]).to_numpy()
    correct, groups = int(right.sum()), len(table)
    low, high = bound_share(right, table["group"].map(owners).to_numpy())
    return {
        "groups": groups,
        "correct": correct,
        "accuracy": correct / groups,
        "accuracy_low": low,
        "accuracy_high": high,
    }


def summarize_shares(
    predictions: pd.DataFrame, groups: pd.Series, table: pd.DataFrame, classes: Sequence[str], positive: str | None
) -> dict | None:
    """How far predicted shares of classes are from the true ones; None where every group has images of one class."""
    mixed = set(table.loc[table["label"].isna(), "group"])
    if not mixed:
        return None
    shown = choose_shown(classes, positive)
    shares = tabulate_shares(predictions, groups, classes)
    shares = shares[shares["class"].isin(shown)]
    errors = (shares["predicted_share"] - shares["true_share"]).abs()
    return {
        "classes": shown,
        "groups": len(table),
        "mixed_groups": len(mixed),
        "mean_absolute_error": float(errors.mean()),
        "mean_absolute_error_of_mixed": float(errors[shares["group"].isin(mixed)].mean()),
    }


def choose_shown(classes: Sequence[str], positive: str | None) -> list[str]:
    """The classes whose shares are compared: the positive one of two, else all."""
    return [choose_positive(list(classes), positive)] if len(classes) == 2 else list(classes)


def list_classes(predictions: pd.DataFrame) -> list[str]:
    """The classes of a table of predictions, in the order of their indices."""
    return [name.removeprefix("prob_") for name in predictions if name.startswith("prob_")]
