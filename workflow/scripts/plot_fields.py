"""Draw what separates captures of one field from chance."""

import smear.environment
from smear.figures.fields import draw_scores
from smear.figures.note import draw_note
from smear.figures.style import save
from smear.files import read_json
from smear.job import logged_to
from smear.records import recorded
from smear.tables import read_csv


def main(snakemake) -> None:
    summary = read_json(snakemake.input.summary)
    if summary.get("search") == "none":
        figure = draw_note("Which images show the same field?", "Not searched for (fields.search: none).")
    else:
        figure = draw_scores(read_csv(snakemake.input.evidence), summary)
    save(figure, snakemake.output.svg, snakemake.output.png)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
