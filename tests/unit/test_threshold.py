"""The threshold for one class against the rest: by hand, by definition, against scikit-learn; in files and in words."""

import json
import zipfile
from types import SimpleNamespace

import choose_threshold as job
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_report import write_report_inputs
from page import Page
from render_report import main as render_report
from smear.configuration.completion import complete_configuration
from smear.configuration.threshold import DEFAULT, find_positive
from smear.evaluation.frozen_threshold import MEMBER, add_threshold, read_threshold
from smear.figures.style import save
from smear.figures.threshold import draw_threshold
from smear.files import write_json
from smear.job import UserError
from smear.statistics.intervals import bound_share, score_interval, wilson_interval
from smear.statistics.roc import AREAS, has_both, measure_areas
from smear.statistics.threshold import (
    SHARES,
    Scores,
    choose_threshold,
    count_needed,
    measure_shares,
    tabulate_shares,
    take_scores,
)
from smear.tables import read_csv, write_csv
from test_configuration import BASE, SCHEMA, message

PROBABILITIES = st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1]) | st.floats(0, 1, width=32)


@st.composite
def scores(draw, fewest: int = 1) -> Scores:
    """Scores with ties, at least `fewest` of them positive."""
    rows = draw(st.lists(st.tuples(PROBABILITIES, st.booleans()), max_size=40))
    rows += [(draw(PROBABILITIES), True) for _ in range(fewest)]
    probability, positive = zip(*rows, strict=True)
    return Scores(np.array(probability, np.float32), np.array(positive))


def draw_scores(images: int, distance: float, seed: int = 0) -> Scores:
    random = np.random.default_rng(seed)
    positive = random.random(images) < 0.4
    logits = random.normal(0, 1, images) + distance * positive
    return Scores((1 / (1 + np.exp(-logits))).astype(np.float32), positive)


def test_equal_to_a_hand_computation():
    positive = [0.99, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    others = [0.95, 0.65, 0.35, 0.25, 0.05]
    made = Scores(np.array(positive + others, np.float32), np.arange(15) < 10)
    assert choose_threshold(made, 0.8) == 0.3  # eight of ten
    assert choose_threshold(made, 0.81) == 0.2
    assert choose_threshold(made, 1) == 0.1
    shares = measure_shares(made, 0.3)
    counts = {"sensitivity": (8, 10), "specificity": (2, 5), "ppv": (8, 11), "npv": (2, 4)}
    for name, (correct, images) in counts.items():
        assert (shares[f"{name}_correct"], shares[f"{name}_images"]) == (correct, images)
        assert shares[name] == correct / images
        assert (shares[f"{name}_low"], shares[f"{name}_high"]) == wilson_interval(correct, images)


@given(scores(), st.floats(0.01, 1))
def test_it_is_the_largest_that_reaches_the_target(made, target):
    threshold = choose_threshold(made, target)
    assert measure_shares(made, threshold)["sensitivity"] >= target
    above = made.probability[made.probability > np.float32(threshold)]
    if len(above):
        assert measure_shares(made, float(str(above.min())))["sensitivity"] < target


@given(scores(), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_higher_target_never_raises_the_threshold_nor_the_specificity(made, one, other):
    low, high = sorted((one, other))
    first, second = (choose_threshold(made, target) for target in (low, high))
    assert first >= second
    shares = [measure_shares(made, threshold) for threshold in (first, second)]
    assert shares[0]["sensitivity"] <= shares[1]["sensitivity"]
    assert shares[0]["specificity_correct"] >= shares[1]["specificity_correct"]


@given(st.integers(1, 200), st.data())
def test_a_target_that_is_a_share_is_reached_by_that_many_images(images, data):
    wanted = data.draw(st.integers(1, images))
    made = Scores((np.arange(images, dtype=np.float32) + 1) / images, np.ones(images, bool))
    assert measure_shares(made, choose_threshold(made, wanted / images))["sensitivity_correct"] == wanted


def test_images_of_one_probability_are_called_alike():
    made = Scores(np.full(7, 0.3, np.float32), np.arange(7) < 4)
    assert choose_threshold(made, 0.5) == 0.3
    assert measure_shares(made, 0.3) == measure_shares(made, 0)
    assert measure_shares(made, 0.3)["npv"] is None


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=50))
def test_decimals_of_a_table_stand_for_the_same_images(values):
    table = pd.DataFrame({"label": 1, "prob_A": 0.0, "prob_B": np.array(values, np.float32)})
    read = pd.read_csv(pd.io.common.StringIO(table.to_csv(index=False)))
    made = take_scores(read, ["A", "B"], "B")
    threshold = json.loads(json.dumps(choose_threshold(made, 0.5)))
    by_hand = [float(row.split(",")[2]) >= threshold for row in table.to_csv(index=False).splitlines()[1:]]
    assert measure_shares(made, threshold)["sensitivity_correct"] == sum(by_hand)


@pytest.mark.parametrize("name", AREAS)
@given(made=scores())
@settings(max_examples=20)
def test_influences_are_the_derivatives_by_an_images_weight(name, made):
    if not has_both(made):
        return
    measure, find_influences = AREAS[name]
    influences, images, step = find_influences(made), len(made.positive), 1e-5
    for image in range(images):
        weights = np.ones(images) + step * (np.arange(images) == image)
        more, less = (measure(made.positive, made.probability, sample_weight=each) for each in (weights, 2 - weights))
        assert (more - less) / (2 * step) == pytest.approx(influences[image], abs=1e-6)


@pytest.mark.parametrize("name", AREAS)
@given(made=scores())
def test_the_interval_of_an_area_holds_it_and_has_a_width(name, made):
    if not has_both(made):
        return
    for size in (1, 3):
        found = measure_areas(made, np.arange(len(made.positive)) // size)
        area, low, high = (found[f"{name}{end}"] for end in ("", "_low", "_high"))
        assert area == pytest.approx(AREAS[name][0](made.positive, made.probability))
        assert 0 <= low <= area <= high <= 1
        assert high - low > 0.01 / len(made.positive)


def test_the_variance_of_the_roc_area_is_delongs():
    """By hand: of positives 0.9, 0.4 and others 0.5, 0.1 three of four pairs are right, shares 1, 0.5 and 0.5, 1."""
    made = Scores(np.array([0.9, 0.4, 0.5, 0.1], np.float32), np.array([True, True, False, False]))
    variance = 4 * (0.25 / 2) ** 2 * 4 / 3
    drawn = 2 / 22 * variance + 20 / 22 * max(variance, 0.75 * 0.25 / 2)
    interval = score_interval(0.75, max(0.75 * 0.25 / drawn, 2))
    found = measure_areas(made, np.arange(4))
    assert (found["roc_area_low"], found["roc_area_high"]) == pytest.approx(interval)


def test_intervals_of_areas():
    made = draw_scores(300, 2)
    areas = measure_areas(made, np.arange(300) // 2)
    assert areas == measure_areas(made, np.arange(300) // 2)
    few = measure_areas(made, np.arange(300) % 2)
    separated = measure_areas(Scores(made.positive.astype(np.float32), made.positive), np.arange(300))
    for name in AREAS:
        assert areas[f"{name}_low"] < areas[name] < areas[f"{name}_high"] < 1
        assert few[name] == areas[name]
        assert few[f"{name}_low"] < areas[f"{name}_low"]
        assert (separated[name], separated[f"{name}_high"]) == (1, 1)
        assert 0.9 < separated[f"{name}_low"] < 1
    assert set(measure_areas(Scores(made.probability, np.ones(300, bool)), np.arange(300)).values()) == {None}


def test_intervals_of_shares_respect_groups():
    """Of four times the images in groups of equal ones the interval is about that of one image of each group."""
    made = draw_scores(80, 2)
    four = Scores(np.repeat(made.probability, 4), np.repeat(made.positive, 4))
    once, grouped = measure_shares(made, 0.5), measure_shares(four, 0.5, np.arange(320) // 4)
    alone = measure_shares(four, 0.5)
    for name in SHARES:
        assert grouped[name] == alone[name] == once[name]
        assert grouped[f"{name}_correct"] == 4 * once[f"{name}_correct"]
        assert once[f"{name}_low"] - 0.02 < grouped[f"{name}_low"] < alone[f"{name}_low"]
    right, here = (four.probability >= 0.5) & four.positive, four.positive
    bounds = bound_share(right[here], (np.arange(320) // 4)[here])
    assert (grouped["sensitivity_low"], grouped["sensitivity_high"]) == bounds


def test_groups_that_lack_a_kind_have_no_share_of_it():
    made = Scores(np.array([0.9, 0.1, 0.8, 0.2], np.float32), np.array([True, True, False, False]))
    table = tabulate_shares(made, np.array(["a", "b", "b", "c"]), 0.5).set_index("group")
    assert table["sensitivity"].fillna(-1).tolist() == [1, 0, -1]
    assert table["specificity"].fillna(-1).tolist() == [-1, 0, 1]
    assert table.loc["c", "sensitivity_images"] == 0
    assert table.loc["c", ["sensitivity_low", "sensitivity_high"]].isna().all()


@pytest.mark.parametrize("target", [0.5, 0.9, 0.95, 0.99])
def test_how_many_images_show_a_sensitivity(target):
    needed = count_needed(target)
    assert wilson_interval(needed, needed)[0] >= target > wilson_interval(needed - 1, needed - 1)[0]
    assert count_needed(1) is None


def test_it_is_in_the_file_of_the_model_beside_what_is_there(tmp_path):
    made = {"positive": "B", "classes": ["A", "B"], "threshold": 0.25, "target": 0.95, "rule": "r", "validation": {}}
    models = [tmp_path / name for name in ("a.keras", "b.keras")]
    for model in models:
        with zipfile.ZipFile(model, "w") as archive:
            archive.writestr(zipfile.ZipInfo("config.json"), "{}")
        assert read_threshold(model) is None
        add_threshold(model, made)
    assert models[0].read_bytes() == models[1].read_bytes()
    assert read_threshold(models[0])["threshold"] == 0.25
    with zipfile.ZipFile(models[0]) as archive:
        assert archive.namelist() == ["config.json", MEMBER]


def choose(folder, predictions: pd.DataFrame, positive: str, sensitivity: float = 0.95) -> dict:
    """What the job writes for predictions in two folds."""
    paths = [folder / "one.csv", folder / "two.csv"]
    for path, rows in zip(paths, (predictions[::2], predictions[1::2]), strict=True):
        write_csv(rows, path)
    params = SimpleNamespace(positive=positive, sensitivity=sensitivity)
    manifest = pd.DataFrame(dict.fromkeys(("image_id", "group", "field_id"), predictions["image_id"]))
    write_csv(manifest, folder / "manifest.csv")
    given = SimpleNamespace(predictions=paths, manifest=folder / "manifest.csv")
    job.main(SimpleNamespace(input=given, output=SimpleNamespace(threshold=folder / "t.json"), params=params))
    return json.loads((folder / "t.json").read_text())


def test_the_job_takes_all_folds_and_stops_without_a_positive_image(tmp_path):
    ids, share = [f"{number}" for number in range(20)], np.linspace(0, 1, 20, dtype=np.float32)
    table = pd.DataFrame({"image_id": ids, "label": 1, "predicted": 1, "prob_A": 1 - share, "prob_B": share})
    assert choose(tmp_path, table, "B")["threshold"] == float(str(share[1]))
    with pytest.raises(
        UserError, match=r"None of the 20 validation images is A, .* threshold\.positive and dataset\.positive to null"
    ):
        choose(tmp_path, table, "A")


def measure(folder, positive: str, sizes: tuple[int, ...], certainty: float = 0.95):
    """The inputs of a report with a threshold, and what `report/threshold.json` holds."""
    classes = ["A", "B", "C"][: len(sizes)]
    snakemake = write_report_inputs(folder, classes, ((1, 0), (0, 1)), published_applies=False, sizes=sizes)
    predictions = read_csv(snakemake.input.test_predictions)
    chosen = choose(folder, predictions, positive, certainty)
    scores = take_scores(predictions, classes, positive)
    found = measure_shares(scores, chosen["threshold"]) | measure_areas(scores, np.arange(len(predictions)))
    results = chosen | {"level": "patient", "validation": found, "test": found}
    return snakemake, scores, results


@pytest.mark.slow
def test_the_report_shows_it_where_there_is_one(tmp_path):
    snakemake, scores, results = measure(tmp_path, "B", (60, 40, 30))
    inputs = snakemake.input
    inputs.threshold, inputs.threshold_svg = tmp_path / "threshold.json", tmp_path / "threshold.svg"
    inputs.threshold_by_group = tmp_path / "threshold_by_group.csv"
    groups = np.array([f"p{number % 7}" for number in range(130)])
    write_csv(tabulate_shares(scores, groups, results["threshold"]), inputs.threshold_by_group)
    write_json(results, inputs.threshold)
    for path in (inputs.threshold_svg, tmp_path / "again.svg"):
        save(draw_threshold({"validation": scores, "test": scores}, results), path)
    assert inputs.threshold_svg.read_text() == (tmp_path / "again.svg").read_text()
    render_report(snakemake)
    page = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert f"its probability of B is {results['threshold']} or more" in page
    assert "The 40 positive validation images do not show that the sensitivity is at least 95" in page
    assert "it takes 73 independent positive images to show it, even if all of them are found" in page
    assert "The lowest sensitivities by patient in test: p1 83.33" in page
    assert "a share of 30.77" in page
    assert "| Sensitivity | 95.00" in snakemake.output.model_card.read_text()


@pytest.mark.slow
def test_without_a_positive_class_the_report_has_none_of_it(tmp_path):
    snakemake = write_report_inputs(tmp_path, ["A", "B"], (), published_applies=False, sizes=(20, 20))
    render_report(snakemake)
    assert "hreshold for" not in snakemake.output.report.read_text()


def test_the_class_is_that_of_the_threshold_or_of_the_data_set():
    for changes, found in [
        ({}, None),
        ({"threshold": {"positive": "Early"}}, "Early"),
    ]:
        config = complete_configuration(BASE | changes, SCHEMA)
        assert find_positive(config) == found
        assert config["threshold"]["sensitivity"] == DEFAULT
    labels = {"A": ["Early", "Pre", "Pro"], "B": ["Benign"]}
    config = BASE | {"dataset": {"source": "synthetic", "labels": labels, "positive": "A"}}
    assert find_positive(complete_configuration(config, SCHEMA)) == "A"
    kaggle = {"dataset": {"source": "kaggle", "handle": "a/b"}, "threshold": {"positive": "Early"}}
    assert "shows after the download alone; name them in dataset.classes" in message(kaggle)
    assert "threshold.sensitivity is 0; it must be above 0" in message({"threshold": {"sensitivity": 0}})
