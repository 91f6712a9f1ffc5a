"""Measure the threshold that was chosen before the test on validation and test images, and draw its curves."""

import smear.environment
from smear.evaluation.correctness import find_groups
from smear.evaluation.prediction_tables import read_predictions
from smear.figures.style import save
from smear.figures.threshold import draw_threshold
from smear.files import read_json, write_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.split.group_levels import read_levels
from smear.statistics.roc import measure_areas
from smear.statistics.threshold import measure_shares, tabulate_shares, take_scores
from smear.tables import write_csv


def main(snakemake) -> None:
    files, output = snakemake.input, snakemake.output
    chosen = read_json(files.threshold)
    threshold = chosen["threshold"]
    validation = read_predictions(files.validation_predictions)
    splits = {"validation": validation, "test": read_predictions([files.test_predictions])}
    results, scores = dict(chosen), {}
    for split, table in splits.items():
        scores[split] = take_scores(table, chosen["classes"], chosen["positive"])
        members = find_groups(files.manifest, table["image_id"].to_numpy()).names
        results[split] = measure_shares(scores[split], threshold, members) | measure_areas(scores[split], members)
    if path := output.get("by_group"):
        levels = read_levels(files.manifest).iloc[:, 0]
        members = splits["test"]["image_id"].map(levels).to_numpy()
        write_csv(tabulate_shares(scores["test"], members, threshold), path)
        results["level"] = str(levels.name)
    log.info("%s at %.6g: test sensitivity %s", chosen["positive"], threshold, results["test"]["sensitivity"])
    write_json(results, output.threshold)
    save(draw_threshold(scores, results), output.svg, output.png)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
