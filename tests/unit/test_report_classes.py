"""What the page and the card say of merged classes, and of a task of two."""

import json
import re

import pandas as pd
import pytest
import render_report
from made_up import grid_cells
from made_up_report import ONE, write_report_inputs
from page import Page
from smear.report.classes import compare_by_task
from smear.report.tables import split_table

pytestmark = pytest.mark.slow

BINARY = {"Benign": ["Benign"], "Malignant": ["Early", "Pre", "Pro"]}
TASK = {"classes": list(BINARY), "sizes": (51, 277), "mistakes": ((1, 0),) * 7 + ((0, 1),) * 2, "labels": BINARY}


def render(folder, **changes) -> tuple[object, str, str]:
    """Render made-up results of one grid cell: `snakemake`, the text of the page and that of the card."""
    snakemake = write_report_inputs(folder, cells=grid_cells(**ONE), **changes)
    render_report.main(snakemake)
    card = snakemake.output.model_card.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    return snakemake, Page(snakemake.output.report.read_text(encoding="utf-8")).text, card


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    """The report of a task of two merged classes on the paper's images: page and card."""
    return render(tmp_path_factory.mktemp("binary"), **TASK)[1:]


def test_sensitivity_and_specificity_stand_on_the_page_and_on_the_card(binary):
    page, card = binary
    # 270 of 277 and 49 of 51; the intervals are scipy's.
    assert "Test sensitivity97.47 % 270 of 277 Malignant images, 95 % interval 94.88 to 98.77 %" in page
    assert "Test specificity96.08 % 49 of 51 Benign images, 95 % interval 86.78 to 98.92 %" in page
    assert "| Test sensitivity | 97.47 % | 270 of 277 | 94.88 % to 98.77 % |" in card
    assert "| Test specificity | 96.08 % | 49 of 51 | 86.78 % to 98.92 % |" in card
    for text in binary:
        assert text.count("Malignant is the positive class (by default, as the last in sorted order)") == 1


def test_a_positive_class_that_was_chosen_is_said_to_be(tmp_path):
    _, page, card = render(tmp_path, **TASK, positive="Benign")
    for text in (page, card):
        assert "Benign is the positive class (by dataset.positive)" in text
    assert "Test sensitivity96.08 % 49 of 51 Benign images" in page


def test_merged_classes_are_named_and_their_parts_counted(binary):
    page, card = binary
    sentence = "dataset.labels merges classes of the source: Benign = Benign; Malignant = Early + Pre + Pro."
    assert sentence in page
    assert sentence in card
    assert "| of these Early | 301 | 31 | 21 |" in card
    assert "of these Benign" not in card, "a class of one folder has no parts"


def test_the_papers_figures_do_not_stand_beside_other_classes(binary, tmp_path):
    page, _ = binary
    assert "puts the images of the paper that the workflow reproduces into other classes" in page
    for text in binary:
        assert "10.1002/int.22753" in text, "the images are cited still"
        assert "Fajrina" not in text
        assert "96-bin color histogram" not in text
    assert "three images apart" not in page
    _, plain, _ = render(tmp_path)
    assert "Fajrina" in plain


def test_four_classes_have_no_positive_one(tmp_path):
    snakemake, page, card = render(tmp_path)
    assert "positive" not in json.loads(snakemake.input.test_metrics.read_text())
    for text in (page, card):
        assert not re.search("positive class|sensitivity|specificity|dataset.labels", text, re.IGNORECASE)


def test_totals_leave_the_parts_out():
    audit = {
        "counts": {split: {"Benign": 1, "Malignant": 9} for split in ("train", "validation", "test")},
        "labels": BINARY,
        "source_counts": {
            split: {"Benign": 1, "Early": 2, "Pre": 3, "Pro": 4} for split in ("train", "validation", "test")
        },
    }
    rows = split_table(audit, list(BINARY))
    assert [(row["name"], row["train"], row["total"], row["part"]) for row in rows] == [
        ("Benign", 1, 3, False),
        ("Malignant", 9, 27, False),
        ("Early", 2, 6, True),
        ("Pre", 3, 9, True),
        ("Pro", 4, 12, True),
        ("All", 10, 30, False),
    ]


def test_pairs_conflict_by_the_classes_of_the_task(tmp_path):
    catalog = pd.DataFrame({"image_id": ["x", "y", "z"], "class": ["Early", "Pre", "Benign"]})
    pairs = pd.DataFrame({"first": ["x", "x"], "second": ["y", "z"], "same_class": [False, False]})
    assert compare_by_task(pairs, catalog, BINARY)["same_class"].tolist() == [True, False]
    assert compare_by_task(pairs, catalog, None)["same_class"].tolist() == [False, False]
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE), **TASK)
    rows = [("Early/1", "Pre/2"), ("Benign/1", "Pro/2")]
    found = pd.DataFrame(rows, columns=["first", "second"]).assign(
        similarity=0.9, dx=0, dy=0, evidence=9, same_class=False
    )
    found.to_csv(snakemake.input.field_pairs, index=False)
    render_report.main(snakemake)
    text = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert "1 pair of images show one microscope field but have different classes" in text
    assert "Benign/1" in text
    assert "Early/1" not in text
