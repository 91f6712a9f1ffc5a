"""Images that use a small part of their range: seen, said, and scaled by one factor where that is asked for."""

import numpy as np
import pandas as pd
import pytest
from cache_tensors import cache_pixels
from catalog_images import catalog_images
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from smear.images.value_range import find_factor
from smear.report.value_range import describe_range


def save(folder, name: str, values: np.ndarray) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(folder / name)


@pytest.fixture
def twelve_bits(tmp_path):
    """Images of a camera of 12 bits whose values stand in 16."""
    random = np.random.default_rng(0)
    for name in ("A/1.tif", "A/2.tif", "B/1.tif", "B/2.tif"):
        save(tmp_path / "images", name, random.integers(300, 4096, (40, 40)).astype(np.uint16))
    return tmp_path / "images"


def read_tensor(catalog: pd.DataFrame, path, factor: int) -> np.ndarray:
    cache_pixels(catalog, 40, path, 1, factor=factor)
    return np.load(path)


def test_twelve_bits_in_sixteen(twelve_bits, tmp_path):
    catalog, _ = catalog_images(twelve_bits, 1, 100)
    assert catalog["high"].between(15.8, 15.94).all()
    assert find_factor(catalog["high"]) == 16
    assert "the brightest reach 15.9 of 255" in describe_range(catalog["high"], "none")
    assert "image.scale: range to multiply all by 16" in describe_range(catalog["high"], "none")
    assert "multiplied by 16" in describe_range(catalog["high"], "range")
    plain, scaled = (read_tensor(catalog, tmp_path / "t.npy", factor) for factor in (1, 16))
    assert plain.max() <= 16
    assert scaled.max() > 250
    stored = np.asarray(Image.open(twelve_bits / "A/1.tif")).astype(float)
    assert np.abs(scaled[0, :, :, 0] - stored * 16 / 257).max() <= 0.5, "no step of 8 bits in between"


def test_dark_images_of_eight_bits(tmp_path):
    random = np.random.default_rng(0)
    for name in ("A/1.png", "B/1.png"):
        save(tmp_path / "images", name, random.integers(0, 40, (40, 40, 3), dtype=np.uint8))
    catalog, _ = catalog_images(tmp_path / "images", 1, 100)
    assert catalog["high"].tolist() == [39, 39]
    assert find_factor(catalog["high"]) == 4
    plain, scaled = (read_tensor(catalog, tmp_path / "t.npy", factor) for factor in (1, 4))
    assert np.array_equal(scaled, 4 * plain)


@pytest.mark.parametrize("value", [255, 128, 64])
def test_ordinary_images_need_no_word(value):
    assert describe_range(pd.Series([value, 20.0]), "none") is None


@given(st.lists(st.floats(0, 255), min_size=1, max_size=20))
def test_the_factor_leaves_the_brightest_within_the_range(high):
    factor = find_factor(pd.Series(high))
    assert factor in (1, 2, 4, 8, 16, 32, 64, 128)
    assert factor == 1 or factor * pd.Series(high).quantile(0.999) < 256
