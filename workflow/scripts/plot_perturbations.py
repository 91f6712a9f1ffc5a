"""Draw what the selected network still classifies correctly of changed images, and a sheet of such images."""

import smear.environment
import numpy as np
from smear.figures.perturbations import draw_perturbations, draw_sheet
from smear.figures.style import save
from smear.files import read_json
from smear.job import logged_to
from smear.records import recorded
from smear.tables import read_csv


def main(snakemake) -> None:
    files, output = snakemake.input, snakemake.output
    network, facts = read_csv(files.network), read_json(files.facts)
    save(draw_perturbations(network, facts), output.svg, output.png)
    classes, shown = list(read_csv(files.example_rows)["class"]), facts["shown"]
    # JSON has sorted the kinds.
    shown = {kind: shown[kind] for kind in network["perturbation"].unique()}
    save(draw_sheet(np.load(files.examples), classes, shown), output.sheet_svg, output.sheet_png)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
