"""The claims about the final test and about leakage, on made-up results with known answers."""

import pandas as pd
import pytest
from made_up_claims import make_split
from smear.reproduction.final_test import judge_accuracy, judge_easiest_class
from smear.reproduction.leakage import (
    count_repeats,
    find_repeats,
    judge_repeats,
    judge_test_leakage,
    judge_validation_leakage,
)
from smear.reproduction.verdicts import CANNOT_TELL, DOES_NOT_HOLD, HOLDS, NOT_TESTED

PUBLISHED = {"test": {"accuracy": 0.9848, "highest_recall": {"class": "Pre"}}}
ONE = {"optimizer": ["adam"], "learning_rate": [0.0001], "epochs": [20, 30]}


def make_tested(*recalls: float, tested: int = 400, **more):
    """A split whose test images have these recalls, in the order of the classes."""
    return make_split(lambda cell: 0.95, recalls=recalls, tested=tested, **ONE, **more)


@pytest.mark.parametrize(
    ("recall", "tested", "verdict"),
    [(0.999, 400, HOLDS), (0.985, 2000, HOLDS), (0.98, 82, CANNOT_TELL), (0.93, 400, DOES_NOT_HOLD)],
)
def test_the_published_accuracy_is_reached_within_a_point(recall, tested, verdict):
    claim = judge_accuracy(make_tested(*[recall] * 4, tested=tested), PUBLISHED)
    assert claim.verdict == verdict
    effect = claim.comparisons[0].effect
    assert effect.difference == pytest.approx(recall - 0.9848, abs=0.02)
    assert (effect.images, effect.groups) == (4 * tested, 4 * tested)


@pytest.mark.parametrize(
    ("recalls", "verdict"),
    [
        ((0.9, 0.9, 0.99, 0.9), HOLDS),
        ((0.9, 0.99, 0.99, 0.9), CANNOT_TELL),
        ((1.0, 1.0, 1.0, 1.0), CANNOT_TELL),
        ((0.9, 0.9, 0.93, 0.99), DOES_NOT_HOLD),
    ],
)
def test_the_easiest_class_must_beat_each_other_one(recalls, verdict):
    claim = judge_easiest_class(make_tested(*recalls), PUBLISHED)
    assert claim.verdict == verdict
    assert [each.second for each in claim.comparisons] == ["Benign", "Early", "Pro"]
    assert all(each.effect.low < each.effect.high for each in claim.comparisons)


def test_without_its_class_the_claim_is_not_tested():
    results = make_tested(*[0.9] * 4)._replace(classes=["benign", "malignant", "x", "y"])
    claim = judge_easiest_class(results, PUBLISHED)
    assert (claim.verdict, claim.comparisons) == (NOT_TESTED, [])
    assert "Pre" in claim.note
    alone = make_tested(*[0.9] * 4)
    alone = alone._replace(test=alone.test[alone.test["label"] == alone.classes.index("Pre")])
    claim = judge_easiest_class(alone, PUBLISHED)
    assert (claim.verdict, claim.note) == (NOT_TESTED, "All test images have the class Pre.")


@pytest.mark.parametrize(("image", "field", "verdict"), [(0.99, 0.93, HOLDS), (0.95, 0.95, CANNOT_TELL)])
def test_leakage_into_the_test_is_found(image, field, verdict):
    splits = make_tested(*[image] * 4, unit="image"), make_tested(*[field] * 4, draw=1)
    claim = judge_test_leakage(*splits)
    assert claim.verdict == verdict
    effect = claim.comparisons[0].effect
    assert effect.low < image - field < effect.high


@pytest.mark.parametrize(("leaked", "verdict"), [(0.06, HOLDS), (0, CANNOT_TELL), (-0.06, DOES_NOT_HOLD)])
def test_leakage_into_the_validation_is_found_over_the_whole_grid(leaked, verdict):
    image = make_split(lambda cell: 0.9 + leaked, unit="image", images=800)
    field = make_split(lambda cell: 0.9, draw=2, images=800)
    claim = judge_validation_leakage(image, field)
    assert claim.verdict == verdict
    effect = claim.comparisons[0].effect
    assert effect.low < leaked < effect.high
    assert effect.images == 1600


def test_grids_without_a_common_cell_are_not_compared():
    image, field = make_split(lambda cell: 0.9, epochs=[1]), make_split(lambda cell: 0.9, epochs=[2])
    assert judge_validation_leakage(image, field).verdict == NOT_TESTED


@pytest.mark.parametrize(("bonus", "verdict"), [(0.8, HOLDS), (0, CANNOT_TELL)])
def test_images_with_a_repeat_capture_in_the_training_are_compared_with_others(bonus, verdict):
    results = make_split(lambda cell: 0.85, unit="image", images=800, repeated=300, bonus=bonus)
    claim = judge_repeats(results)
    assert claim.verdict == verdict
    assert claim.comparisons[0].effect.images == 800
    counts = count_repeats(results)
    assert counts["validation"] == {"images": 800, "with_repeat_in_training": 300}
    assert counts["test"]["with_repeat_in_training"] == 0


def test_nothing_is_said_of_repeat_captures_that_were_not_searched_for():
    results = make_split(lambda cell: 0.9, repeated=100)._replace(fields_searched=False)
    assert judge_repeats(results).verdict == NOT_TESTED
    assert count_repeats(results) is None
    assert judge_repeats(make_split(lambda cell: 0.9)).verdict == NOT_TESTED


def test_repeats_are_those_of_the_training_alone():
    results = make_split(lambda cell: 0.9, repeated=0)
    # Two validation images of one field repeat each other, and no training image.
    assert count_repeats(results)["validation"]["with_repeat_in_training"] == 0
    moved = results.manifest["image_id"].eq("validation/0")
    manifest = results.manifest.assign(split=results.manifest["split"].where(~moved, "train"))
    images = pd.Series(["validation/1", "validation/2"])
    assert find_repeats(results._replace(manifest=manifest), images).tolist() == [True, False]


def test_an_image_of_a_fold_is_beside_the_other_folds_and_not_itself():
    results = make_tested(*[0.9] * 4, tested=2)
    manifest = pd.DataFrame(
        {
            "image_id": ["a", "b", "c", "d", "e", "f", "t", "u"],
            "field_id": [0, 0, 1, 1, 2, 3, 3, 2],
            "fold": [0, 1, 1, 1, 0, 1, -1, -1],
            "split": ["validation", "train", "train", "train", "validation", "train", "test", "test"],
        }
    )
    results = results._replace(manifest=manifest)
    assert find_repeats(results, manifest["image_id"]).tolist() == [True, True, *[False] * 4, True, False]


def test_several_seeds_of_a_grid_cell_are_one():
    found = judge_validation_leakage(*[make_split(lambda cell: 0.9, unit=unit, **ONE, seed=[0, 1]) for unit in "ab"])
    assert found.comparisons[0].measure == "validation accuracy, mean of 2 grid cells"
    alone = ONE | {"epochs": [20]}
    found = judge_validation_leakage(*[make_split(lambda cell: 0.9, unit=unit, **alone) for unit in "ab"])
    assert found.comparisons[0].measure == "validation accuracy of the grid cell"
