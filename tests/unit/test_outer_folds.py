"""Outer folds: every image is for the test once, with its whole group, and the figures of all of them together."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pool_outer_folds import compare_baselines
from smear.evaluation.looks import Look
from smear.evaluation.outer_folds import prove_tests, summarize_choices, tabulate_choices
from smear.job import UserError
from smear.report.looks import describe_looks
from smear.report.outer_folds import describe_outer_folds, describe_spread, describe_test
from smear.split.outer_checks import check_outer_folds
from smear.split.targets import deal, rest_targets
from smear.split.user_groups import Groups
from smear.split.variants import list_folders, list_variants
from smear.statistics.intervals import bound_share
from split_job import NAMES, draw_outer, split
from split_outer_folds import draw_folds

FRACTIONS = {"train": 0.8, "validation": 0.1, "test": 0.1}
SPLIT = {
    "unit": "field", "fractions": FRACTIONS, "seed": 0, "folds": 0, "groups_csv": None, "groups_pattern": None,
    "outer_folds": 0,
}  # fmt: skip


def split_all(folder, outer_folds=5, **changes):
    """The outer folds, and the manifest of each."""
    outer = draw_outer(folder, outer_folds=outer_folds, **changes)
    numbers = range(1, outer_folds + 1)
    return outer, [split(folder, outer_fold=fold, outer_folds=outer_folds, **changes).manifest for fold in numbers]


@pytest.mark.parametrize("folds", [2, 5])
def test_every_image_is_tested_once_and_no_group_on_two_sides(tmp_path, folds):
    outer, manifests = split_all(tmp_path, folds)
    tested = pd.concat([table.loc[table["split"] == "test", "image_id"] for table in manifests])
    assert sorted(tested) == sorted(NAMES)
    for fold, manifest in enumerate(manifests, 1):
        assert set(manifest["split"]) == {"train", "validation", "test"}
        assert manifest.groupby("group")["split"].nunique().max() == 1
        assert (manifest["split"].eq("test") == outer["outer_fold"].eq(fold)).all()
    predictions = [table.loc[table["split"] == "test", ["image_id"]] for table in manifests]
    proof = prove_tests(outer, manifests, predictions, tmp_path)
    assert proof == {"images": 80, "predictions": 80, "groups_on_two_sides": 0, "fields_on_two_sides": 0}


def test_images_that_are_added_move_no_others(tmp_path):
    before, _ = split_all(tmp_path)
    more = [f"{name}/Smear-{number:03}.png" for name in ("Early", "Pro") for number in range(21, 27)]
    after, manifests = split_all(tmp_path, names=NAMES + more)
    places = after.set_index("image_id")["outer_fold"]
    assert (places[NAMES] == before.set_index("image_id")["outer_fold"]).all()
    tested = pd.concat([table.loc[table["split"] == "test", "image_id"] for table in manifests])
    assert sorted(tested) == sorted(NAMES + more)


def test_fold_by_fold_the_rest_is_cross_validated(tmp_path):
    _, manifests = split_all(tmp_path, 4, folds=3)
    for manifest in manifests:
        rest = manifest[manifest["split"] != "test"]
        assert set(rest["fold"]) == {0, 1, 2}
        assert (manifest.loc[manifest["split"] == "test", "fold"] == -1).all()


def test_a_single_image_as_group_gives_folds_that_differ_by_one(tmp_path):
    outer = draw_outer(tmp_path, unit="image", outer_folds=3)
    counts = pd.crosstab(outer["class"], outer["outer_fold"])
    assert counts.to_numpy().max() - counts.to_numpy().min() <= 1


@given(st.data())
@settings(max_examples=30)
def test_groups_of_any_size_stay_whole(data):
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=12, max_size=60))
    folds = data.draw(st.integers(2, 5))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    images = pd.DataFrame({"group": groups, "class": np.where(groups % 2, "a", "b")})
    images["image_id"] = [f"{row}" for row in range(len(images))]
    drawn = draw_folds(images, folds, data.draw(st.integers(0, 9)), pd.Series(dtype=object))
    assert set(drawn) == set(range(1, folds + 1))
    assert drawn.groupby(images["group"]).nunique().max() == 1
    shuffled = images.sample(frac=1, random_state=1)
    again = draw_folds(shuffled, folds, 0, drawn.astype(str).set_axis(images["image_id"]))
    assert (again.sort_index() == drawn).all(), "drawn folds are kept"


def test_a_class_in_fewer_groups_than_folds_is_named():
    images = pd.DataFrame({"image_id": [f"{k}" for k in range(24)], "class": ["a"] * 12 + ["b"] * 12})
    images["group"] = [k if k < 12 else 100 + k % 2 for k in range(24)]
    with pytest.raises(UserError, match=r"Class b is not in each of 3 outer folds: its 12 images lie in 2 groups"):
        draw_folds(images, 3, 0, pd.Series(dtype=object))


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 200), min_size=1), st.integers(2, 10))
def test_cards_are_dealt_evenly(counts, folds):
    dealt = deal(pd.Series(counts), folds, first=1)
    assert list(dealt) == [str(fold) for fold in range(1, folds + 1)]
    assert (dealt.sum(axis=1) == pd.Series(counts)).all()
    assert (dealt.max(axis=1) - dealt.min(axis=1)).max() <= 1
    assert np.ptp(dealt.sum().to_numpy()) <= 1


def test_the_rest_is_divided_in_the_ratio_of_the_fractions():
    assert rest_targets({"a": 90}, FRACTIONS, 0).to_dict("list") == {"train": [80], "validation": [10]}
    assert rest_targets({"a": 90}, FRACTIONS, 3).to_dict("list") == {"0": [30], "1": [30], "2": [30]}


def test_variants_leave_the_experiment_as_it_is():
    def list_them(folds: int, reproduction: bool) -> dict[str, dict]:
        return list_variants(
            {"experiment": "grid", "split": SPLIT | {"outer_folds": folds}, "reproduction": reproduction}
        )

    alone, outer = list_them(0, False), list_them(5, True)
    assert alone == {"grid": outer["grid"]}
    assert list(outer) == ["grid", *(f"grid/outer/{fold}" for fold in range(1, 6)), "grid/image_split"]
    assert outer["grid/outer/2"]["outer_fold"] == 2
    shares = outer["grid/outer/2"]["fractions"]
    assert shares == pytest.approx({"train": 0.8 * 8 / 9, "validation": 0.8 / 9, "test": 0.2})
    assert outer["grid/image_split"] == outer["grid"] | {"unit": "image"}


def test_the_folders_of_variants_are_found(tmp_path):
    names = ["grid/outer/2", "grid/outer/1", "grid/image_split", "grid/cells"]
    for name in names:
        (tmp_path / name).mkdir(parents=True)
    found = [str(path.relative_to(tmp_path)) for path in list_folders(tmp_path / "grid")]
    assert found == ["grid", "grid/outer/1", "grid/outer/2", "grid/image_split"]


COMPARISON = pd.DataFrame({"what": ["network"], "details": ["the grid cell that each outer fold selected"]})


def make_tests():
    """Four images in two outer folds of two fields each, and predictions of which three are right."""
    folds = pd.DataFrame(
        {"image_id": list("abcd"), "field_id": [0, 1, 2, 3], "group": [0, 1, 2, 3], "outer_fold": [1, 2, 1, 2]}
    )
    manifests = [
        pd.DataFrame({"image_id": list("abcd"), "split": np.where(folds["outer_fold"] == fold, "test", "train")})
        for fold in (1, 2)
    ]
    predictions = [
        pd.DataFrame({"image_id": list("ac"), "label": [0, 1], "predicted": [0, 0]}),
        pd.DataFrame({"image_id": list("bd"), "label": [0, 1], "predicted": [0, 1]}),
    ]
    return folds, manifests, predictions


def test_a_missing_a_repeated_and_a_foreign_test_are_refused():
    folds, manifests, predictions = make_tests()
    assert prove_tests(folds, manifests, predictions, "here")["predictions"] == 4
    for wrong in (
        [predictions[0].head(1), predictions[1]],
        [pd.concat([predictions[0]] * 2), predictions[1]],
        predictions[::-1],
    ):
        with pytest.raises(UserError, match="did not test each of 4 images once: delete here and call"):
            prove_tests(folds, manifests, wrong, "here")
    with pytest.raises(UserError, match=r"is not that of outer/folds\.csv"):
        prove_tests(folds, manifests[::-1], predictions, "here")
    with pytest.raises(UserError, match="2 images have one of their group in another outer fold"):
        prove_tests(folds.assign(group=[0, 0, 2, 3]), manifests, predictions, "here")
    shared = folds.assign(field_id=[0, 0, 2, 3])
    assert prove_tests(shared, manifests, predictions, "here")["fields_on_two_sides"] == 2
    assert prove_tests(folds, manifests, predictions, "here", fields_searched=False)["fields_on_two_sides"] is None


def test_all_images_are_compared_with_what_each_fold_has_chosen(tmp_path):
    folds, _, predictions = make_tests()
    folds.to_csv(tmp_path / "folds.csv", index=False)
    tables = [table[["image_id", "label"]].assign(shortcut_baseline=1, class_prior=0) for table in predictions]
    prior = {"features": "none", "classifier": "prior"}
    chosen = [
        {"shortcut_baseline": {"features": name, "classifier": "naive_bayes"}, "class_prior": prior}
        for name in ("thumbnail", "corner")
    ]
    pooled = pd.concat(predictions).sort_values("image_id", ignore_index=True)
    table = compare_baselines(pooled, tables, chosen, tmp_path / "folds.csv").set_index("what")
    assert table["correct"].to_dict() == {"network": 3, "shortcut_baseline": 2, "class_prior": 2}
    assert table.loc["shortcut_baseline", "difference"] == 0.25
    assert table.loc["shortcut_baseline", "details"].count(" or ") == 1
    assert table.loc["class_prior", "details"] == "none/prior"


def test_choices_and_their_spread_by_hand():
    folds, _, predictions = make_tests()
    selections = [{"cell": cell, "epochs": 3, "validation_accuracy": 1.0} for cell in ("x", "y")]
    choices = tabulate_choices(folds, predictions, selections, ["epochs"])
    assert choices[["outer_fold", "cell", "images", "groups", "correct", "accuracy"]].to_numpy().tolist() == [
        [1, "x", 2, 2, 1, 0.5],
        [2, "y", 2, 2, 2, 1.0],
    ]
    low, high = bound_share(np.array([True, False]), np.array([0, 1]))
    assert tuple(choices.loc[0, ["accuracy_low", "accuracy_high"]]) == (low, high)
    alike = tabulate_choices(folds.assign(field_id=[0, 1, 0, 1]), predictions, selections, ["epochs"])
    assert tuple(alike.loc[0, ["accuracy_low", "accuracy_high"]]) == bound_share(np.array([True, False]), np.zeros(2))
    spread = summarize_choices(choices)
    assert spread["accuracy_sd"] == pytest.approx(np.std([0.5, 1.0], ddof=1))
    assert (spread["validation_gap"], spread["cells"]) == (0.25, {"x": 1, "y": 1})
    summary = {"unit": "field", "correct": 3, "accuracy": 0.75, "accuracy_low": 0.3, "accuracy_high": 0.95}
    proof = {"images": 4, "fields_on_two_sides": 0}
    found = describe_outer_folds(summary | {"proof": proof, "spread": spread}, choices, COMPARISON)["sentences"]
    found = [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in found]
    assert found[0].startswith("Each of 4 images was tested once")
    assert "3 are correct, 75.00 %" in found[0]
    assert "between 50.00 % and 100.00 %, with a standard deviation of 35.36 points" in found[1]
    assert "25.00 points lower than" in found[1]
    assert "On average they are as high as the validation accuracies" in describe_spread(
        spread | {"validation_gap": 0.0}
    )
    unknown = summary | {"proof": proof | {"fields_on_two_sides": None}, "unit": "image"}
    assert "never saw it; repeat captures were not searched for: 3 are correct" in describe_test(unknown)
    assert found[2] == "The outer folds selected 2 different grid cells: x (1), y (1)."


@pytest.mark.parametrize(
    ("counts", "folds", "words"),
    [
        ({"a": 40, "b": 4}, 5, "Class b has 4 images, too few for split.outer_folds: 5"),
        ({"a": 40, "b": 9}, 5, "Class b has 9 images"),
        ({"a": 40, "b": 3}, 2, "set split.outer_folds: 0"),
    ],
)
def test_small_classes_are_refused_with_a_number_that_does(counts, folds, words):
    split = SPLIT | {"outer_folds": folds}
    with pytest.raises(UserError) as error:
        check_outer_folds(split, counts, None, None)
    assert words in str(error.value)
    (remedy,) = error.value.remedies
    if remedy["split"]["outer_folds"]:
        check_outer_folds(split | remedy["split"], counts, None, None)


def test_three_groups_of_a_class_are_enough_for_three_outer_folds():
    """Two outer folds would take two of them for one of the tests."""
    levels = pd.DataFrame({"patient": list("aabbcc")}, index=[f"{name}/{k}" for k in range(3) for name in "xy"])
    with pytest.raises(UserError, match=r"Class x has 3 groups, .*set split\.outer_folds: 3") as error:
        check_outer_folds(SPLIT | {"outer_folds": 2}, {"x": 30, "y": 30}, Groups(levels, None, []), None)
    check_outer_folds(SPLIT | error.value.remedies[0]["split"], {"x": 30, "y": 30}, Groups(levels, None, []), None)


def test_an_outer_fold_that_leaves_too_few_groups_has_a_remedy(tmp_path):
    """Groups that only the images tell, such as clusters of stain, cannot be counted before the work starts."""
    names = [f"{name}/{number}.png" for name in "ab" for number in range(6)]
    draw_outer(tmp_path, names, outer_folds=2)
    words = r"Class a has no image in split validation: .* 3 groups, .* or more split\.outer_folds"
    with pytest.raises(UserError, match=words):
        split(tmp_path, names=names, outer_fold=1, outer_folds=2)
    draw_outer(tmp_path, names, outer_folds=3)
    for fold in (1, 2, 3):
        split(tmp_path, names=names, outer_fold=fold, outer_folds=3)


def test_few_groups_and_a_split_of_the_user_are_refused():
    levels = pd.DataFrame({"patient": list("aabbcc")}, index=[f"{name}/{k}" for k in range(3) for name in "xy"])
    split = SPLIT | {"outer_folds": 4}
    with pytest.raises(UserError, match=r"Class x has 3 groups, too few for split\.outer_folds: 4"):
        check_outer_folds(split, {"x": 300, "y": 300}, Groups(levels, None, []), None)
    given = Groups(None, pd.Series(["train"]), [])
    with pytest.raises(UserError, match=r"gives every image its split, and split\.outer_folds, 4"):
        check_outer_folds(split, {"x": 300}, given, None)


def test_looks_of_outer_folds_are_said_apart():
    def look(experiment):
        return Look("2026-01-01T00:00:00+00:00", experiment, "i", "m", "c", 4, "")

    text = describe_looks([(look("grid"), 4), (look("grid/outer/1"), 2)], 4, 4)
    assert "1 of them is that of outer folds" in text
    assert "is optimistic" not in text
    assert "is optimistic" in describe_looks([(look("grid"), 4), (look("other"), 2)], 4, 4)
