"""What report and card say by group of the user: every level, votes, shares, the worst groups."""

import json
import re

import pandas as pd
import pytest
import render_report
from made_up import CLASSES
from made_up_report import write_report_inputs
from page import Page
from smear.figures.note import draw_note
from smear.figures.style import save
from smear.files import read_json, write_json
from smear.statistics.group_metrics import summarize_groups, tabulate_groups
from smear.tables import read_csv, write_csv

pytestmark = pytest.mark.slow

TWO = ["Benign", "Malignant"]
LEVELS = [
    {"level": "patient", "groups": 200, "largest_group": 800, "groups_across_splits": 0, "images_across_splits": 0},
    {"level": "photo", "groups": 1107, "largest_group": 90, "groups_across_splits": 7, "images_across_splits": 31},
]
FURTHEST = {"class": "Benign", "place": "test", "share": 0.12, "wanted": 0.1}


def render(tmp_path, classes: list[str], pure: bool, patient: str = "C"):
    """The page and the card of a report with made-up groups; pure: whether all images of a patient have one label."""
    sizes = (60, 80, 70, 50)[: len(classes)]
    snakemake = write_report_inputs(tmp_path, classes, ((1, 0), (1, 0)), published_applies=False, sizes=sizes)
    predictions = read_csv(snakemake.input.test_predictions)
    number = pd.Series(range(len(predictions)))
    group = patient + (number % 8).astype(str) + (predictions["label"].astype(str) if pure else "")
    levels = pd.DataFrame({"patient": group, "photo": group + "/" + (number % 3).astype(str)})
    levels.index = pd.Index(predictions["image_id"], name="image_id")
    summary, table = (
        summarize_groups(predictions, levels, classes),
        tabulate_groups(predictions, levels["patient"], classes),
    )
    given = vars(snakemake.input)
    for name in ("validation", "test"):
        given[f"{name}_by_group"] = tmp_path / f"{name}.csv"
        write_csv(table, given[f"{name}_by_group"])
    given["validation_groups"] = tmp_path / "groups.json"
    write_json(summary, given["validation_groups"])
    write_json(read_json(snakemake.input.test_metrics) | {"groups": summary}, snakemake.input.test_metrics)
    audit = json.loads(snakemake.input.audit.read_text())
    audit |= {"unit": "group", "group_levels": LEVELS, "largest_share_deviation": FURTHEST}
    write_json(audit, snakemake.input.audit)
    for name in ("validation_groups_svg", "test_groups_svg", "group_shares_svg"):
        given[name] = tmp_path / f"{name}.svg"
        save(draw_note(name, "here"), given[name])
    render_report.main(snakemake)
    return Page(snakemake.output.report.read_text(encoding="utf-8")), snakemake.output.model_card.read_text()


def test_every_level_stands_side_by_side(tmp_path):
    page, card = render(tmp_path, TWO, pure=False)
    table = page.text.partition("By group")[2].partition("Misclassified")[0]
    assert re.search(r"image 14098\.57.+photo 2498\.61.+patient 898\.53", table)
    assert re.search(r"photo\s*1,107\s*90\s*7\s*31", page.text)
    assert "Furthest from what was asked for is Benign in test: 12.00" in page.text
    assert "The lowest accuracies by patient in test: C4 94.12" in table
    sentence = "8 of 8 groups have images of several classes; the predicted share of Malignant in a patient differs"
    assert sentence in table
    assert sentence in card
    assert "the majority vote over" not in table
    assert "| Test, mean of 8 groups (patient) | 98.5" in card


def test_majority_votes_of_groups_with_one_label(tmp_path):
    page, card = render(tmp_path, CLASSES, pure=True)
    assert "In test the majority vote over the images of a patient is correct for 32 of 32 groups: 100.00" in page.text
    assert "groups have images of several classes" not in page.text
    assert "| Test, majority vote (patient) | 100.00" in card


@pytest.mark.parametrize("name", ["<b>&", "a|b"])
def test_names_of_groups_are_no_marks(tmp_path, name):
    page, _ = render(tmp_path, TWO, pure=False, patient=name)
    assert f"{name}4" in page.text
