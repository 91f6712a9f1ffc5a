"""What a split keeps together: clusters of stain, and blocks of consecutive numbers."""

import numpy as np
import pandas as pd
import pytest
from audit_splits import choose_seeds
from hypothesis import given
from hypothesis import strategies as st
from smear.job import UserError
from smear.split.sequence import check_numbered
from smear.split.units import COLOR_NUMBERS, get_groups


@pytest.mark.parametrize(("fields", "captures", "clusters"), [(5, 4, 5), (100, 1, 12), (300, 4, 30), (1180, 1, 30)])
def test_a_cluster_of_stain_for_forty_images_within_limits(fields, captures, clusters):
    images = pd.DataFrame({"field_id": np.repeat(np.arange(fields), captures)})
    images[list(COLOR_NUMBERS)] = np.random.default_rng(0).normal(size=(len(images), 6))
    assert get_groups(images, "stain", 0).nunique() == clusters


def test_every_color_number_weighs_alike_in_a_stain_and_a_constant_one_nothing():
    """12 slides: four steps of a number in thousands, and in each of them three of one in thousandths."""
    random = np.random.default_rng(0)
    slide = np.arange(240) % 12
    images = pd.DataFrame({"field_id": np.arange(240), **dict.fromkeys(COLOR_NUMBERS, 7.0)})
    images["red_mean"] = 1000 * (slide // 3) + random.normal(0, 10, 240)
    images["blue_sd"] = 0.001 * (slide % 3) + random.normal(0, 0.00001, 240)
    groups = get_groups(images, "stain", 0)
    assert (pd.crosstab(groups, slide) > 0).sum().tolist() == [1] * 12
    assert groups.nunique() == 12


def test_a_large_set_is_audited_in_time_that_grows_with_its_images_alone():
    images = pd.DataFrame({"field_id": np.arange(20_000) // 50})
    images[list(COLOR_NUMBERS)] = np.random.default_rng(0).normal(size=(20_000, 6))
    assert get_groups(images, "stain", 0).nunique() == 250
    assert [len(choose_seeds(count)) for count in (100, 10_000, 20_000, 300_000)] == [20, 20, 10, 3]


def numbered(names: list[str], fields: list[str]) -> pd.DataFrame:
    classes = [name.partition("/")[0] for name in names]
    return pd.DataFrame({"image_id": names, "source_class": classes, "field_id": fields})


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 119), st.integers(0, 40)),
        min_size=16,
        unique_by=lambda row: row[:2],
    ),
    st.integers(30, 60),
)
def test_blocks_of_numbers_keep_fields_whole_and_are_never_merged(rows, block):
    images = numbered([f"{name}/WBC-{number:03}.jpg" for name, number, _ in rows], [str(field) for *_, field in rows])
    own = [(name, max(number - 1, 0) // block) for name, number, _ in rows]
    groups = get_groups(images, "sequence", 0, block)
    assert (groups.groupby(images["field_id"]).nunique() == 1).all()
    names = {f"{name}/WBC-{first * block + 1}-{(first + 1) * block}": (name, first) for name, first in own}
    for field, group in groups.groupby(images["field_id"]).first().items():
        votes = pd.Series(
            [place for place, (*_, each) in zip(own, rows, strict=True) if str(each) == field]
        ).value_counts()
        most = votes[votes == votes.max()].index
        assert names[group] == min(most, key=lambda place: (place[1], place[0])), "most images, then the lower block"
    assert groups.nunique() <= len(set(own))


def test_blocks_count_each_series_of_names_by_itself():
    images = numbered(
        [f"a/slide{slide}-{number}.png" for slide in (1, 2) for number in range(1, 21)], list(map(str, range(40)))
    )
    assert sorted(get_groups(images, "sequence", 0, 10).unique()) == [
        f"a/slide{slide}-{first}" for slide in (1, 2) for first in ("1-10", "11-20")
    ]


def test_names_without_running_numbers_are_refused():
    bare = numbered(["a/x1.jpg", "a/cell.jpg"], ["1", "2"])
    with pytest.raises(UserError, match=r"cell.jpg has none .*use split.unit: field"):
        get_groups(bare, "sequence", 0, 50)
    digests = numbered([f"a/{hash_of}.jpg" for hash_of in ("a9f1", "0c77", "b2e8", "99d3")], list("1234"))
    with pytest.raises(UserError, match=r"finds no consecutive numbers .*such as a9f1.jpg"):
        get_groups(digests, "sequence", 0, 50)


def test_blocks_of_two_images_on_average_are_enough():
    images = numbered([f"a/x{number}.jpg" for number in (1, 2, 11, 12)], list("1234"))
    assert get_groups(images, "sequence", 0, 10).tolist() == ["a/x1-10"] * 2 + ["a/x11-20"] * 2


def test_a_number_has_eighteen_digits_at_most():
    check_numbered([f"a/{10**18 - 1}.jpg"])
    with pytest.raises(UserError, match="more than 18 digits"):
        check_numbered([f"a/{10**18}.jpg"])
