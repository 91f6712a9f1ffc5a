"""Splits by the user's groups: whole groups, grouped folds, each group left out once, and what the audit says."""

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from smear.job import UserError
from smear.split.leave_one_out import find_lacking, leave_one_out
from split_job import split

PATTERN = r"^(?P<patient>C\d+)_(?P<photo>\d+)"
NAMES = [
    f"{name}/C{patient}_{photo}_{cell}.png"
    for patient in range(12)
    for photo in range(2)
    for name in ("Bad", "Good")
    for cell in range(1 + (patient + photo) % 3)
]


def cross(manifest: pd.DataFrame, column: str, places: str = "split") -> int:
    """Groups that lie in several places."""
    return int((manifest.groupby(column)[places].nunique() > 1).sum())


def test_levels_stand_in_the_manifest_and_the_coarsest_is_kept_whole(tmp_path):
    manifest, audit = split(tmp_path, names=NAMES, unit="group", pattern=PATTERN)
    assert [name for name in manifest if "group" in name] == ["group", "group_patient", "group_photo"]
    assert manifest["group"].equals(manifest["group_patient"])
    assert (cross(manifest, "group_patient"), cross(manifest, "group_photo")) == (0, 0)
    assert set(manifest["split"]) == {"train", "validation", "test"}
    assert audit["unit"] == "group"
    assert [level["level"] for level in audit["group_levels"]] == ["patient", "photo"]
    assert [level["groups"] for level in audit["group_levels"]] == [12, 24]
    assert sum(level["images_across_splits"] for level in audit["group_levels"]) == 0
    shares = pd.DataFrame(audit["class_shares"])
    assert shares.sum(axis=1).tolist() == pytest.approx([1, 1], abs=1e-5)
    furthest = audit["largest_share_deviation"]
    assert shares.loc[furthest["class"], furthest["place"]] == furthest["share"]
    assert abs(furthest["share"] - furthest["wanted"]) < 0.1


def test_a_pattern_and_a_table_of_the_same_groups_split_alike(tmp_path):
    text = "image,group\n" + "".join(f"{name},{name.partition('/')[2].partition('_')[0]}\n" for name in NAMES)
    first, _ = split(tmp_path / "a", names=NAMES, table=text)
    second, _ = split(tmp_path / "b", names=NAMES, pattern=r"^(C\d+)")
    assert first.equals(second)


def test_a_split_of_the_user_is_counted_at_all_levels(tmp_path):
    rows = [(name, *name.partition("/")[2].split("_")[:2]) for name in NAMES]
    places = ["train", "validation", "test"]
    lines = [f"{name},{patient},{photo},{places[n % 3]}\n" for n, (name, patient, photo) in enumerate(rows)]
    text = "image,patient,photo,split\n" + "".join(lines)
    manifest, audit = split(tmp_path, names=NAMES, table=text)
    assert audit["unit"] == "given"
    assert "class_shares" not in audit
    patient, photo = audit["group_levels"]
    assert patient["groups_across_splits"] == cross(manifest, "group_patient") > 0
    assert photo["groups_across_splits"] == cross(manifest, "group_photo") > 0


@settings(max_examples=20)
@given(st.lists(st.integers(1, 9), min_size=12, max_size=40), st.integers(2, 5), st.integers(0, 9))
def test_no_group_is_in_two_folds(tmp_path_factory, sizes, folds, seed):
    names = [
        f"{name}/C{number}_{cell}.png" for number, size in enumerate(sizes) for name in "AB" for cell in range(size)
    ]
    manifest, audit = split(
        tmp_path_factory.mktemp("folds"), names=names, pattern=r"(C\d+)", unit="group", folds=folds, seed=seed
    )
    assert cross(manifest, "group", "fold") == 0
    assert sorted(manifest["fold"].unique()) == [*range(-1, folds)]
    assert (manifest["fold"] == -1).equals(manifest["split"] == "test")
    assert set(audit["class_shares"]) == {*map(str, range(folds)), "test"}


def test_each_group_is_a_fold_of_its_own(tmp_path):
    manifest, audit = split(tmp_path, names=NAMES, unit="group", pattern=PATTERN, folds="leave_one_out", planned=9)
    rest = manifest[manifest["split"] != "test"]
    assert (rest.groupby("fold")["group"].nunique() == 1).all()
    assert (rest.groupby("group")["fold"].nunique() == 1).all()
    assert sorted(rest["fold"].unique()) == [*range(9)]
    assert (manifest[manifest["split"] == "validation"]["fold"] == 0).all()
    assert set(audit["class_shares"]) == {"rest", "test"}
    again, _ = split(tmp_path, names=NAMES, unit="group", pattern=PATTERN, folds="leave_one_out", planned=9)
    assert again.equals(manifest)
    with pytest.raises(UserError, match="10 groups were counted before the work started, and 9 are left"):
        split(tmp_path, names=NAMES, unit="group", pattern=PATTERN, folds="leave_one_out", planned=10)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 9)), min_size=8, max_size=30), st.integers(0, 9))
@example([("a", 1)] * 5 + [("b", 1), ("b", 1), ("b", 2)], 2)
def test_groups_of_one_class_each_are_left_out_once(groups, seed):
    rows = [(f"{n}-{k}", name, f"g{n}") for n, (name, size) in enumerate(groups) for k in range(size)]
    images = pd.DataFrame(rows, columns=["image_id", "class", "group"])
    if images.groupby("class")["group"].nunique().min() < 3:
        return
    places = leave_one_out(images, {"train": 0.7, "validation": 0.1, "test": 0.2}, seed)
    assert (places.groupby(images["group"]).nunique() == 1).all()
    shuffled = images.sample(frac=1, random_state=1)
    assert leave_one_out(shuffled, {"train": 0.7, "validation": 0.1, "test": 0.2}, seed).sort_index().equals(places)
    assert find_lacking(images, places) is None
