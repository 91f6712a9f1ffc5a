"""Random changes of training images: what they show, and that any compiler takes them."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates
from smear.training.augmentation import RandomAffine, augmentation_layers, sample
from smear.training.randomness import reseed
from trainings import NOTHING

sizes = st.integers(1, 9)


@settings(max_examples=60)
@given(sizes, sizes, st.integers(1, 3), st.integers(1, 4), st.integers(0, 2**32 - 1), st.floats(1, 40))
def test_sampling_is_bilinear_and_mirrored_as_scipy_has_it(height, width, number, channels, seed, reach):
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (number, height, width, channels)).astype(np.uint8)
    rows, columns = random.uniform(-reach, reach, (2, number, 5, 7)).astype(np.float32)
    found = np.asarray(sample(images, rows, columns))
    for image, down, right, seen in zip(images, rows, columns, found, strict=True):
        for channel in range(channels):
            plane = image[..., channel].astype(float)
            expected = map_coordinates(plane, [down, right], order=1, mode="reflect")
            assert np.allclose(seen[..., channel], expected, atol=0.02)


def ramps(number: int, height: int, width: int) -> np.ndarray:
    """Images whose two channels are the row and the column of each pixel, so that they show where it came from."""
    rows, columns = np.mgrid[:height, :width]
    return np.repeat(np.stack([rows, columns], axis=-1)[None], number, axis=0).astype(np.float32)


def fit_affine(image: np.ndarray) -> np.ndarray:
    """What turns pixel positions into those that a changed ramp shows: a 2 x 2 matrix and, below it, the offset."""
    height, width, _ = image.shape
    middle = np.s_[height // 2 - 8 : height // 2 + 8, width // 2 - 8 : width // 2 + 8]
    rows, columns = np.mgrid[:height, :width]
    centred = [(rows - (height - 1) / 2)[middle].ravel(), (columns - (width - 1) / 2)[middle].ravel()]
    positions = np.stack([*centred, np.ones(256)], axis=1)
    solution, residual, *_ = np.linalg.lstsq(positions, image[middle].reshape(-1, 2), rcond=None)
    assert residual.max() < 1e-3, "an affine map, without mirroring in the middle"
    return solution - [[0, 0], [0, 0], [(height - 1) / 2, (width - 1) / 2]]


@pytest.mark.parametrize("shape", [(64, 64), (64, 96)])
@pytest.mark.parametrize(("crop", "rotation", "shift"), [(0, 40, 0), (0.3, 0, 0), (0, 0, 0.1), (0.2, 30, 0.05)])
def test_strengths_are_the_largest_changes(shape, crop, rotation, shift):
    images = ramps(200, *shape)
    seen = [fit_affine(image) for image in np.asarray(RandomAffine(crop, rotation, shift)(images, training=True))]
    angles = np.degrees([np.arctan2(map_[0, 1], map_[0, 0]) for map_ in seen])
    scales = np.array([np.sqrt(np.linalg.det(map_[:2])) for map_ in seen])
    places = np.abs([map_[2] / shape for map_ in seen])
    for values, least, greatest in [
        (angles, -rotation, rotation),
        (scales, 1 - crop, 1),
        (places, 0, crop / 2 + shift),
    ]:
        assert least - 0.02 <= values.min() <= least + 0.1 * (greatest - least) + 0.02
        assert greatest + 0.02 >= values.max() >= greatest - (0.3 if values is places else 0.1) * (greatest - least)


def test_a_crop_shows_nothing_from_outside_the_frame():
    images = ramps(200, 32, 32)
    shown = np.asarray(RandomAffine(0.5, 0, 0)(images, training=True))
    steps = np.diff(shown[..., 0], axis=1)
    # The outermost half pixel lies beyond the centres of the outermost pixels.
    assert (steps[:, 1:-1] > 0).all(), "mirroring would turn the direction"


def test_random_layers_depend_on_seed_and_epoch_alone():
    pixels = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 3)).astype("float32")
    model = keras.Sequential([keras.Input((16, 16, 3)), *augmentation_layers(0.2, 30, "both", 0.2)])

    def augment(seed, epoch):
        reseed(model, seed, epoch)
        return np.asarray(model(pixels, training=True))

    first = augment(0, 1)
    assert not np.array_equal(augment(0, 2), first)
    assert not np.array_equal(augment(1, 1), first)
    assert np.array_equal(augment(0, 1), first)
    assert np.array_equal(np.asarray(model(pixels, training=False)), pixels)


@pytest.mark.parametrize(
    ("strengths", "layers"),
    [
        ({}, []),
        ({"flip": "horizontal"}, ["RandomFlip"]),
        ({"rotation": 10}, ["RandomAffine"]),
        ({"shift": 0.1}, ["RandomAffine"]),
        ({"crop": 0.1}, ["RandomAffine"]),
        ({"crop": 0.1, "rotation": 10, "flip": "both", "shift": 0.1}, ["RandomFlip", "RandomAffine"]),
    ],
)
def test_a_strength_of_nothing_leaves_its_layer_out(strengths, layers):
    made = augmentation_layers(**NOTHING | strengths)
    assert [type(layer).__name__ for layer in made] == layers
    assert all(layer.supports_jit for layer in made), "or a GPU would run the whole step uncompiled"
