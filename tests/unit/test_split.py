"""Split arithmetic, and what each unit keeps together."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.images.class_sizes import SPLITS, check_class_sizes, split_sizes
from smear.images.split import count_siblings, split_images
from smear.job import UserError

FRACTIONS = {"train": 0.8, "validation": 0.1, "test": 0.1}
PAPER_CLASSES = {"Benign": 504, "Early": 985, "Pre": 963, "Pro": 804}


def made_up_images(counts: dict[str, int], fields: dict[str, int] | None = None) -> pd.DataFrame:
    """Images by class; `fields` gives the number of images in the fields of a class, one by default."""
    rows = []
    for name, count in counts.items():
        size = (fields or {}).get(name, 1)
        rows += [(f"{name}/{index}", name, f"{name}/{index // size}") for index in range(count)]
    return pd.DataFrame(rows, columns=["image_id", "class", "field_id"])


@pytest.mark.parametrize("unit", ["image", "field"])
def test_the_papers_sizes(unit):
    images = made_up_images(PAPER_CLASSES)
    table = pd.crosstab(split_images(images, unit, FRACTIONS, 0), images["class"])
    assert table.sum(axis=1)[list(SPLITS)].tolist() == [2604, 324, 328]
    assert table.loc["train"].tolist() == [403, 788, 770, 643]
    assert table.loc["validation"].tolist() == [50, 98, 96, 80]


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
    assert count_siblings(images.assign(split=split))[1] == 0
    for name, sizes in [("a", first), ("b", second)]:
        wanted, got = split_sizes(sum(sizes), FRACTIONS), split[images["class"] == name].value_counts()
        slack = 0 if max(sizes) == 1 else max(sizes)
        assert all(abs(got.get(part, 0) - wanted[part]) <= 2 * slack for part in SPLITS)


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


def test_image_splits_cut_fields_and_say_so():
    images = made_up_images({"a": 100}, {"a": 2})
    siblings, across = count_siblings(images.assign(split=split_images(images, "image", FRACTIONS, 0)))
    assert siblings == 100
    assert 10 < across < 70


def test_a_class_too_small_is_named_with_what_it_needs():
    check_class_sizes({"a": 10}, FRACTIONS)
    with pytest.raises(UserError, match=r"Class b has 9 images.*needs 10"):
        check_class_sizes({"a": 10, "b": 9}, FRACTIONS)
    with pytest.raises(UserError, match=r"Class b has 1 image,"):
        check_class_sizes({"b": 1}, FRACTIONS)
