"""Measure how right the selected grid cell's probabilities are, with a temperature from the validation images alone."""

import smear.environment
import numpy as np
import pandas as pd
from smear.evaluation.correctness import find_groups
from smear.evaluation.prediction_tables import read_predictions
from smear.figures.calibration import draw_calibration
from smear.figures.style import save
from smear.files import write_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.statistics.calibration import (
    SURE,
    compare_confidences,
    fit_temperature,
    measure_calibration,
    scale_probabilities,
)
from smear.statistics.group_metrics import list_classes
from smear.statistics.resampling import RESAMPLES


def take_arrays(predictions: pd.DataFrame, manifest: str) -> tuple[np.ndarray, ...]:
    """Labels, predictions, probabilities (float32, as the network gave them) and groups of a table of predictions."""
    columns = [f"prob_{name}" for name in list_classes(predictions)]
    labels, predicted = (predictions[name].to_numpy() for name in ("label", "predicted"))
    probabilities = predictions[columns].to_numpy(np.float32)
    return labels, predicted, probabilities, find_groups(manifest, predictions["image_id"].to_numpy()).names


def summarize_splits(arrays: dict[str, tuple[np.ndarray, ...]]) -> dict:
    """What `calibration.json` holds. arrays: by split, validation and test, what `take_arrays` gives."""
    labels, _, probabilities, _ = arrays["validation"]
    fit = fit_temperature(labels, probabilities)
    results = {
        "temperature": fit.temperature,
        "temperature_at_bound": fit.at_bound,
        "resamples": RESAMPLES,
        "confident_from": SURE,
    }
    for split, (labels, predicted, before, groups) in arrays.items():
        after = scale_probabilities(before, fit.temperature)
        results[split] = {
            "before": measure_calibration(labels, predicted, before, groups),
            "after": measure_calibration(labels, predicted, after, groups),
            "confidences": compare_confidences(labels, predicted, before),
        }
    return results


def main(snakemake) -> None:
    files, output = snakemake.input, snakemake.output
    validation = read_predictions(files.validation_predictions)
    splits = {"validation": validation, "test": read_predictions([files.test_predictions])}
    arrays = {split: take_arrays(table, files.manifest) for split, table in splits.items()}
    results = summarize_splits(arrays)
    log.info("temperature %.4f, fitted on %d validation images", results["temperature"], len(validation))
    write_json(results, output.calibration)
    save(draw_calibration(*arrays["test"][:3], results), output.svg, output.png)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
