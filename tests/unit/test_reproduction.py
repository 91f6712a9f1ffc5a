"""The tables of the claims and their page, from files as the workflow has them."""

import json
from pathlib import Path
from types import SimpleNamespace

import judge_claims
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import render_reproduction
from made_up import cell_name, grid_cells
from made_up_claims import make_split, write_split
from matplotlib.text import Text
from page import Page
from smear.evaluation.looks import add_look, read_found
from smear.figures.claims import draw_claims
from smear.report.claims import describe_leakage
from smear.report.staged import describe_search
from smear.reproduction.results import read_split
from smear.reproduction.verdicts import CANNOT_TELL, DOES_NOT_HOLD, HOLDS, MARGIN, NOT_TESTED

ROOT = Path(__file__).parents[2]
TABLES = ("claims.csv", "comparisons.csv", "search.json", "leakage.json", "setting.json")
VARIANT = "grid/image_split"
AXES = {"learning_rate": [0.0005, 0.003], "epochs": [1, 3]}


def accuracy(cell: dict) -> float:
    """Adam is better, and so is the lower rate; epochs do nothing."""
    return 0.84 + 0.08 * (cell["optimizer"] == "adam") + 0.06 * (cell["learning_rate"] == 0.0005)


def judge(folder: Path, **changes) -> SimpleNamespace:
    """Write two splits under `folder` and judge the claims; return the job's files."""
    folder.mkdir(exist_ok=True)
    image = make_split(accuracy, unit="image", repeated=200, bonus=0.7, **AXES | changes)
    field = make_split(accuracy, draw=1, recalls=(0.98, 0.98, 0.8, 0.98), **AXES | changes)
    inputs = {"published": ROOT / "resources/fajrina2024.json"}
    order = sorted(image.replicates["cell"])
    for name, results in (("image", image), ("field", field)):
        files = write_split(results, folder / name)
        files["predictions"] = [folder / name / "cells" / f"{cell}.csv" for cell in order]
        inputs |= {f"{name}_{key}": value for key, value in files.items()}
    output = {Path(name).stem: folder / name for name in TABLES} | {"looks": folder / "looks.csv"}
    table = folder / "test_looks.csv"
    (folder / "test_images").mkdir()
    for experiment in ("grid", VARIANT, "other"):
        add_look(table, experiment, field.test["image_id"], "model", "settings")
    params = SimpleNamespace(cells=order, image_size=96, variant=VARIANT, table=table)
    job = SimpleNamespace(input=SimpleNamespace(**inputs), output=SimpleNamespace(**output), params=params)
    judge_claims.main(job)
    return job


def show(folder: Path, papers_images: bool = True, shuffled: bool = False) -> Page:
    """Render the page of the tables in `folder`."""
    digests = [line.split()[0] for line in (ROOT / "resources/leukemia.sha256").read_text().splitlines()]
    catalog = pd.DataFrame({"image_id": digests, "sha256": digests})
    catalog.iloc[0 if papers_images else 1 :].to_csv(folder / "catalog.csv", index=False)
    files = {Path(name).stem: folder / name for name in TABLES if name != "comparisons.csv"}
    inputs = SimpleNamespace(
        **files,
        catalog=folder / "catalog.csv",
        published=ROOT / "resources/fajrina2024.json",
        reference=ROOT / "resources/leukemia.sha256",
        template=ROOT / "workflow/report/reproduction.html.j2",
        style=ROOT / "workflow/report/page.css",
    )
    output = {name: folder / f"{name.replace('_', '.')}" for name in ("claims_svg", "claims_png")}
    output = SimpleNamespace(page=folder / "index.html", **output)
    params = SimpleNamespace(experiment="<b>laptop</b>", dataset="leukemia", shuffled=shuffled)
    render_reproduction.main(SimpleNamespace(input=inputs, output=output, params=params))
    return Page(output.page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> Path:
    """The folder of the tables of a small grid."""
    folder = tmp_path_factory.mktemp("reproduction")
    judge(folder)
    return folder


@pytest.fixture(scope="module")
def text(judged) -> str:
    """What the page of that grid says."""
    return show(judged).text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_negative_control_is_called_one(judged, text):
    assert "negative control" not in text
    assert "training labels were shuffled" in show(judged, shuffled=True).text


def test_every_claim_has_a_row_for_each_split(judged):
    claims = pd.read_csv(judged / "claims.csv")
    verdicts = claims.set_index(["claim", "split"])["verdict"]
    assert verdicts["optimizer"].to_dict() == {"image": HOLDS, "field": HOLDS}
    assert verdicts["learning_rate"].to_dict() == {"image": HOLDS, "field": HOLDS}
    assert verdicts["epochs"].to_dict() == {"image": NOT_TESTED, "field": NOT_TESTED}
    assert verdicts["test_accuracy"].to_dict() == {"image": CANNOT_TELL, "field": DOES_NOT_HOLD}
    assert verdicts["easiest_class"].to_dict() == {"image": CANNOT_TELL, "field": DOES_NOT_HOLD}
    assert verdicts["leakage_test", "image less field"] == HOLDS
    assert verdicts["repeat_captures", "image"] == HOLDS
    published = json.loads((ROOT / "resources/fajrina2024.json").read_text(encoding="utf-8"))
    assert list(dict.fromkeys(claims["claim"])) == [claim["id"] for claim in published["claims"]]
    assert not claims.loc[claims["claim"] == "easiest_class", "contradictions"].isna().any()


def test_the_look_of_the_split_by_image_is_written_for_the_report(judged):
    assert [look.experiment for look, _ in read_found(judged / "looks.csv")] == [VARIANT]


def test_a_claim_shows_the_comparison_that_decided(judged):
    claims, comparisons = (pd.read_csv(judged / name) for name in ("claims.csv", "comparisons.csv"))
    rows = comparisons.groupby(["claim", "split"], sort=False)
    for claim in claims.itertuples():
        bound = "difference_high" if claim.verdict == DOES_NOT_HOLD else "difference_low"
        assert getattr(claim, bound) == rows.get_group((claim.claim, claim.split))[bound].min()
        if claim.verdict == DOES_NOT_HOLD:
            assert claim.difference_high < 0
        if claim.verdict == CANNOT_TELL:
            assert claim.difference_low <= 0
    assert (comparisons["p_holm"] >= comparisons["p_value"]).all()
    assert (comparisons["difference_low"] <= comparisons["difference"]).all()
    assert (comparisons["difference"] <= comparisons["difference_high"]).all()


def test_files_give_what_the_results_hold(tmp_path):
    made = make_split(accuracy, **AXES)
    files = write_split(made, tmp_path)
    read = read_split(cells=made.replicates["cell"], **files)
    order = np.argsort(made.validation["image_id"].to_numpy())
    assert np.array_equal(read.right, made.right[:, order])
    assert read.groups.tolist() == made.groups[order].tolist()
    assert (read.unit, read.grouped, read.diverged) == ("field", "field", 0)
    assert read.test["group"].is_unique


def test_diverged_grid_cells_have_no_part(tmp_path):
    made = make_split(accuracy, **AXES)
    files = write_split(made, tmp_path)
    table = pd.read_csv(files["replicates"])
    table.loc[table.index[-2:], "status"] = "diverged"
    table.to_csv(files["replicates"], index=False)
    read = read_split(cells=made.replicates["cell"], **files)
    assert (len(read.replicates), len(read.right), read.diverged) == (6, 6, 2)


def test_the_page_says_every_verdict_and_figure(judged, text):
    claims = pd.read_csv(judged / "claims.csv")
    for row in claims.itertuples():
        assert row.name in text
        assert row.verdict in text
        assert f"{100 * row.difference:+.2f}" in text
        assert f"{100 * row.difference_low:+.2f} to {100 * row.difference_high:+.2f}" in text
    holds = (claims["verdict"] == HOLDS).sum()
    assert f"judged {len(claims)} times, each on every split that it is about: {holds} hold" in text
    assert "98.48 % of 328 test images leaves five errors; the paper names four" in text
    assert "less the paper (98.48 %)" in text
    assert "could have shown about" in text


def test_the_page_says_where_the_run_differs_from_the_paper(text):
    assert "It differs in image size, learning rate, epochs" in text
    assert "Image size224 px96 px" in text
    assert "Every network was trained once, with one seed." in text
    assert "These are not the images of the paper" not in text


def test_the_page_has_the_search_and_the_leakage(judged, text):
    search = json.loads((judged / "search.json").read_text())
    for split in ("image", "field"):
        (replay,) = search[split]["replays"]
        assert f"chooses {replay['chosen']}" in text or f"as the whole grid, {replay['chosen']}" in text
        assert search[split]["starts"]["epochs"] == 3
    assert text.index("Split by image") < text.index("Split by field")
    assert "200 of 400 validation images (50.0 %) have a repeat capture in the training" in text


def test_other_images_than_the_papers_are_said(judged, tmp_path):
    for name in TABLES:
        (tmp_path / name).write_bytes((judged / name).read_bytes())
    page = show(tmp_path, papers_images=False)
    assert "These are not the images of the paper." in page.text
    assert "<b>laptop</b>" in page.text


def test_the_page_needs_nothing_beside_it(judged):
    page = show(judged)
    for tag, name, value in page.attributes:
        assert tag not in {"script", "link", "iframe", "object", "embed"}
        assert not name.startswith("on")
        if name in {"src", "srcset", "data"} or (name.endswith("href") and tag != "a"):
            assert value.startswith(("#", "data:")), (tag, name, value)
    names = [value for _, name, value in page.attributes if name == "id"]
    assert len(names) == len(set(names))


def test_a_grid_of_one_cell_has_a_page(tmp_path):
    judge(tmp_path, optimizer=["adam"], learning_rate=[0.0001], epochs=[30])
    page = show(tmp_path)
    assert "The grid has one cell, so that there is nothing to search." in page.text
    assert "The grid has one learning rate." in page.text
    assert page.text.count("not tested with this grid") >= 6


@pytest.mark.slow
def test_both_runs_write_the_same_bytes(judged, tmp_path):
    judge(tmp_path)
    for name in TABLES:
        assert (tmp_path / name).read_bytes() == (judged / name).read_bytes(), name
    show(judged)
    show(tmp_path)
    for name in ("index.html", "claims.svg", "claims.png"):
        assert (tmp_path / name).read_bytes() == (judged / name).read_bytes(), name


def test_the_grid_of_the_tests_is_that_of_the_cells():
    names = {cell_name(cell) for cell in grid_cells(**AXES)}
    assert names == set(make_split(accuracy, **AXES).replicates["cell"])


def texts_of(claims: pd.DataFrame) -> list[str]:
    """The texts of the figure of these claims."""
    figure = draw_claims(claims, MARGIN)
    figure.draw_without_rendering()
    texts = [text.get_text() for text in figure.findobj(Text)]
    plt.close(figure)
    return texts


def test_the_figure_names_every_claim_once_and_every_verdict(judged):
    claims = pd.read_csv(judged / "claims.csv")
    texts = texts_of(claims)
    for name in claims["name"].unique():
        assert texts.count(name) == 1
    for verdict, rows in claims.groupby("verdict"):
        assert texts.count(verdict) == len(rows)
    assert "1 point below the paper" in " ".join(texts)
    untested = claims[claims["verdict"] != NOT_TESTED]
    assert "Hollow" in " ".join(texts)
    assert "Hollow" not in " ".join(texts_of(untested))


def test_every_seed_has_its_search_in_words():
    held = {"learning_rate": 0.0001, "epochs": 30}
    compared = [
        {"cell": "b", "optimizer": "rmsprop", "validation_accuracy": 0.99},
        {"cell": "a", "optimizer": "adam", "validation_accuracy": 0.98},
    ]
    step = {"axis": "optimizer", "held": held, "chosen": "rmsprop", "compared": compared}
    astray = {"chosen": "b", "chosen_accuracy": 0.99, "rank": 3, "same": False, "tied": False, "p_tied": 0.0004}
    common = {"steps": [step], "cells": 24, "trained": 7, "best": "c", "best_accuracy": 1.0}
    lost = common | {"held": {"seed": 1}, "chosen": None, "steps": [step | {"compared": [], "chosen": "adam"}]}
    search = {"image": {"replays": [common | astray | {"held": {"seed": 0}}, lost]}}
    first, second = describe_search(search)
    assert first["title"] == "Split by image, seed 0"
    (row,) = first["rows"]
    assert row["held"] == "learning rate 0.0001, 30 epochs"
    assert row["compared"].replace("\N{NO-BREAK SPACE}", " ") == "RMSprop: 99.00 %, Adam: 98.00 %"
    assert row["chosen"] == "RMSprop"
    assert "trains 7 of 24 grid cells" in first["sentence"]
    assert "number 3 of the whole grid" in first["sentence"]
    assert "are told apart by the validation images (p < 0.001)" in first["sentence"]
    assert second["title"] == "Split by image, seed 1"
    assert "chooses none" in second["sentence"]
    assert second["rows"][0]["compared"] == "no such grid cell finished"


def test_without_a_search_for_fields_nothing_is_said_of_leakage():
    assert "were not searched for" in describe_leakage({"image": None, "field": None})
