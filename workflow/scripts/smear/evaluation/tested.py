"""The network beside the baselines on the same test images."""

from pathlib import Path

import pandas as pd
from sklearn.metrics import f1_score

from smear.evaluation.correctness import find_groups
from smear.evaluation.differences import compare_network
from smear.evaluation.shortcuts import TESTED
from smear.statistics.intervals import bound_share

NETWORK = "network"


def name_baselines(chosen: dict) -> dict[str, str]:
    """`features/classifier` of each baseline of `baselines.json`, in the order of TESTED."""
    pairs = {name: chosen[name] for name in TESTED if name in chosen}
    return {name: f"{pair['features']}/{pair['classifier']}" for name, pair in pairs.items()}


def compare_tested(
    network: pd.DataFrame, baselines: pd.DataFrame, details: dict[str, str], manifest: str | Path
) -> pd.DataFrame:
    """`test_comparison.csv`: a row for the network, and one for each baseline.

    network: `image_id,label,predicted`. baselines: `image_id,label` and a column of predicted classes for each
    baseline, of the same images. details: what each is, the network first. manifest: of the split, which has the groups
    of images that depend on one another. `difference` and what belongs to it is the network's accuracy less that of the
    row, on the same images, as in `shortcut_differences.csv`.
    """
    _, *names = details
    answers = baselines.merge(network[["image_id", "predicted"]], on="image_id", validate="one_to_one")
    answers = answers.rename(columns={"predicted": NETWORK})
    labels = answers["label"].to_numpy()
    groups = find_groups(manifest, answers["image_id"].to_numpy()).names
    right = {name: answers[name].to_numpy() == labels for name in details}
    rows = [
        {
            "what": name,
            "details": details[name],
            "correct": int(right[name].sum()),
            "images": len(labels),
            "accuracy": float(right[name].mean()),
            **dict(zip(("accuracy_low", "accuracy_high"), bound_share(right[name], groups), strict=True)),
            "macro_f1": float(f1_score(labels, answers[name], average="macro", zero_division=0)),
        }
        for name in details
    ]
    others = answers[names].eq(labels, axis=0).to_numpy().T
    differences = compare_network(right[NETWORK], others, groups).drop(columns="images")
    table = pd.DataFrame(rows)
    return table.join(differences.set_index(table.index[1:])).astype(
        {"network_alone": "Int64", "baseline_alone": "Int64"}
    )
