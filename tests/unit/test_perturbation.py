"""Changed images: what is filled, what is kept, and that a strength of 0 changes nothing."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu
from smear.images.color import to_gray
from smear.perturbation.appearance import blur, brighten, fade, recompress, shift
from smear.perturbation.filters import dilate, smooth
from smear.perturbation.foreground import fill_foreground, find_foreground, find_threshold
from smear.perturbation.kinds import list_kinds
from smear.perturbation.rows import MOST, choose_rows
from smear.perturbation.windows import keep_border, keep_corner
from smear.synthetic.field import capture_field, prepare_slide
from smear.synthetic.smears import MORPHOLOGIES

COLOR = np.array([10, 200, 30], np.uint8)
BAR = [0.84, 0.82, 1, 1]


def draw_images(seed: int, count: int = 2, height: int = 24, width: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3)).astype(np.uint8)


def draw_cells(side: int = 64, count: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Dark discs on a light, tinted ground, and where they are."""
    down, across = np.mgrid[:side, :side]
    images, masks = [], []
    for number in range(count):
        mask = np.zeros((side, side), bool)
        for center in np.random.default_rng(number).integers(8, side - 8, (6, 2)):
            mask |= np.hypot(down - center[0], across - center[1]) < 5
        image = np.where(mask[..., None], [90, 60, 150], [230 - number, 235, 225 + across.mean()])
        images.append(image + across[..., None] // 16)
        masks.append(mask)
    return np.array(images).clip(0, 255).astype(np.uint8), np.array(masks)


@given(arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 255)))
def test_the_threshold_is_that_of_scikit_image(values):
    found = find_threshold(values)
    if values.min() == values.max():
        assert found == values.flat[0]
        return
    # Of several thresholds that divide the values alike, scikit-image may take another.
    known = threshold_otsu(values)
    assert variance_between(values, found) == pytest.approx(variance_between(values, known))


def variance_between(values: np.ndarray, threshold: int) -> float:
    upper = values > threshold
    return upper.mean() * (1 - upper.mean()) * (values[upper].mean() - values[~upper].mean()) ** 2


def test_the_threshold_of_a_photograph_is_that_of_scikit_image():
    values = draw_cells()[0][..., 1]
    assert find_threshold(values) == threshold_otsu(values)


@given(st.integers(0, 99), st.integers(16, 90))
def test_wide_smoothing_is_nearly_that_of_scipy(seed, side):
    images, sigma = draw_images(seed, 1, side, side).astype(np.float32), side / 8
    expected = ndimage.gaussian_filter(images[0], (sigma, sigma, 0), mode="reflect")
    assert smooth(images, sigma)[0] == pytest.approx(expected, abs=6)


def test_blurring_is_nearly_that_of_scipy():
    images, _ = draw_cells()
    for strength in (0.01, 0.04):
        sigma = 64 * strength
        expected = ndimage.gaussian_filter(images[0].astype(float), (sigma, sigma, 0), mode="nearest")
        assert blur(images, strength)[0] == pytest.approx(expected, abs=8)


@given(arrays(bool, (2, 9, 7)), st.integers(0, 12))
def test_dilation_is_that_of_scipy(masks, reach):
    expected = [ndimage.maximum_filter(mask, 2 * reach + 1, mode="constant") for mask in masks]
    assert np.array_equal(dilate(masks, reach), expected)


def test_cells_are_found_and_no_trace_of_them_is_left():
    images, masks = draw_cells()
    assert np.array_equal(find_foreground(images), masks)
    filled = fill_foreground(images, 0.03)
    near = dilate(masks, 2)
    assert np.array_equal(filled[~near], images[~near]), "the background is as it was"
    assert filled.min() > 220
    # The ground rises by 3 from left to right, and so does what fills it.
    assert np.abs(filled[masks].astype(int) - np.median(images[~near], axis=0)).max() <= 4


def test_with_the_whole_frame_filled_nothing_but_slow_change_is_left():
    images, _ = draw_cells()
    filled = fill_foreground(images, 1.0).astype(int)
    assert max(np.abs(np.diff(filled, axis=axis)).max() for axis in (1, 2)) <= 1


def test_images_of_one_color_have_no_foreground():
    images = np.full((2, 8, 8, 3), 77, np.uint8)
    assert not find_foreground(images).any()
    assert np.array_equal(fill_foreground(images, 0.1), images)


@given(st.integers(0, 1000), st.floats(0.001, 1))
def test_any_image_can_be_filled(seed, strength):
    """Noise leaves no background that is away from its foreground."""
    images = draw_images(seed, 1, 9, 13)
    filled = fill_foreground(images, strength)
    assert (filled.shape, filled.dtype) == (images.shape, np.uint8)
    foreground = find_foreground(images)
    assert (filled[foreground] >= images[~foreground].min(axis=0)).all(), "mixed of nothing but the background's colors"
    assert (filled[foreground] <= images[~foreground].max(axis=0)).all()


def find_luma(images: np.ndarray) -> np.ndarray:
    return np.stack([to_gray(image)[..., 0] for image in images]).astype(int)


def test_most_of_what_is_stained_is_found_in_synthetic_smears():
    """Red cells too, where dark nuclei take most of the contrast."""
    random, found = np.random.default_rng(0), []
    seen = []
    for look in list(MORPHOLOGIES.values()) * 3:
        slide = prepare_slide(random)._replace(scale_bar="none")
        [picture] = capture_field(random, look, slide, 96, np.zeros((1, 2)))
        image = np.asarray(picture)[None]
        seen.append(find_foreground(image).mean())
        filled = fill_foreground(image, 0.03)[0]
        ground = np.percentile(image[0].reshape(-1, 3), 95, axis=0)
        found.append((ground - filled).max(axis=2).mean() / (ground - image[0]).max(axis=2).mean())
    assert np.mean(seen) > 0.25
    assert np.mean(found) < 0.25


@given(st.sampled_from(list(list_kinds([BAR], COLOR))), st.integers(0, 1000))
def test_a_strength_of_zero_changes_no_bit_and_others_keep_the_shape(name, seed):
    kind, images = list_kinds([BAR], COLOR)[name], draw_images(seed, 1, 80, 80)
    assert 0 in kind.strengths
    assert kind.shown in kind.strengths
    assert list(kind.strengths) == sorted(kind.strengths)
    before = images.copy()
    for strength in kind.strengths:
        changed = kind.change(images, strength)
        assert (changed.shape, changed.dtype) == (images.shape, np.uint8)
        assert np.array_equal(changed, images) == (strength == 0)
        assert np.array_equal(kind.change(images, strength), changed), "the same twice"
    assert np.array_equal(images, before)


def test_an_image_is_changed_alike_whatever_others_are_beside_it():
    images = draw_images(1, 5)
    for kind in list_kinds([BAR], COLOR).values():
        for strength in kind.strengths:
            alone = np.concatenate([kind.change(image[None], strength) for image in images])
            assert np.array_equal(kind.change(images, strength), alone)


def test_the_corner_keeps_the_rectangles_alone():
    images = draw_images(0, 2, 50, 100)
    kept = keep_corner(images, 1, [[0.9, 0.8, 1, 1], [0, 0, 0.05, 0.1]], COLOR)
    assert np.array_equal(kept[:, 40:, 90:], images[:, 40:, 90:])
    assert np.array_equal(kept[:, :5, :5], images[:, :5, :5])
    assert (kept == COLOR).all(axis=-1).sum() >= 2 * (50 * 100 - 10 * 10 - 5 * 5)
    half = keep_corner(images, 0.5, [[0.9, 0.8, 1, 1]], COLOR)
    assert np.array_equal(half[:, 20:, 45:], images[:, 20:, 45:])
    assert (half[:, :20] == COLOR).all()
    assert (half[:, :, :45] == COLOR).all()


def test_without_rectangles_the_corner_is_that_of_the_shortcut_baselines():
    images = draw_images(0, 1, 224, 224)
    kept = list_kinds([], COLOR)["corner"].change(images, 1)
    assert np.array_equal(kept[:, -28:, -34:], images[:, -28:, -34:])
    assert (kept[:, :-28] == COLOR).all()
    assert (kept[:, :, :-34] == COLOR).all()


@given(st.integers(4, 40), st.integers(4, 40), st.floats(0.01, 0.99))
def test_the_border_keeps_what_is_not_the_middle(height, width, strength):
    images = draw_images(height, 1, height, width)
    kept = keep_border(images, strength, COLOR)
    rows, columns = (round((1 - strength) / 2 * side) for side in (height, width))
    middle = np.zeros((height, width), bool)
    middle[rows : height - rows, columns : width - columns] = True
    assert (kept[:, middle] == COLOR).all()
    assert np.array_equal(kept[:, ~middle], images[:, ~middle])


def test_without_color_luma_is_left():
    images = draw_images(2)
    assert np.array_equal(fade(images, 1)[..., 1], find_luma(images))
    assert np.ptp(fade(images, 1), axis=-1).max() == 0
    assert fade(images, 0.5) == pytest.approx((images + find_luma(images)[..., None]) / 2, abs=0.5)


def test_values_grow_by_their_share_up_to_white():
    images = np.array([0, 100, 250], np.uint8).reshape(1, 1, 1, 3)
    assert brighten(images, 0.2).ravel().tolist() == [0, 120, 255]
    assert brighten(images, -0.4).ravel().tolist() == [0, 60, 150]


def test_blur_and_recompression_take_detail_the_more_the_stronger():
    images, _ = draw_cells()
    for change, strengths in ((blur, (0.005, 0.01, 0.04)), (recompress, (0.1, 0.5, 0.9))):
        lost = [np.abs(change(images, one).astype(int) - images).mean() for one in strengths]
        assert 0 < lost[0] < lost[1] < lost[2]
    with io.BytesIO() as file:
        Image.fromarray(images[0]).save(file, "JPEG", quality=50)
        assert np.array_equal(recompress(images, 0.5)[0], Image.open(file))


@given(st.floats(0, 1))
def test_a_shift_moves_and_mirrors(strength):
    images = draw_images(3, 1, 10, 20)
    moved, pixels = shift(images, strength), round(10 * strength)
    assert np.array_equal(moved[:, pixels:, pixels:], images[:, : 10 - pixels, : 20 - pixels])
    assert np.array_equal(moved[:, :pixels, pixels:], images[:, :pixels, : 20 - pixels][:, ::-1])


@pytest.mark.parametrize("fold", [None, 1])
def test_of_many_images_so_many_are_drawn_of_the_fold(fold):
    folds = np.arange(9_000) % 3 if fold else np.full(9_000, -1)
    tables = [pd.DataFrame({"label": 0, "fold": part}) for part in (folds[:6_500], folds[6_500:])]
    rows = choose_rows(tables, fold)
    assert {split: len(one) for split, one in rows.items()} == MOST
    assert not set(rows["train"]) & set(rows["validation"])
    if fold:
        assert set(folds[rows["validation"]]) == {1}
        assert set(folds[rows["train"]]) == {0, 2}
    else:
        assert rows["train"].max() < 6_500 <= rows["validation"].min()
    few = choose_rows([table[:10] for table in tables], None)
    assert few["validation"].tolist() == list(range(10, 20))
