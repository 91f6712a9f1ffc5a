"""Put the tests of all outer folds together: every image, predicted once by a model whose selection never saw it."""

from pathlib import Path

import smear.environment
import numpy as np
import pandas as pd
from smear.evaluation.correctness import find_groups
from smear.evaluation.looks import write_looks_of
from smear.evaluation.outer_folds import prove_tests, summarize_choices, tabulate_choices
from smear.evaluation.prediction_tables import read_predictions
from smear.evaluation.shortcuts import describe_details
from smear.evaluation.tested import NETWORK, compare_tested, name_baselines
from smear.figures.outer_folds import draw_choices
from smear.figures.style import save
from smear.files import read_json, write_json
from smear.grid import AXES
from smear.job import log, logged_to
from smear.records import recorded
from smear.split.targets import list_tested
from smear.statistics.binary_metrics import binary_summary
from smear.statistics.group_metrics import list_classes
from smear.statistics.metrics import classification_summary
from smear.tables import read_csv, write_csv


def pool(predictions: list[pd.DataFrame]) -> pd.DataFrame:
    """The predictions of all outer folds as one table in the order of `image_id`, with `outer_fold`."""
    tables = [table.assign(outer_fold=fold) for fold, table in enumerate(predictions, 1)]
    return pd.concat(tables).sort_values("image_id", ignore_index=True)


def compare_baselines(pooled: pd.DataFrame, tables: list[pd.DataFrame], chosen: list[dict], folds: str) -> pd.DataFrame:
    """As `compare_tested`, of all images: what each outer fold has chosen on its validation images.

    tables, chosen: of each outer fold, predictions of its baselines and `baselines.json`. folds: the path of the draw.
    """
    named = [name_baselines(one) for one in chosen]
    details = {NETWORK: "the grid cell that each outer fold selected"}
    for name in named[0]:
        pairs = list(dict.fromkeys(one[name] for one in named))
        several = " or ".join(describe_details({"details": pair}) for pair in pairs)
        details[name] = pairs[0] if len(pairs) == 1 else several
    return compare_tested(pooled, pd.concat(tables, ignore_index=True), details, folds)


def main(snakemake) -> None:
    files, output = snakemake.input, snakemake.output
    folds = read_csv(files.folds)
    predictions = [read_predictions([path]) for path in files.predictions]
    manifests = [read_csv(path) for path in files.manifests]
    proof = prove_tests(folds, manifests, predictions, Path(files.folds).parent, snakemake.params.fields_searched)
    pooled = pool(predictions)
    classes = list_classes(pooled)
    labels, predicted = (pooled[name].to_numpy() for name in ("label", "predicted"))
    probabilities = pooled[[f"prob_{name}" for name in classes]].to_numpy(np.float32)
    groups = find_groups(files.folds, pooled["image_id"].to_numpy())
    summary = classification_summary(labels, predicted, probabilities, classes, groups.names)
    summary |= binary_summary(labels, predicted, classes, snakemake.params.positive, groups.names)
    choices = tabulate_choices(folds, predictions, [read_json(path) for path in files.selections], list(AXES))
    summary |= {"unit": groups.unit, "proof": proof, "spread": summarize_choices(choices)}
    log.info("%d of %d images right, each tested once", summary["correct"], summary["images"])
    write_csv(pooled, output.predictions)
    write_csv(choices, output.choices)
    baselines = [read_csv(path) for path in files.baseline_predictions]
    comparison = compare_baselines(pooled, baselines, [read_json(path) for path in files.baselines], files.folds)
    write_csv(comparison, output.comparison)
    write_json(summary, output.metrics)
    images = list_tested(read_csv(files.own_manifest))
    write_looks_of(snakemake.params.experiments, Path(snakemake.params.table), images, output.looks)
    save(draw_choices(choices, summary), output.svg, output.png)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
