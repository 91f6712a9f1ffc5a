"""What is tested beside the network: its choice, its predictions, the comparison, and what is said about it."""

import json
from pathlib import Path

import audit_shortcuts
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import shortcuts_of
from select_baselines import choose_baselines
from smear.evaluation.baselines import Division, draw, predict_baselines
from smear.evaluation.differences import tabulate_differences
from smear.evaluation.published import list_published
from smear.evaluation.shortcuts import PROBED, TESTED, find_best_of_features
from smear.evaluation.tested import compare_tested
from smear.figures.style import save
from smear.figures.test_comparison import draw_test_comparison
from smear.report.tested import describe_tested, list_systems, list_tested
from smear.statistics.intervals import wilson_interval
from smear.statistics.paired import paired_interval
from smear.training.tensors import JoinedImages
from test_selected import digest_settings, predict_chosen

RESOURCES = Path(__file__).parents[2] / "resources"
PUBLISHED = RESOURCES / "fajrina2024.json", RESOURCES / "published_results.json"
PRIOR = {"class_prior": {"features": "none", "classifier": "prior"}}
SHORTCUT = {"shortcut_baseline": {"features": "color_numbers", "classifier": "nearest_neighbours"}}
PROBE = {"linear_probe": {"features": "embeddings", "classifier": "linear_probe"}}


def shortcuts(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """A table of color, features, classifier and validation accuracy."""
    return pd.DataFrame(rows, columns=["color", "features", "classifier", "validation_accuracy"])


def test_the_best_shortcut_is_chosen_of_equal_ones_the_first():
    table = shortcuts(
        ("rgb", "none", "prior", 0.99),
        ("rgb", "color_numbers", "naive_bayes", 0.7),
        ("rgb", "histogram", "random_forest", 0.9),
        ("rgb", "corner", "logistic_regression", 0.9),
        ("gray", "histogram", "naive_bayes", 0.98),
    )
    best = {"features": "histogram", "classifier": "random_forest"}
    assert choose_baselines(table, "rgb") == {"shortcut_baseline": best, **PRIOR}


def test_features_that_see_blood_cells_are_no_shortcut_and_the_color_is_that_of_the_network():
    table = shortcuts(
        ("rgb", "none", "prior", 0.3),
        ("rgb", "histogram", "random_forest", 0.9),
        ("rgb", "embeddings", "linear_probe", 0.97),
        ("gray", "none", "prior", 0.3),
        ("gray", "thumbnail", "naive_bayes", 0.6),
        ("gray", "embeddings", "linear_probe", 0.8),
        ("gray", "embeddings", "nearest_neighbours", 0.95),
    )
    gray = {"features": "thumbnail", "classifier": "naive_bayes"}
    assert choose_baselines(table, "gray") == {**PROBE, "shortcut_baseline": gray, **PRIOR}


def test_the_shortcut_that_is_tested_is_the_one_that_the_report_calls_the_best():
    for color in ("rgb", "gray"):
        table = shortcuts_of(colors=("rgb", "gray"))
        best = find_best_of_features(table[table["color"] == color])
        best = best[best["features"] != PROBED].iloc[0]
        chosen = choose_baselines(table, color)["shortcut_baseline"]
        assert chosen == best[["features", "classifier"]].to_dict()


def write_split(folder: Path, split: str, labels: np.ndarray, folds: np.ndarray, seed: int, color: str = "") -> dict:
    """Write a split's tensor, rows and embeddings, in which the label shows a little; return their names and paths."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 200, (len(labels), 8, 8, 3)) + 12 * labels[:, None, None, None]
    embeddings = random.normal(labels[:, None], 2, (len(labels), 5)).astype(np.float32)
    rows = pd.DataFrame({"image_id": [f"{split}{k}" for k in range(len(labels))], "label": labels, "fold": folds})
    paths = {suffix: str(folder / f"{split}{suffix}{color}") for suffix in (".npy", ".csv", "_embeddings.npy")}
    np.save(paths[".npy"], images.astype(np.uint8))
    np.save(paths["_embeddings.npy"], embeddings)
    rows.to_csv(paths[".csv"], index=False)
    return {split: paths[".npy"], f"{split}_rows": paths[".csv"], f"{split}_embeddings": paths["_embeddings.npy"]}


@pytest.fixture
def files(tmp_path) -> dict[str, str]:
    """Tensors, rows and embeddings of the splits, without folds; the test images are those of the validation."""
    files = write_split(tmp_path, "train", np.arange(60) % 3 // 2, np.full(60, -1), 0)
    files |= write_split(tmp_path, "validation", np.arange(30) % 2, np.full(30, -1), 1)
    return files | write_split(tmp_path, "test", np.arange(30) % 2, np.full(30, -1), 1)


@pytest.mark.slow
@pytest.mark.parametrize("embedded", [True, False])
def test_the_tested_baselines_are_those_of_the_audit(files, embedded):
    """Of test images that are the validation images they predict what the audit found."""
    tables = [pd.read_csv(files[f"{split}_rows"]) for split in ("train", "validation")]
    tensors, features = (
        [np.load(files[f"{split}{kind}"]) for split in ("train", "validation")] for kind in ("", "_embeddings")
    )
    images, embeddings = (JoinedImages(parts, np.arange(90)) for parts in (tensors, features))
    labels = pd.concat(tables)["label"].to_numpy()
    divisions = audit_shortcuts.divide_folds(tables)
    audited = dict(predict_baselines(images, labels, divisions, 1, embeddings if embedded else None))
    chosen = {**SHORTCUT, **PRIOR} | (PROBE if embedded else {})
    if not embedded:
        files = {name: path for name, path in files.items() if "embeddings" not in name}
    rows = pd.read_csv(files["test_rows"])
    predicted = predict_chosen(chosen, files, rows, None, 1)
    assert predicted.columns.tolist() == ["image_id", "label", *chosen]
    assert predicted["image_id"].tolist() == rows["image_id"].tolist()
    for name, pair in chosen.items():
        assert predicted[name].tolist() == audited[pair["features"], pair["classifier"]].tolist()
    assert 0 < (predicted["shortcut_baseline"] == predicted["label"]).mean() < 1


@pytest.mark.parametrize(("fold", "majority"), [(None, 0), (0, 0), (1, 1), (2, 1)])
def test_with_folds_a_baseline_is_fitted_to_the_images_of_the_tested_models_fold(tmp_path, fold, majority):
    """The labels: fold 0 has 1 four times, fold 1 has 0 three times, fold 2 has 0 twice and 1 once."""
    train = np.array([0, 0, 0, 0, 0, 1]), np.array([1, 1, 1, 2, 2, 2])
    files = write_split(tmp_path, "train", *train, 0)
    files |= write_split(tmp_path, "validation", np.ones(4, int), np.zeros(4, int), 1)
    files |= write_split(tmp_path, "test", np.array([0, 1]), np.full(2, -1), 2)
    predicted = predict_chosen(PRIOR, files, pd.read_csv(files["test_rows"]), fold, 1)
    assert predicted["class_prior"].tolist() == [majority] * 2


def test_only_what_is_asked_for_is_computed(monkeypatch):
    monkeypatch.setattr("smear.evaluation.baselines.SHORTCUT_FEATURES", {"color_numbers": None})
    images = JoinedImages([np.zeros((4, 2, 2, 3), np.uint8)], np.arange(4))
    division = Division(np.array([0, 1, 2]), np.array([3]))
    ((pair, predicted),) = predict_baselines(images, np.array([1, 1, 0, 0]), [division], 1, pairs=[("none", "prior")])
    assert (pair, predicted.tolist()) == (("none", "prior"), [1])
    assert draw(np.arange(5)).tolist() == list(range(5))


def test_a_look_is_another_one_with_another_model_threshold_choice_or_embeddings():
    provenance = {"settings": {"seed": 0, "fold": None}, "seconds": 3.0}
    looks = [
        (provenance, None, PRIOR, []),
        ({"settings": {"seed": 1, "fold": None}}, None, PRIOR, []),
        (provenance, {"threshold": 0.5}, PRIOR, []),
        (provenance, None, PRIOR | SHORTCUT, []),
        (provenance, None, PRIOR, ["ab", "cd"]),
    ]
    assert len({digest_settings(*look) for look in looks}) == len(looks)
    assert digest_settings(*looks[0]) == digest_settings(provenance | {"seconds": 4.0}, None, PRIOR, [])


DETAILS = {
    "network": "SmallCNN_adam_lr0.001_b32_s0_e1",
    "linear_probe": "embeddings/linear_probe",
    "shortcut_baseline": "histogram/random_forest",
    "class_prior": "none/prior",
}


@pytest.fixture
def compared(tmp_path) -> pd.DataFrame:
    """Ten images without groups: network and shortcut have nine right, the probe seven, the prior five."""
    labels = np.repeat([0, 1], 5)
    names = [f"{k}.png" for k in range(10)]
    pd.DataFrame({"image_id": names, "field_id": names, "group": names}).to_csv(tmp_path / "manifest.csv", index=False)
    network = pd.DataFrame({"image_id": names, "label": labels, "predicted": [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]})
    baselines = pd.DataFrame({"image_id": names, "label": labels})
    baselines["linear_probe"] = [0, 0, 1, 1, 0, 1, 1, 1, 1, 0]
    baselines["shortcut_baseline"] = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    baselines["class_prior"] = 0
    return compare_tested(network, baselines.sample(frac=1, random_state=0), DETAILS, tmp_path / "manifest.csv")


def test_the_comparison_is_what_one_counts_by_hand(compared):
    assert compared["what"].tolist() == list(DETAILS)
    assert compared["details"].tolist() == list(DETAILS.values())
    assert compared["correct"].tolist() == [9, 7, 9, 5]
    assert compared["images"].tolist() == [10] * 4
    assert compared["accuracy"].tolist() == [0.9, 0.7, 0.9, 0.5]
    for row in compared.itertuples():
        assert (row.accuracy_low, row.accuracy_high) == pytest.approx(wilson_interval(row.correct, 10))
    # Of the prior: precision 5/10 and recall 1 for the one class, nothing for the other.
    assert compared["macro_f1"].tolist() == pytest.approx(
        [(8 / 9 + 10 / 11) / 2, 0.7, (10 / 11 + 8 / 9) / 2, (2 / 3) / 2], abs=0.01
    )
    assert compared["network_alone"].tolist()[1:] == [3, 1, 5]
    assert compared["baseline_alone"].tolist()[1:] == [1, 1, 1]
    assert compared["difference"].tolist()[1:] == pytest.approx([0.2, 0, 0.4])
    # Exact binomial tails of 4, 2 and 6 images that differ, and Holm's correction.
    assert compared["p_value"].tolist()[1:] == pytest.approx([10 / 16, 1, 14 / 64])
    assert compared["p_holm"].tolist()[1:] == pytest.approx([1, 1, 42 / 64])
    assert compared.loc[0, "network_alone":].isna().all()


def test_the_sentences_say_what_the_difference_is(compared):
    probe, shortcut, prior = describe_tested(compared)
    assert probe.startswith(
        "On the same 10 test images the network is correct for 2 more than the linear probe (logistic regression on "
        "frozen pretrained features; 3 only the network has right, 1 only the other): difference +20.00 points, 95 % "
        "interval "
    )
    assert probe.endswith(
        "p = 0.625. These images do not show that the trained network is better than a classifier on frozen features."
    )
    assert "the network is correct for as many as the best shortcut (random forest on RGB histogram; 1 " in shortcut
    assert "correct for 4 more than the class prior (always the majority class;" in prior
    assert prior.endswith("p = 0.219.")
    assert list_tested(compared) == "the selected network, the linear probe, the best shortcut and the class prior"
    worse = compared.assign(difference_low=-0.4, difference_high=-0.1, network_alone=1, baseline_alone=4)
    probe, shortcut, _ = describe_tested(worse)
    assert "correct for 3 fewer than the linear probe" in probe
    assert "which is fitted within a minute, is better" in probe
    assert "The network does not reach what is possible without seeing a blood cell." in shortcut
    better, other, _ = describe_tested(compared.assign(difference_low=0.1, difference_high=0.3, p_value=0.0001))
    assert "p < 0.001. The trained network is better than a classifier on frozen features." in better
    assert "The network reads something in these images that the shortcut does not." in other


@given(st.lists(st.tuples(*[st.integers(0, 1)] * 3, st.integers(0, 6)), min_size=3, max_size=40))
def test_differences_agree_with_their_tests_and_with_their_reverse(images):
    first, second, third, groups = np.array(images).T
    table = tabulate_differences(first > 0, np.stack([second, third]) > 0, groups)
    back = tabulate_differences(second > 0, np.stack([first]) > 0, groups)
    assert back["difference"][0] == pytest.approx(-table["difference"][0])
    assert back["difference_low"][0] == pytest.approx(-table["difference_high"][0])
    assert back["p_value"][0] == pytest.approx(table["p_value"][0])
    assert (table["difference_low"] <= table["difference"]).all()
    assert (table["difference"] <= table["difference_high"]).all()
    unsettled = table[table["p_value"] > 0.05]
    assert (unsettled["difference_low"] <= 0).all()
    assert (unsettled["difference_high"] >= 0).all()
    assert (table["p_holm"] >= table["p_value"]).all()


def test_a_settled_difference_has_the_paired_interval():
    first, second = np.arange(100) < 95, np.arange(100) < 60
    table = tabulate_differences(first, second[None], np.arange(100))
    assert (table["difference_low"][0], table["difference_high"][0]) == paired_interval(first, second)


def test_published_results_have_a_caveat_each_and_an_interval_where_images_are_known():
    results = list_published(*PUBLISHED)
    assert results[0]["system"] == "EfficientNet-B0 (the paper)"
    assert (results[0]["low"], results[0]["high"]) == wilson_interval(323, 328)
    test = json.loads(PUBLISHED[0].read_text())["test"]
    assert (round(results[0]["low"], 4), round(results[0]["high"], 4)) == (test["low"], test["high"])
    assert all(row["low"] is None and row["high"] is None for row in results[1:])
    assert all(row["caveat"] and row["split"] for row in results)
    assert {row["source"] for row in list_systems(results)} >= {"Fajrina et al. 2024", "source not recorded"}


@pytest.mark.parametrize("published", [True, False])
def test_the_figure_names_every_row_and_its_caveat(compared, tmp_path, published):
    results = list_published(*PUBLISHED) if published else []
    save(draw_test_comparison(compared, results), tmp_path / "figure.svg")
    text = (tmp_path / "figure.svg").read_text()
    for name in TESTED.values():
        assert f">{name}<" in text
    assert "On the same 10 test images" in text
    assert "+20.00 (" in text
    assert ("not for comparison" in text) == ("repeat captures on both sides of its split" in text) == published


def test_a_prior_that_is_far_away_is_an_arrow(compared):
    far = compared.assign(accuracy_low=0.95, accuracy=0.98, accuracy_high=0.99)
    far.loc[far["what"] == "class_prior", ["accuracy_low", "accuracy", "accuracy_high"]] = 0.25, 0.3, 0.35
    for table, arrows in ((far, 1), (compared, 0)):
        figure = draw_test_comparison(table, [])
        assert sum(line.get_marker() == "<" for line in figure.axes[0].lines) == arrows
        explained = " ".join(text.get_text() for text in figure.texts)
        assert ("Arrows: left of the axis" in explained) == bool(arrows)
