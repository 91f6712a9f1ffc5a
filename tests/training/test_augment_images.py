"""Images as they are and in random draws, by the layers of a training."""

import augment_images
import numpy as np
import pytest

STRENGTHS = {
    "crop": 0.2,
    "rotation": 30,
    "flip": "both",
    "shift": 0.1,
    "brightness": 0.1,
    "contrast": 0.1,
    "stain": 0.1,
}


@pytest.mark.parametrize("strengths", [STRENGTHS, {"rotation": 45}, {"stain": 0.3}])
def test_the_first_is_the_image_and_each_draw_is_another_one(strengths):
    images = np.random.default_rng(0).integers(0, 256, (3, 12, 12, 3)).astype(np.uint8)
    shown = augment_images.draw(images, strengths)
    assert shown.shape == (3, 7, 12, 12, 3)
    assert shown.dtype == np.uint8
    assert np.array_equal(shown[:, 0], images)
    assert len(np.unique(shown.reshape(21, -1), axis=0)) == 21
    assert np.array_equal(augment_images.draw(images, strengths), shown)


def test_flips_show_the_same_pixels_in_another_place():
    images = np.random.default_rng(0).integers(0, 256, (2, 6, 6, 3)).astype(np.uint8)
    for image, draws in zip(images, augment_images.draw(images, {"flip": "horizontal"}), strict=True):
        found = [np.array_equal(drawn, image) + 2 * np.array_equal(drawn, image[:, ::-1]) for drawn in draws[1:]]
        assert set(found) == {1, 2}
