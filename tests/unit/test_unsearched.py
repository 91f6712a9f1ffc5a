"""`fields.search: none`: every image is a field of its own, and figures, audit, report and card say why."""

import audit_splits
import find_fields
import pandas as pd
import plot_fields
import pytest
import render_report
from made_up_report import write_report_inputs
from page import Page
from smear.files import read_json, write_json
from smear.tables import read_csv, write_csv
from split_job import NAMES, Names, split


def test_no_pair_is_compared(tmp_path):
    write_csv(pd.DataFrame({"image_id": NAMES, "path": "gone.png"}), tmp_path / "catalog.csv")
    files = ("fields.csv", "pairs.csv", "summary.json", "evidence.csv")
    output = Names({name.partition(".")[0]: tmp_path / name for name in files})
    find_fields.main(
        Names(input=Names(catalog=tmp_path / "catalog.csv"), output=output, params=Names(search="none"), threads=1)
    )
    fields = read_csv(output.fields)
    assert fields["field_id"].tolist() == fields["image_id"].tolist() == NAMES
    assert read_csv(output.pairs).columns.tolist() == find_fields.PAIRS
    assert read_json(output.summary)["search"] == "none"
    figure = Names(svg=tmp_path / "f.svg", png=tmp_path / "f.png")
    plot_fields.main(Names(input=Names(evidence=output.evidence, summary=output.summary), output=figure))
    assert "Not searched for (fields.search: none)." in figure.svg.read_text()


def test_the_audit_says_that_nothing_is_known_of_repeat_captures(tmp_path):
    _, audit = split(tmp_path, unit="image", fields_searched=False)
    assert audit["fields_searched"] is False
    assert audit["images_with_sibling_across_splits"] is None
    assert "Fields were not searched for (fields.search: none)" in audit["promise"]
    output = Names(siblings=tmp_path / "s.csv", svg=tmp_path / "s.svg", png=tmp_path / "s.png")
    audit_splits.main(Names(input=Names(audit=tmp_path / "audit.json"), output=output))
    assert read_csv(output.siblings).empty
    assert "Not searched for (fields.search: none)." in output.svg.read_text()


@pytest.mark.slow
def test_the_report_and_the_card_name_no_repeat_captures(tmp_path):
    snakemake = write_report_inputs(tmp_path)
    unknown = {"images_with_sibling": None, "images_with_sibling_across_splits": None, "fields_searched": False}
    write_json(read_json(snakemake.input.audit) | unknown, snakemake.input.audit)
    fields = {"images": 328, "pairs": 0, "largest_field": 1, "pairs_compared": 0, "search": "none"}
    write_json(fields, snakemake.input.fields)
    render_report.main(snakemake)
    page = Page(snakemake.output.report.read_text(encoding="utf-8"))
    for text in (page.text, snakemake.output.model_card.read_text()):
        assert "have a repeat capture" not in text
