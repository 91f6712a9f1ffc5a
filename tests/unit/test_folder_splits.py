"""The user's own split by folders, and what is drawn where a part of it is missing."""

import pandas as pd
import pytest
from folders import configure, fill_folder, number_files, raised
from hypothesis import given
from hypothesis import strategies as st
from smear.images.source import check_examined, examine_source
from smear.split.folder_splits import draw_validation, read_folder_splits

FRACTIONS = {"train": 0.8, "validation": 0.1, "test": 0.1}


def test_the_level_of_the_splits_is_found_above_and_below_the_class():
    assert read_folder_splits(["set/train/A/1.png", "set/Val/A/1.png", "set/test/x/1.png"]) == [
        "train",
        "validation",
        "test",
    ]
    assert read_folder_splits(["A/Training/1.png", "B/Testing/1.png"]) == ["train", "test"]


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (["A/1.png", "B/1.png"], "do not lie in folders named like splits"),
        (["train/A/1.png", "val/A/1.png"], "no folder is named like test; there are train, val."),
        (["test/A/1.png", "val/A/1.png"], "no folder is named like train; there are test, val."),
        ([], "do not lie in folders named like splits"),
    ],
)
def test_what_is_no_split_is_refused(sources, words):
    error = raised(read_folder_splits, sources)
    assert words in str(error)
    assert error.remedies == [{"split": {"unit": "field"}}]


def test_a_missing_validation_is_said_before_work_starts(tmp_path):
    folder = fill_folder(tmp_path / "s", number_files("train/A", "train/B", "test/A", "test/B"))
    config = configure(folder, split={"unit": "folders"})
    examined = examine_source(config["dataset"])
    check_examined(config, examined)
    assert "The source has no folder for validation; a part of its train folder is taken" in examined.notes[-1]


@given(st.integers(8, 40), st.integers(1, 3), st.integers(0, 3))
def test_validation_is_drawn_from_train_alone_in_whole_groups(files, size, seed):
    rows = [(f"{name}/{number}", name, f"{name}{number // size}") for name in "AB" for number in range(files)]
    images = pd.DataFrame(rows, columns=["image_id", "class", "group"])
    images["split"] = ["test" if number % 4 < 1 else "train" for number in range(len(images))]
    drawn = draw_validation(images, FRACTIONS, seed)
    assert (drawn[images["split"] == "test"] == "test").all()
    train = images[images["split"] == "train"].assign(drawn=drawn)
    assert (train.groupby("group")["drawn"].nunique() == 1).all()
    assert (drawn == "validation").any()
    assert (train.groupby("class")["drawn"].apply(lambda splits: (splits == "train").sum()) > 0).all()


def test_a_drawn_validation_has_the_share_that_the_fractions_give_it_of_train():
    names = [f"A/{number}" for number in range(90)]
    images = pd.DataFrame({"image_id": names, "class": "A", "group": names, "split": "train"})
    drawn = draw_validation(images, {"train": 0.6, "validation": 0.2, "test": 0.2}, 0)
    assert (drawn == "validation").sum() == 22
