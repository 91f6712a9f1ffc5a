"""Write the page that says of each claim of the paper whether it holds, which needs nothing beside it."""

from pathlib import Path
from types import SimpleNamespace

import smear.environment
from smear.evaluation.published import same_images
from smear.figures.claims import draw_claims
from smear.figures.style import save
from smear.figures.svg import inline_svg
from smear.files import read_json, write_text
from smear.formats import format_value
from smear.grid import AXES
from smear.job import log, logged_to
from smear.records import recorded
from smear.report.claims import claims_table, count_verdicts, describe_leakage
from smear.report.rendering import render
from smear.report.staged import describe_search
from smear.reproduction.staged import list_stages
from smear.reproduction.verdicts import MARGIN
from smear.tables import read_csv


def describe(inputs: SimpleNamespace, figure: str | Path, params: SimpleNamespace) -> dict:
    """Arrange the results as the variables of the template; figure: the SVG of the claims."""
    claims, published, setting = read_csv(inputs.claims), read_json(inputs.published), read_json(inputs.setting)
    rows = [describe_setting(row) for row in setting["rows"]]
    stages = [AXES[axis].label.lower() for axis in list_stages(published)]
    return {
        "style": Path(inputs.style).read_text(encoding="utf-8"),
        "experiment": params.experiment,
        "dataset": params.dataset,
        "shuffled": params.shuffled,
        "papers_images": same_images(read_csv(inputs.catalog), inputs.reference),
        "published": published,
        "setting": setting,
        "settings": rows,
        "differing": [row["name"].lower() for row in rows if not row["same"]],
        "verdicts_total": len(claims),
        "counts": count_verdicts(claims),
        "claims": claims_table(claims, {name: split["grouped"] for name, split in setting["splits"].items()}),
        "figure": inline_svg(figure, "Differences behind the claims, with 95 % intervals and verdicts"),
        "stages": ", then ".join(stages),
        "searches": describe_search(read_json(inputs.search)),
        "leakage": describe_leakage(read_json(inputs.leakage)),
        "margin": f"{100 * MARGIN:g}",
    }


def describe_setting(row: dict) -> dict:
    """One setting of the paper and of the run, in words."""
    name = row["setting"]
    if name not in AXES:
        texts = {side: ", ".join(f"{size} px" for size in row[side]) for side in ("paper", "here")}
        return texts | {"name": "Image size", "same": row["same"]}
    texts = {side: ", ".join(format_value(name, value) for value in row[side]) for side in ("paper", "here")}
    return texts | {"name": AXES[name].label, "same": row["same"]}


def main(snakemake: SimpleNamespace) -> None:
    """Draw the claims and write the page."""
    output = snakemake.output
    save(draw_claims(read_csv(snakemake.input.claims), MARGIN), output.claims_svg, output.claims_png)
    values = describe(snakemake.input, output.claims_svg, snakemake.params)
    write_text(render(snakemake.input.template, values, html=True), output.page)
    log.info("the paper's claims: %s", values["counts"])


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
