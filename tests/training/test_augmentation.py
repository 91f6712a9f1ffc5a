"""Random changes of training images: what they show, and that any compiler takes them."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates
from skimage.color import bex_from_rgb, combine_stains, rgb_from_bex, separate_stains
from smear.training.augmentation import RandomAffine, augmentation_layers, sample
from smear.training.randomness import reseed
from smear.training.stain import scale_stains
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
    centered = [(rows - (height - 1) / 2)[middle].ravel(), (columns - (width - 1) / 2)[middle].ravel()]
    positions = np.stack([*centered, np.ones(256)], axis=1)
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
    # The outermost half pixel lies beyond the centers of the outermost pixels.
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
        ({"crop": 0.1, "rotation": 10, "flip": "both", "shift": 0.1}, ["RandomFlip", "RandomFlip", "RandomAffine"]),
        ({"brightness": 0.1}, ["Rescaling", "RandomBrightness"]),
        ({"contrast": 0.1}, ["Rescaling", "RandomContrast"]),
        ({"stain": 0.1}, ["Rescaling", "RandomStain"]),
        (
            {"flip": "both", "shift": 0.1, "brightness": 0.1, "contrast": 0.1, "stain": 0.1},
            [
                "RandomFlip",
                "RandomFlip",
                "RandomAffine",
                "Rescaling",
                "RandomStain",
                "RandomBrightness",
                "RandomContrast",
            ],
        ),
    ],
)
def test_a_strength_of_nothing_leaves_its_layer_out(strengths, layers):
    made = augmentation_layers(**NOTHING | strengths)
    assert [type(layer).__name__ for layer in made] == layers
    assert all(layer.supports_jit for layer in made), "or a GPU would run the whole step uncompiled"


@pytest.mark.parametrize(("flip", "seen"), [("both", "AVHT"), ("horizontal", "AH"), ("vertical", "AV")])
def test_flips_of_the_two_directions_are_drawn_apart(flip, seen):
    """As the trainer reseeds them: as it is, flipped in either direction, and turned."""
    images = np.random.default_rng(0).integers(0, 256, (200, 6, 6, 3)).astype("float32")
    model = keras.Sequential([keras.Input((6, 6, 3)), *augmentation_layers(flip=flip)])
    reseed(model, 0, 1)
    shown = np.asarray(model(images, training=True))
    ways = {"A": images, "V": images[:, ::-1], "H": images[:, :, ::-1], "T": images[:, ::-1, ::-1]}
    counts = {name: int((shown == way).all(axis=(1, 2, 3)).sum()) for name, way in ways.items()}
    assert sum(counts.values()) == 200
    assert all((count > 200 / len(seen) / 2) == (name in seen) for name, count in counts.items()), counts


COLORS = {"brightness": 0.3, "contrast": 0.4, "stain": 0.5}
images_of = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).integers(0, 256, (4, 6, 5, 3)).astype(np.uint8)
)


def change_colors(images: np.ndarray, **strengths: float) -> np.ndarray:
    """Images after the layers for the colors."""
    return np.asarray(keras.Sequential(augmentation_layers(**strengths))(images, training=True))


@settings(max_examples=30)
@given(images_of, st.floats(0.1, 1), st.floats(0.1, 1), st.floats(0.1, 0.99))
def test_colors_stay_in_their_range_whatever_the_strengths(images, brightness, contrast, stain):
    shown = change_colors(images, brightness=brightness, contrast=contrast, stain=stain)
    assert shown.shape == images.shape
    assert shown.dtype == np.float32
    assert np.isfinite(shown).all()
    assert 0 <= shown.min() <= shown.max() <= 255


@settings(max_examples=30)
@given(images_of)
def test_stains_times_one_are_the_image_and_white_stays_white(images):
    images[:, :2] = 255
    assert np.asarray(scale_stains(images.astype("float32"), np.ones((4, 2), "float32"))) == pytest.approx(
        images, abs=0.01
    )
    assert change_colors(images, stain=0.9)[:, :2] == pytest.approx(255, abs=0.01)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 1.9), st.floats(0.1, 1.9))
def test_stains_are_those_of_scikit_image(seed, blue, eosin):
    amounts = np.random.default_rng(seed).uniform(0, 0.05, (1, 5, 4, 3))
    light = combine_stains(amounts, rgb_from_bex)
    expected = combine_stains(separate_stains(light, bex_from_rgb) * [blue, eosin, 1], rgb_from_bex)
    found = np.asarray(scale_stains((256 * light - 1).astype("float32"), np.array([[blue, eosin]], "float32")))
    assert found == pytest.approx(np.clip(256 * expected - 1, 0, 255), abs=0.02)


def test_the_stains_are_named_after_what_they_color():
    """Methylene blue takes red away, eosin takes green away, and each leaves the other's amount."""
    image = np.full((1, 1, 1, 3), 100.0, "float32")
    for stain, channel in enumerate([0, 1]):
        factors = np.ones((1, 2), "float32")
        factors[0, stain] = 1.5
        assert np.argmin(np.asarray(scale_stains(image, factors))[0, 0, 0] - 100) == channel


def test_brightness_and_contrast_are_bounded_by_their_strengths():
    images = np.full((300, 8, 8, 3), 128, np.uint8)
    images[:, :4] -= 20
    added = change_colors(images, brightness=0.2) - images
    assert np.ptp(added, axis=(1, 2, 3)).max() < 0.001, "the same for all values of an image"
    assert 0.95 * 51 < np.abs(added).max() <= 51
    means = images.mean(axis=(1, 2, 3), keepdims=True)
    factors = (change_colors(images, contrast=0.4) - means) / (images - means)
    assert np.ptp(factors, axis=(1, 2, 3)).max() < 0.001
    assert 0.6 <= factors.min() < 0.63
    assert 1.37 < factors.max() <= 1.4


@pytest.mark.parametrize("strength", COLORS)
def test_every_image_and_every_epoch_has_colors_of_its_own(strength):
    images = np.repeat(np.random.default_rng(0).integers(60, 190, (1, 8, 8, 3)), 6, axis=0).astype(np.uint8)
    model = keras.Sequential(
        [keras.Input((8, 8, 3), dtype="uint8"), *augmentation_layers(**{strength: COLORS[strength]})]
    )

    def augment(epoch: int) -> np.ndarray:
        reseed(model, 0, epoch)
        return np.asarray(model(images, training=True))

    first = augment(1)
    assert len(np.unique(first.reshape(6, -1), axis=0)) == 6
    assert np.array_equal(augment(1), first)
    assert not np.array_equal(augment(2), first)
    assert np.array_equal(np.asarray(model(images, training=False)), images)


def compile_step(model: keras.Model) -> keras.Model:
    """A model whose training step tells the mean difference from what it is given; PyTorch does not compile it."""
    model.compile("sgd", "mean_absolute_error", jit_compile=keras.backend.backend() != "torch")
    return model


def measure(model: keras.Model, given, wanted) -> float:
    """The mean difference that one training step finds."""
    model.reset_metrics()
    return float(model.train_on_batch(given, wanted))


def test_compiled_stains_are_the_eager_ones():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (8, 12, 12, 3)).astype("float32")
    factors = random.uniform(0.1, 1.9, (8, 2)).astype("float32")
    inputs = keras.Input((12, 12, 3)), keras.Input((2,))
    model = compile_step(keras.Model(inputs, keras.layers.Lambda(lambda pair: scale_stains(*pair))(inputs)))
    assert measure(model, [images, factors], np.asarray(scale_stains(images, factors))) < 0.001
    assert measure(model, [images, factors], images) > 5


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_compiled_step_draws_by_seed_and_epoch(precision):
    """Eager and compiled draws of TensorFlow differ."""
    images = np.random.default_rng(0).integers(0, 256, (8, 12, 12, 3)).astype(np.uint8)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        layers = augmentation_layers(0.1, 20, "both", 0.1, **COLORS)
        model = compile_step(keras.Sequential([keras.Input((12, 12, 3), dtype="uint8"), *layers]))
        # The first step tries the layers out, and that draws as well.
        measure(model, images, images.astype("float32"))
        differences = []
        for epoch in (1, 2, 1):
            reseed(model, 0, epoch)
            differences.append(measure(model, images, images.astype("float32")))
    finally:
        keras.config.set_dtype_policy(before)
    assert differences[0] == differences[2] != differences[1]
    assert 5 < differences[0] < 255
