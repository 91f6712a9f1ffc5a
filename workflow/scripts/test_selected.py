"""The final test: predictions for the test images, which nothing else reads, of all that was chosen on validation."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import smear.environment
import numpy as np
import pandas as pd
from smear.evaluation.correctness import find_groups
from smear.evaluation.frozen_threshold import add_threshold
from smear.evaluation.looks import add_look, find_looks, write_looks
from smear.evaluation.prediction_tables import find_improper
from smear.files import atomic_write, read_json, write_json
from smear.job import UserError, log, logged_to, show_name
from smear.predictions import get_classes, tabulate_predictions
from smear.records import recorded
from smear.split.group_levels import read_levels
from smear.split.targets import SPLITS
from smear.statistics.binary_metrics import binary_summary
from smear.statistics.group_metrics import summarize_groups, tabulate_groups
from smear.statistics.metrics import classification_summary
from smear.tables import read_csv, write_csv
from smear.training.keras_start import start_keras

BATCH = 64


def digest_settings(provenance: dict, threshold: dict | None, baselines: dict, embeddings: list[str]) -> str:
    """SHA-256 of what a look is made with beside the model's file, all of it chosen before.

    provenance: of the model, whose settings and hyperparameters count. embeddings: digests of the tables that a probe
    is given.
    """
    settings = [provenance["settings"], threshold, baselines, embeddings]
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def predict_chosen(
    chosen: dict[str, dict], files: Mapping, rows: pd.DataFrame, fold: int | None, threads: int
) -> pd.DataFrame:
    """`image_id,label` of the test images, and the class that each of the chosen baselines predicts.

    Each is fitted as in the audit, to the training images of the model that is tested. chosen: `baselines.json`. files:
    tensors, their rows and embeddings by name. rows: of the test images. fold: that of the tested model, if any.
    """
    # Imported here: scikit-learn would make Keras slower to start.
    from smear.evaluation.baselines import Division, draw, predict_baselines
    from smear.training.tensors import TRAINING_SPLITS, JoinedImages, TensorFile, divide_rows

    tables = [read_csv(files[f"{split}_rows"]) for split in TRAINING_SPLITS]
    train = draw(divide_rows(tables, fold)["train"])
    labels = pd.concat([*tables, rows])["label"].to_numpy()
    division = Division(train, np.arange(len(labels) - len(rows), len(labels)))

    def join(suffix: str) -> JoinedImages:
        return JoinedImages([TensorFile(files[split + suffix]) for split in SPLITS], np.arange(len(labels)))

    embeddings = join("_embeddings") if files.get("test_embeddings") else None
    pairs = {(pair["features"], pair["classifier"]): name for name, pair in chosen.items()}
    predicted = predict_baselines(join(""), labels, [division], threads, embeddings, pairs)
    return rows[["image_id", "label"]].assign(**{pairs[pair]: classes for pair, classes in predicted})


def main(snakemake, digests: dict[str, str]) -> None:
    """digests: SHA-256 of the inputs that were checked, see `records.recorded`."""
    params = snakemake.params
    # Imported here, so that the backend is chosen before and what it says when it starts goes to the log.
    start_keras(params.backend)
    from smear.training.device import adapt, prepare_device
    from smear.training.feed import Feed
    from smear.training.model_file import load_model
    from smear.training.tensors import TensorFile

    memory = 1_000_000 * snakemake.resources.mem_mb
    prepare_device(snakemake.threads, memory, params.deterministic, params.precision, Path(params.cache))
    selected = read_json(snakemake.input.selected)["cell"]
    rows = read_csv(snakemake.input.test_rows)
    classes, labels = get_classes(rows), rows["label"].to_numpy()

    model = load_model(snakemake.input.model, "delete it and start again, and its grid cell is trained again")
    adapt(model)
    feed = Feed(TensorFile(snakemake.input.test), labels, resident=False)
    probabilities = feed.predict(feed.connect(model), BATCH)
    if (place := find_improper(probabilities)) is not None:
        raise UserError(
            f"The model of {selected} gives the test image {show_name(rows['image_id'].iloc[place])} no probabilities, "
            "as when numbers become too large for 16 bits: set training.precision: float32, or lower "
            "grid.learning_rate."
        )
    predictions = tabulate_predictions(rows, probabilities, classes)
    predicted = predictions["predicted"].to_numpy()
    manifest = snakemake.input.manifest
    groups = find_groups(manifest, rows["image_id"].to_numpy())
    summary = classification_summary(labels, predicted, probabilities, classes, groups.names)
    summary |= binary_summary(labels, predicted, classes, params.positive, groups.names)
    summary["unit"] = groups.unit
    chosen = read_json(path) if (path := snakemake.input.get("threshold")) else None
    by_group = None
    if snakemake.output.get("by_group"):
        levels = read_levels(manifest)
        by_group = tabulate_groups(predictions, levels.iloc[:, 0], classes)
        summary["groups"] = summarize_groups(predictions, levels, classes, params.positive)
    baselines = read_json(snakemake.input.baselines)
    provenance = read_json(snakemake.input.provenance)
    fold = provenance["settings"]["fold"]
    others = predict_chosen(baselines, snakemake.input, rows, fold, snakemake.threads)
    # Before anybody can see what came of it, so that no look is missing, and none is counted that told nothing.
    images, table = set(rows["sha256"]), Path(params.table)
    embeddings = [digests[path] for name in SPLITS if (path := snakemake.input.get(f"{name}_embeddings"))]
    settings = digest_settings(provenance, chosen, baselines, embeddings)
    look = add_look(table, snakemake.wildcards.experiment, images, digests[snakemake.input.model], settings)
    log.info("a look at the test images, recorded in %s: %s", table, look.why)
    log.info("%s: %d of %d test images right", selected, summary["correct"], summary["images"])

    write_looks(find_looks(table, images), snakemake.output.looks)
    write_csv(predictions, snakemake.output.predictions)
    write_csv(others, snakemake.output.baseline_predictions)
    if by_group is not None:
        write_csv(by_group, snakemake.output.by_group)
    write_json({"cell": selected, **summary}, snakemake.output.metrics)
    with atomic_write(snakemake.output.model) as path:
        shutil.copyfile(snakemake.input.model, path)
        if chosen is not None:
            add_threshold(path, chosen)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake) as digests:
        main(snakemake, digests)
