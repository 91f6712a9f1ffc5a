"""The tensors of the splits as the images of one cell."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.training.tensors import JoinedImages, TensorFile, divide_rows


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4).filter(any), st.data())
def test_joined_images_are_those_of_the_parts(sizes, data):
    whole = np.arange(sum(sizes) * 12, dtype=np.uint8).reshape(-1, 2, 2, 3)
    parts = np.split(whole, np.cumsum(sizes)[:-1])
    rows = np.array(
        data.draw(st.lists(st.sampled_from(range(sum(sizes))), max_size=20) if sum(sizes) else st.just([])), int
    )
    images = JoinedImages(parts, rows)
    assert images.shape == (len(images), 2, 2, 3)
    assert len(images) == len(rows)
    places = np.arange(len(rows))[::-2]
    assert np.array_equal(images[places], whole[rows[places]])


@given(st.lists(st.integers(0, 4), min_size=5, max_size=40))
def test_every_image_is_validated_in_one_fold_and_trains_the_others(folds):
    table = pd.DataFrame({"label": 0, "fold": folds})
    tables = [table[table["fold"] != 0], table[table["fold"] == 0]]
    together = pd.concat(tables, ignore_index=True)
    seen = np.zeros(len(table), int)
    for fold in range(5):
        rows = divide_rows(tables, fold)
        assert (together.loc[rows["validation"], "fold"] == fold).all()
        assert sorted([*rows["train"], *rows["validation"]]) == list(range(len(table)))
        seen[rows["validation"]] += 1
    assert (seen == 1).all()
    first, plain = divide_rows(tables, 0), divide_rows(tables, None)
    assert all(np.array_equal(first[split], plain[split]) for split in first), "fold 0 is the split itself"


def test_a_tensor_file_gives_the_rows_that_are_asked_for_and_names_a_cut_one(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (7, 4, 5, 3), np.uint8)
    np.save(tmp_path / "images.npy", images)
    file = TensorFile(tmp_path / "images.npy")
    assert (len(file), file.shape, file.dtype) == (7, images.shape, images.dtype)
    for rows in ([], [6, 0, 0, 3], range(7)):
        rows = np.array(rows, int)
        assert np.array_equal(file[rows], images[rows])
    with (tmp_path / "images.npy").open("r+b") as cut:
        cut.truncate((tmp_path / "images.npy").stat().st_size - 1)
    with pytest.raises(OSError, match=r"images\.npy ends before its image 6"):
        file[np.array([6])]
