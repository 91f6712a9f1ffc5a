"""Draw the accuracy of each group of the user on validation and test images, and the shares of classes in each."""

import smear.environment
from smear.evaluation.prediction_tables import read_predictions
from smear.figures.groups import draw_groups, draw_shares
from smear.figures.style import save
from smear.job import logged_to
from smear.records import recorded
from smear.split.group_levels import read_levels
from smear.statistics.group_metrics import choose_shown, list_classes, tabulate_groups, tabulate_shares


def main(snakemake) -> None:
    files, output = snakemake.input, snakemake.output
    groups = read_levels(files.manifest).iloc[:, 0]
    level, shares = str(groups.name), {}
    for split in ("validation", "test"):
        predictions = read_predictions(files[f"{split}_predictions"])
        classes = list_classes(predictions)
        figure = draw_groups(tabulate_groups(predictions, groups, classes), level, split)
        save(figure, output[f"{split}_svg"], output[f"{split}_png"])
        shares[split] = tabulate_shares(predictions, groups, classes)
    save(
        draw_shares(shares, level, choose_shown(classes, snakemake.params.positive)),
        output.shares_svg,
        output.shares_png,
    )


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
