"""Gray and stain-normalized images."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.images.color import convert_color
from smear.images.shortcut_features import color_numbers

images = st.integers(0, 10_000).map(
    lambda seed: np.random.default_rng(seed).integers(0, 256, (12, 9, 3), dtype=np.uint8)
)


@given(images)
def test_every_color_keeps_shape_and_type(image):
    for color in ("rgb", "gray", "stain_normalised"):
        converted = convert_color(image, color)
        assert (converted.shape, converted.dtype) == (image.shape, np.uint8)
    assert np.array_equal(convert_color(image, "rgb"), image)


@given(images)
def test_gray_has_three_equal_channels(image):
    gray = convert_color(image, "gray")
    assert np.ptp(gray, axis=2).max() == 0
    assert np.allclose(gray[..., 0], image @ [0.299, 0.587, 0.114], atol=1)


def test_another_color_is_refused():
    with pytest.raises(ValueError, match="sepia"):
        convert_color(np.zeros((4, 4, 3), np.uint8), "sepia")


def test_two_stains_of_one_smear_become_alike():
    amounts = np.zeros((60, 60, 2))
    amounts[5:30, 5:30, 0] = 0.4
    amounts[35:55, 20:50, 1] = 0.8
    dyes = [[[0.8, 0.5, 0.3], [0.5, 0.8, 0.3]], [[0.7, 0.7, 0.1], [0.3, 0.9, 0.4]]]
    lights = [[250, 250, 200], [220, 240, 255]]
    smears = [
        np.round(light * np.exp(-amounts @ np.array(dye))).astype(np.uint8)
        for dye, light in zip(dyes, lights, strict=True)
    ]
    before = np.abs(color_numbers(smears[0]) - color_numbers(smears[1])).max()
    after = [color_numbers(convert_color(smear, "stain_normalised")) for smear in smears]
    assert before > 20
    assert np.abs(after[0] - after[1]).max() < 2


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_image_of_one_color_stays_one(value):
    converted = convert_color(np.full((8, 8, 3), value, np.uint8), "stain_normalised")
    assert np.ptp(converted.reshape(-1, 3), axis=0).max() == 0
