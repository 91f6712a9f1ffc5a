"""Figures of the selected grid cell by group of the user, such as patients, on the validation images alone."""

import smear.environment
from smear.evaluation.prediction_tables import read_predictions
from smear.files import write_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.split.group_levels import read_levels
from smear.statistics.group_metrics import list_classes, summarize_groups, tabulate_groups
from smear.tables import write_csv


def main(snakemake) -> None:
    levels = read_levels(snakemake.input.manifest)
    predictions = read_predictions(snakemake.input.predictions)
    classes = list_classes(predictions)
    summary = summarize_groups(predictions, levels, classes, snakemake.params.positive)
    table = tabulate_groups(predictions, levels.iloc[:, 0], classes)
    log.info("%d validation images in %d groups of %s", len(predictions), len(table), summary["level"])
    write_csv(table, snakemake.output.by_group)
    write_json(summary, snakemake.output.metrics)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
