"""Split arithmetic, and what each unit keeps together."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.estimate import count_training
from smear.job import UserError
from smear.split.assignment import assign_groups
from smear.split.audit import compare_units, count_repeats
from smear.split.kept import keep_places
from smear.split.targets import SPLITS, check_class_sizes, fold_targets, propose_fractions, split_sizes, split_targets
from smear.split.units import COLOR_NUMBERS, get_groups

FRACTIONS = {"train": 0.8, "validation": 0.1, "test": 0.1}
PAPER_CLASSES = {"Benign": 504, "Early": 985, "Pre": 963, "Pro": 804}


def made_up_images(counts: dict[str, int], fields: dict[str, int] | None = None) -> pd.DataFrame:
    """Images by class; `fields` gives the number of images in the fields of a class, one by default."""
    rows = []
    for name, count in counts.items():
        size = (fields or {}).get(name, 1)
        rows += [(f"{name}/{index}", name, f"{name}/{index // size}") for index in range(count)]
    return pd.DataFrame(rows, columns=["image_id", "class", "field_id"])


def split_images(images, unit, fractions, seed, kept=None) -> pd.Series:
    """The split of each image, drawn as `split_images.py` does."""
    counts = images["class"].value_counts().sort_index().to_dict()
    grouped = images.assign(group=get_groups(images, unit, seed))
    return assign_groups(grouped, split_targets(counts, fractions), seed, kept)


@pytest.mark.parametrize("unit", ["image", "field"])
def test_the_papers_sizes(unit):
    images = made_up_images(PAPER_CLASSES)
    table = pd.crosstab(split_images(images, unit, FRACTIONS, 0), images["class"])
    assert table.sum(axis=1)[list(SPLITS)].tolist() == [2604, 324, 328]
    assert table.loc["train"].tolist() == [403, 788, 770, 643]
    assert table.loc["validation"].tolist() == [50, 98, 96, 80]


def test_a_cell_trains_on_what_is_not_in_its_fold():
    assert count_training(PAPER_CLASSES, FRACTIONS, 0) == 2604
    for folds in (2, 5, 10):
        dealt = fold_targets(PAPER_CLASSES, FRACTIONS, folds).drop(columns="test").sum()
        trained = [dealt.sum() - images for images in dealt]
        assert count_training(PAPER_CLASSES, FRACTIONS, folds) == pytest.approx(np.mean(trained), abs=0.5)


def test_fractions_are_read_as_decimals():
    assert split_sizes(100, {"train": 0.29, "validation": 0.57, "test": 0.14}) == {
        "train": 29,
        "validation": 57,
        "test": 14,
    }


@given(st.integers(0, 5000), st.integers(1, 98), st.integers(1, 98))
def test_sizes_add_up_and_are_floors(images, train, validation):
    if train + validation > 99:
        return
    sizes = split_sizes(images, {"train": train / 100, "validation": validation / 100, "test": 0.01})
    assert sum(sizes.values()) == images
    assert sizes["train"] == train * images // 100
    assert sizes["validation"] == validation * images // 100


@given(
    st.lists(st.integers(1, 6), min_size=20, max_size=60),
    st.lists(st.integers(1, 6), min_size=20, max_size=60),
    st.integers(0, 100),
)
def test_fields_stay_whole_and_shares_are_kept(first, second, seed):
    rows = [
        (f"{name}/{field}-{index}", name, f"{name}/{field}")
        for name, sizes in [("a", first), ("b", second)]
        for field, size in enumerate(sizes)
        for index in range(size)
    ]
    images = pd.DataFrame(rows, columns=["image_id", "class", "field_id"])
    split = split_images(images, "field", FRACTIONS, seed)
    assert split.notna().all()
    _, across = count_repeats(images["field_id"], split)
    assert across == 0
    for name, sizes in [("a", first), ("b", second)]:
        wanted, got = split_sizes(sum(sizes), FRACTIONS), split[images["class"] == name].value_counts()
        slack = 0 if sizes.count(1) >= max(sizes) * 3 else max(sizes)
        assert all(abs(got.get(part, 0) - wanted[part]) <= slack for part in SPLITS)


def test_single_images_fill_every_share_exactly():
    images = made_up_images({"a": 200})
    images.loc[:19, "field_id"] = [f"a/{index // 2}" for index in range(20)]
    assert split_images(images, "field", FRACTIONS, 1).value_counts()[list(SPLITS)].tolist() == [160, 20, 20]


def test_repeat_captures_reach_every_split():
    images = made_up_images({"a": 400}, {"a": 2})
    images.loc[200:, "field_id"] = images.loc[200:, "image_id"]
    split = split_images(images, "field", FRACTIONS, 0)
    assert set(split[:200]) == set(SPLITS)


def test_the_draw_depends_on_the_seed_and_not_on_the_order():
    images = made_up_images(PAPER_CLASSES)
    first = split_images(images, "image", FRACTIONS, 0)
    shuffled = images.sample(frac=1, random_state=1)
    assert split_images(shuffled, "image", FRACTIONS, 0).sort_index().equals(first)
    assert (split_images(images, "image", FRACTIONS, 1) != first).sum() > 500


def test_a_draw_is_that_of_every_earlier_version():
    """Whoever installs a later version draws the split that was published."""
    images = made_up_images({"a": 60, "b": 40}, {"a": 3})
    split = split_images(images, "field", FRACTIONS, 0)
    wanted = {"validation": "a/9 a/10 a/11 a/12 a/13 a/14 b/21 b/33 b/35 b/37"}
    wanted["test"] = "a/0 a/1 a/2 a/39 a/40 a/41 b/3 b/9 b/15 b/22"
    assert {name: " ".join(images["image_id"][split == name]) for name in wanted} == wanted


def test_image_splits_cut_fields_and_say_so():
    images = made_up_images({"a": 100}, {"a": 2})
    siblings, across = count_repeats(images["field_id"], split_images(images, "image", FRACTIONS, 0))
    assert siblings == 100
    assert 10 < across < 70


def test_a_class_too_small_is_named_with_what_it_needs():
    check_class_sizes({"a": 10}, FRACTIONS)
    with pytest.raises(UserError, match=r"Class b has 9 images.*needs 10"):
        check_class_sizes({"a": 10, "b": 9}, FRACTIONS)
    with pytest.raises(UserError, match=r"Class b has 1 image,"):
        check_class_sizes({"b": 1}, FRACTIONS)


@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 30), min_size=1))
def test_fractions_that_are_proposed_put_every_class_into_every_split(counts):
    proposed = propose_fractions(counts)
    if proposed is None:
        assert min(counts.values()) < 4
        return
    assert sum(proposed.values()) == pytest.approx(1)
    assert min(proposed.values()) == proposed["validation"] == proposed["test"] < 0.34
    check_class_sizes(counts, proposed)


@given(
    st.lists(st.integers(1, 5), min_size=20, max_size=60), st.lists(st.integers(1, 5), max_size=15), st.integers(0, 50)
)
def test_added_images_move_no_old_one(old, new, seed):
    rows = [(f"a/{field}-{index}", "a", f"f{field}") for field, size in enumerate(old + new) for index in range(size)]
    images = pd.DataFrame(rows, columns=["image_id", "class", "field_id"])
    before = images.head(sum(old))
    first = split_images(before, "field", FRACTIONS, seed)
    kept = pd.Series(first.to_numpy(), index=before["image_id"])
    second = split_images(images, "field", FRACTIONS, seed, kept)
    assert second.head(sum(old)).equals(first)
    _, across = count_repeats(images["field_id"], second)
    assert across == 0


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), max_size=12, unique=True), st.data())
def test_places_are_kept_by_content_and_not_by_name(earlier, data):
    """Files are renamed, exchanged, copied and left out: each place goes to one image of the content that had it."""
    columns = ["image_id", "sha256", "place"]
    before = pd.DataFrame(
        [(f"A/{k}", digest, f"{digest}{place}") for k, (digest, place) in enumerate(earlier)], columns=columns
    )
    names = data.draw(st.permutations([f"A/{k}" for k in range(14)]))
    contents = data.draw(st.lists(st.sampled_from("abcdef"), max_size=14))
    images = pd.DataFrame({"image_id": names[: len(contents)], "sha256": contents}, dtype=object)
    kept = keep_places(before, images)
    assert kept.index.is_unique
    after = images.assign(place=images["image_id"].map(kept))
    known = before.set_index("image_id")
    for image in after.itertuples():
        assert pd.isna(image.place) or image.place.startswith(image.sha256)
        if image.image_id in known.index and known.loc[image.image_id, "sha256"] == image.sha256:
            assert image.place == known.loc[image.image_id, "place"]
    for digest in "abcdef":
        had, has = (set(table.loc[table["sha256"] == digest, "place"].dropna()) for table in (before, after))
        assert has <= had
        assert after.loc[after["sha256"] == digest, "place"].notna().sum() == min(
            (before["sha256"] == digest).sum(), (after["sha256"] == digest).sum()
        )


def test_an_added_image_that_joins_two_fields_moves_the_smaller_part_only():
    images = made_up_images({"a": 100})
    first = split_images(images, "field", FRACTIONS, 0)
    train, test = images[first == "train"].index[:3], images[first == "test"].index[0]
    joined = pd.concat([images, pd.DataFrame([("a/new", "a", "a/new")], columns=images.columns)], ignore_index=True)
    joined.loc[[*train, test, 100], "field_id"] = "joined"
    kept = pd.Series(first.to_numpy(), index=images["image_id"])
    second = split_images(joined, "field", FRACTIONS, 0, kept)
    assert second.index[second.head(100).ne(first).reindex(second.index, fill_value=False)].tolist() == [test]
    assert second[test] == second[100] == "train"


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(40, 400), min_size=1), st.integers(2, 10), st.integers(0, 50)
)
def test_folds_differ_by_one_image_at_most_and_leave_the_test_alone(counts, folds, seed):
    images = made_up_images(counts)
    targets = fold_targets(counts, FRACTIONS, folds)
    places = assign_groups(images.assign(group=images["image_id"]), targets, seed)
    table = pd.crosstab(images["class"], places)
    plain = split_targets(counts, FRACTIONS).loc[table.index]
    assert (table["test"] == plain["test"]).all()
    dealt = table.drop(columns="test")
    assert len(dealt.columns) == folds
    assert (dealt.max(axis=1) - dealt.min(axis=1)).max() <= 1
    assert dealt.sum().max() - dealt.sum().min() <= 1


@given(st.lists(st.integers(10, 60), min_size=60, max_size=90), st.integers(0, 20))
def test_patients_of_many_images_come_close_to_the_shares(sizes, seed):
    rows = [
        (f"{label}/{patient}-{index}", label, f"patient-{patient}")
        for patient, size in enumerate(sizes)
        for label in ["abcd"[patient % 4]]
        for index in range(size)
    ]
    images = pd.DataFrame(rows, columns=["image_id", "class", "group"])
    targets = split_targets(images["class"].value_counts().sort_index().to_dict(), FRACTIONS)
    split = assign_groups(images, targets, seed)
    assert split.groupby(images["group"]).nunique().max() == 1
    table = pd.crosstab(images["class"], split).reindex(columns=targets.columns, fill_value=0)
    assert (table > 0).all(axis=None)
    assert (table - targets).abs().max(axis=None) <= 30


def test_clusters_of_stain_keep_slides_and_fields_whole():
    random = np.random.default_rng(0)
    images = made_up_images({"a": 400, "b": 400}, {"a": 2, "b": 2})
    slide = pd.Series([int(field.split("/")[1]) // 10 % 20 for field in images["field_id"]])
    colors = random.uniform(0, 255, (20, 6))[slide] + random.normal(0, 1, (800, 6))
    images[list(COLOR_NUMBERS)] = colors
    groups = get_groups(images, "stain", 0)
    assert groups.nunique() == 20
    assert (groups.groupby(slide).nunique() == 1).all()
    split = split_images(images, "stain", FRACTIONS, 0)
    assert set(split) == set(SPLITS)
    assert (split.groupby(slide).nunique() == 1).all()
    images["source_class"] = images["class"]
    table = compare_units(images, split_targets({"a": 400, "b": 400}, FRACTIONS), range(3), 50)
    across = table.groupby("unit")["images_with_sibling_across_splits"].mean()
    assert across["image"] > 100
    assert across["field"] == across["sequence"] == across["stain"] == 0


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(3, 60), min_size=1), st.integers(2, 10))
def test_folds_are_dealt_out_like_cards_class_after_class(counts, folds):
    counts = dict(sorted(counts.items()))
    rest = split_targets(counts, FRACTIONS)[["train", "validation"]].sum(axis=1)
    cards = np.repeat(np.arange(len(rest)), rest)
    dealt = pd.crosstab(cards, np.arange(len(cards)) % folds).reindex(
        index=range(len(rest)), columns=range(folds), fill_value=0
    )
    assert fold_targets(counts, FRACTIONS, folds).iloc[:, :folds].to_numpy().tolist() == dealt.to_numpy().tolist()
