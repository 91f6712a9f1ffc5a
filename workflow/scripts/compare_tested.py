"""Set the tested network beside the baselines on the same test images, and draw both beside published results."""

import smear.environment
from smear.evaluation.prediction_tables import read_predictions
from smear.evaluation.published import is_published_task, list_published
from smear.evaluation.tested import NETWORK, compare_tested, name_baselines
from smear.figures.style import save
from smear.figures.test_comparison import draw_test_comparison
from smear.files import read_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.tables import read_csv, write_csv


def main(snakemake) -> None:
    files = snakemake.input
    network, baselines = read_predictions([files.predictions]), read_csv(files.baseline_predictions)
    details = {NETWORK: read_json(files.selected)["cell"], **name_baselines(read_json(files.baselines))}
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
