"""Split the images by every unit and several seeds, and show how many have a repeat capture in another split."""

import smear.environment
import pandas as pd
from smear.figures.note import draw_note
from smear.figures.repeat_captures import draw_repeat_captures
from smear.figures.style import save
from smear.files import read_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.split.audit import REPEATS, compare_units
from smear.split.targets import split_targets
from smear.tables import read_csv, write_csv

MOST_SEEDS, FEWEST_SEEDS = 20, 3
IMAGES = 200_000  # to be split by every unit, in all


def choose_seeds(images: int) -> range:
    """Seeds to split so many images by; the more they are, the less one split differs from another."""
    return range(min(MOST_SEEDS, max(FEWEST_SEEDS, IMAGES // images)))


def main(snakemake) -> None:
    audit, output = read_json(snakemake.input.audit), snakemake.output
    if not audit.get("fields_searched", True):
        write_csv(pd.DataFrame(columns=REPEATS), output.siblings)
        note = draw_note("Repeat captures across splits", "Not searched for (fields.search: none).")
        save(note, output.svg, output.png)
        return
    manifest = read_csv(snakemake.input.manifest)
    catalog = read_csv(snakemake.input.catalog).rename(columns={"class": "source_class"})
    images = catalog.merge(manifest[["image_id", "class", "field_id"]], on="image_id", validate="one_to_one")
    counts = images["class"].value_counts().sort_index().to_dict()
    targets, seeds = split_targets(counts, snakemake.params.fractions), choose_seeds(len(images))
    table = compare_units(images, targets, seeds, snakemake.params.block)
    for unit, across in table.groupby("unit", sort=False)["images_with_sibling_across_splits"]:
        log.info(
            "%s: %.1f images with a repeat capture in another split, mean of %d seeds", unit, across.mean(), len(across)
        )
    write_csv(table, output.siblings)
    save(draw_repeat_captures(table, audit), output.svg, output.png)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
