"""What the report says of the data and the split behind its figures, warnings above all."""

import json

import pandas as pd
import pytest
import render_report
from made_up import grid_cells
from made_up_report import ONE, write_report_inputs
from page import Page

pytestmark = pytest.mark.slow


def test_siblings_across_splits_are_a_warning(tmp_path):
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    audit = json.loads(snakemake.input.audit.read_text()) | {"unit": "image", "images_with_sibling_across_splits": 301}
    snakemake.input.audit.write_text(json.dumps(audit))
    render_report.main(snakemake)
    text = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert "301 have one in another split. A network can recognize such images" in text
    assert "which keeps repeat captures together" not in text


def test_images_of_one_field_with_two_classes_are_a_warning(tmp_path):
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    render_report.main(snakemake)
    assert "have different classes" not in Page(snakemake.output.report.read_text(encoding="utf-8")).text
    row = {"first": "Early/7.jpg", "second": "Pre/9.jpg", "similarity": 0.91, "dx": 3, "dy": 0, "evidence": 0.8}
    pd.DataFrame([row | {"same_class": False}]).to_csv(snakemake.input.field_pairs, index=False)
    render_report.main(snakemake)
    text = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert "1 pair of images show one microscope field but have different classes" in text
    assert "Early/7.jpg" in text


def test_folds_and_images_that_stayed_are_told(tmp_path):
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    audit = json.loads(snakemake.input.audit.read_text()) | {"folds": [{}] * 5, "images_kept": 3000, "images_moved": 2}
    snakemake.input.audit.write_text(json.dumps(audit))
    render_report.main(snakemake)
    text = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert "are 5 folds, each of them validated" in text
    assert "3,000 images were in an earlier split of this experiment, and 2 of them moved" in text


@pytest.mark.parametrize("shuffled", [True, False])
def test_shuffled_labels_are_a_warning(tmp_path, shuffled):
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    snakemake.input.provenance.write_text(json.dumps({"settings": {"shuffle_labels": shuffled}}))
    render_report.main(snakemake)
    page = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    card = snakemake.output.model_card.read_text(encoding="utf-8")
    assert ("the training labels were shuffled" in page) == shuffled
    assert ("the training labels were shuffled" in card) == shuffled


def test_epochs_of_several_devices_are_named_and_those_of_one_are_not(tmp_path):
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    provenance = json.loads(snakemake.input.provenance.read_text())
    cpu = {"epochs": [1, 20], "device": "CPU", "precision": "float32", "versions": {"keras": "3.15.1"}}
    gpu = {"epochs": [21, 30], "device": "H100", "precision": "mixed_bfloat16", "versions": {"keras": "3.16.0"}}
    for made_by, named in (([cpu], False), ([cpu, gpu], True)):
        snakemake.input.provenance.write_text(json.dumps(provenance | {"made_by": made_by}))
        render_report.main(snakemake)
        page = Page(snakemake.output.report.read_text(encoding="utf-8")).text
        card = snakemake.output.model_card.read_text(encoding="utf-8")
        for text in (page, card.replace("\\_", "_")):
            assert (
                "epochs 1 to 20: device CPU, precision float32, versions keras 3.15.1; epochs 21 to 30" in text
            ) == named
            assert ("Epochs made in several ways" in text) == named
