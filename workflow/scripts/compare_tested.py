"""Set the tested network beside the baselines on the same test images, and draw both beside published results."""

from pathlib import Path

import smear.environment
import pandas as pd
from sklearn.metrics import f1_score
from smear.correctness import find_groups
from smear.differences import compare_network
from smear.figures.style import save
from smear.figures.test_comparison import draw_test_comparison
from smear.files import read_json
from smear.intervals import bound_share
from smear.job import log, logged_to
from smear.published import is_published_task, list_published
from smear.records import recorded
from smear.shortcuts import TESTED
from smear.tables import read_csv, write_csv

NETWORK = "network"


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


def main(snakemake) -> None:
    files = snakemake.input
    network, baselines = read_csv(files.predictions), read_csv(files.baseline_predictions)
    chosen = read_json(files.baselines)
    details = {NETWORK: read_json(files.selected)["cell"]}
    pairs = {name: chosen[name] for name in TESTED if name in chosen}
    details |= {name: f"{pair['features']}/{pair['classifier']}" for name, pair in pairs.items()}
    table = compare_tested(network, baselines, details, files.manifest)
    for row in table.itertuples():
        log.info("%s: %d of %d test images right", row.what, row.correct, row.images)
    applies = is_published_task(read_csv(files.catalog), files.reference, read_json(files.audit))
    published = list_published(files.published, files.others) if applies else []
    write_csv(table, snakemake.output.comparison)
    save(draw_test_comparison(table, published), snakemake.output.svg, snakemake.output.png)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
