"""Choose a threshold for one class against the rest on the validation images, before the test."""

import smear.environment
from smear.evaluation.correctness import find_groups
from smear.evaluation.prediction_tables import read_predictions
from smear.files import write_json
from smear.job import UserError, log, logged_to, show_name
from smear.records import recorded
from smear.statistics.group_metrics import list_classes
from smear.statistics.threshold import choose_threshold, measure_shares, take_scores


def main(snakemake) -> None:
    params = snakemake.params
    predictions = read_predictions(snakemake.input.predictions)
    classes = list_classes(predictions)
    scores = take_scores(predictions, classes, params.positive)
    if not scores.positive.any():
        raise UserError(
            f"None of the {len(predictions):,} validation images is {show_name(params.positive)}, so that no threshold "
            "for it can be chosen; put images of that class into the validation split, or set threshold.positive and "
            "dataset.positive to null."
        )
    threshold = choose_threshold(scores, params.sensitivity)
    members = find_groups(snakemake.input.manifest, predictions["image_id"].to_numpy()).names
    validation = measure_shares(scores, threshold, members)
    log.info("%s from a probability of %.6g: sensitivity %.4f", params.positive, threshold, validation["sensitivity"])
    chosen = {
        "positive": params.positive,
        "classes": classes,
        "threshold": threshold,
        "target": params.sensitivity,
        "rule": f"{params.positive} where its probability is at least the threshold, the largest one whose sensitivity "
        f"on the validation images is at least {params.sensitivity:g}",
        "validation": validation,
    }
    write_json(chosen, snakemake.output.threshold)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
