"""Reports of other results than those of the paper's grid."""

import json

import numpy as np
import pandas as pd
import pytest
import render_report
from made_up import differences_of, grid_cells, shortcuts_of
from made_up_report import ONE, render, write_report_inputs
from page import Page
from smear.evaluation.looks import add_look
from smear.figures.augmentation import draw_augmentation
from smear.figures.style import save

pytestmark = pytest.mark.slow


def test_on_other_images_the_papers_figures_are_left_out(tmp_path):
    snakemake, page = render(tmp_path, published_applies=False)
    assert "do not apply here" in page.text
    for text in (page.text, snakemake.output.model_card.read_text(encoding="utf-8")):
        assert "Ghaderzadeh" not in text
        assert "three images apart" not in text


@pytest.mark.parametrize("count", [0, 1, 25])
def test_any_number_of_mistakes_reads_well(tmp_path, count):
    _, page = render(tmp_path, mistakes=((2, 0),) * count, cells=grid_cells(**ONE))
    expected = {0: "test images None.", 1: "1 image, the most confident", 25: "The other 5 images"}
    assert expected[count] in page.text


def test_odd_class_names_are_shown_and_not_obeyed(tmp_path):
    classes = ["<b>&", "a|b_c", "NA", "{{ 7 * 6 }}"]
    snakemake, page = render(tmp_path, classes=classes, cells=grid_cells(**ONE))
    for name in classes:
        assert f"{name}/WBC-{name}-" in page.text or page.text.count(name) > 3
    card = snakemake.output.model_card.read_text(encoding="utf-8")
    assert "| &lt;b>&amp; |" in card
    assert "| a\\|b\\_c |" in card
    assert "<b>" not in card


def test_provenance_that_was_not_recorded_is_left_out(tmp_path):
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    snakemake.input.provenance.write_text("{}")
    render_report.main(snakemake)
    text = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert "Settings of the training" not in text


@pytest.mark.parametrize(("unit", "said"), [("stain", True), ("sequence", True), ("group", False)])
def test_what_stands_in_for_slides_says_nothing_of_other_patients(tmp_path, unit, said):
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    for path, changes in ((snakemake.input.audit, {"unit": unit}), (snakemake.input.test_metrics, {"unit": "group"})):
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    render_report.main(snakemake)
    text = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert ("other stains or other patients" in text) == said


def test_looks_of_others_are_read_where_there_are_any(tmp_path):
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    table = tmp_path / "datasets/test_looks.csv"
    for experiment in ("paper", "later", "last"):
        add_look(table, experiment, set(pd.read_csv(snakemake.input.test_rows, dtype=str)["sha256"]), "m", "c")
    add_look(table, "elsewhere", {"f" * 64}, "m", "c")
    # What the test found in the table counts even where it is gone from it.
    snakemake.input.all_looks = [str(table)]
    render_report.main(snakemake)
    text = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert "have had 5 looks, by 4 experiments" in text


def test_what_the_first_weights_have_seen_is_said(tmp_path):
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    audit = json.loads(snakemake.input.audit.read_text())
    audit["start_weights"] = {
        "file": "a_b.keras", "training_images": 9, "all_known": True, "validation_images_seen": 3, "test_images_seen": 2
    }  # fmt: skip
    snakemake.input.audit.write_text(json.dumps(audit))
    render_report.main(snakemake)
    text = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert "trained on 3 of the validation and 2 of the test images" in text
    assert "a\\_b.keras" in snakemake.output.model_card.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("color", "words"), [("rgb", None), ("gray", "gray"), ("stain_normalised", "stain-normalized")]
)
def test_the_model_card_says_what_images_the_model_takes(tmp_path, color, words):
    cells = grid_cells(**ONE, color=[color])
    snakemake = write_report_inputs(tmp_path, cells=cells)
    shortcuts_of((color,)).to_csv(snakemake.input.shortcuts, index=False)
    differences_of(shortcuts_of((color,)), 300).to_csv(snakemake.input.differences, index=False)
    render_report.main(snakemake)
    card = snakemake.output.model_card.read_text(encoding="utf-8")
    assert ("Its images were made" in card) == (words is not None)
    assert words is None or f"were made {words} before" in card


def test_augmented_images_are_shown_where_a_set_changes_any(tmp_path):
    sets = {
        "default": {"color": "rgb", "strengths": {"crop": 0.1, "flip": "both", "shift": 0, "stain": 0.05}},
        "turned": {"color": "rgb", "strengths": {"crop": 0, "rotation": 180, "flip": "none"}},
    }
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    snakemake.params.augmentations = sets
    snakemake.input.augmentation_svg = tmp_path / "augmentation.svg"
    images = np.random.default_rng(0).integers(0, 256, (2, 1, 7, 4, 4, 3)).astype(np.uint8)
    save(draw_augmentation(images, ["Benign"], sets, 4), snakemake.input.augmentation_svg)
    render_report.main(snakemake)
    page = Page(snakemake.output.report.read_text(encoding="utf-8"))
    assert ("figure", "id", "augmentation") in page.attributes
    assert (
        "The sets are default: crop up to 10 %, horizontal and vertical flips, stain up to 5 %; turned: rotation up to "
        "180°."
    ) in page.text
    assert "Validation and test images are never changed, and none is shown here." in page.text
    pixelated = [value for tag, name, value in page.attributes if (tag, name) == ("image", "style")]
    assert all("image-rendering:pixelated" in value for value in pixelated)
    assert len(pixelated) == 3, "two sets, and the sheet of changed validation images"


def test_without_augmentations_no_image_is_shown(tmp_path):
    _, page = render(tmp_path, cells=grid_cells(**ONE))
    assert ("figure", "id", "augmentation") not in page.attributes
    assert "Augmented" not in page.text
