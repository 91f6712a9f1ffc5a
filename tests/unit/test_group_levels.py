"""Levels of groups: which is the coarsest, which groups are told apart, and what crosses a split."""

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.split.group_levels import arrange_levels, audit_levels, lies_in, name_columns, read_levels
from smear.tables import write_csv


def arrange(**columns: str) -> pd.DataFrame:
    return arrange_levels(pd.DataFrame({name: list(values) for name, values in columns.items()}))


def test_the_coarsest_level_comes_first_however_they_are_written():
    levels = arrange(photo="aabbcdd", patient="1111222")
    assert list(levels) == ["patient", "photo"]
    assert levels["photo"].tolist() == list("aabbcdd")


def test_photographs_that_are_numbered_anew_are_told_apart_by_their_patients():
    levels = arrange(patient="AAAABBCC", photo="11221212")
    assert list(levels) == ["patient", "photo"]
    assert levels["photo"].tolist() == ["A/1", "A/1", "A/2", "A/2", "B/1", "B/2", "C/1", "C/2"]


def test_three_levels_each_lie_in_the_one_before():
    levels = arrange(cell="12121212", patient="aaaabbbb", photo="11223344")
    assert list(levels) == ["patient", "cell", "photo"]
    for coarse, fine in pairwise(levels):
        assert lies_in(levels[fine], levels[coarse])


@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 3), min_size=1, max_size=30), st.permutations("xyz"))
def test_every_group_of_a_level_lies_in_one_of_the_level_before(rows, names):
    levels = arrange_levels(pd.DataFrame(rows, columns=list(names)))
    assert sorted(levels) == ["x", "y", "z"]
    assert all(lies_in(levels[fine], levels[coarse]) for coarse, fine in pairwise(levels))
    # What has other values of the coarsest level is never one group of a finer one.
    assert levels.iloc[:, -1].nunique() <= len(set(rows))


def test_columns_of_the_manifest_and_back(tmp_path):
    levels = arrange(patient="0012", photo="1234")
    manifest = name_columns(levels).assign(image_id=list("abcd"))
    assert list(manifest) == ["group", "group_patient", "group_photo", "image_id"]
    write_csv(manifest, tmp_path / "manifest.csv")
    assert read_levels(tmp_path / "manifest.csv").to_dict("list") == levels.to_dict("list")
    single = name_columns(arrange(group=["01", "01", "1", "1.10"])).assign(image_id=list("abcd"))
    assert list(single) == ["group", "image_id"]
    write_csv(single, tmp_path / "manifest.csv")
    assert read_levels(tmp_path / "manifest.csv")["group"].tolist() == ["01", "01", "1", "1.10"]


def test_groups_across_splits_are_counted_at_every_level():
    levels = arrange(patient="AAAABB", photo="112233")
    patient, photo = audit_levels(levels, pd.Series(["train", "train", "train", "test", "test", "test"]))
    assert patient == {
        "level": "patient",
        "groups": 2,
        "largest_group": 4,
        "groups_across_splits": 1,
        "images_across_splits": 4,
    }
    assert (photo["groups"], photo["groups_across_splits"], photo["images_across_splits"]) == (3, 1, 2)


@pytest.mark.parametrize("places", [["train"] * 6, ["train", "train", "train", "train", "test", "test"]])
def test_whole_groups_cross_nothing(places):
    for level in audit_levels(arrange(patient="AAAABB", photo="112233"), pd.Series(places)):
        assert level["images_across_splits"] == 0
