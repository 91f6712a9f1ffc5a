"""Augmented training images: which are shown, and that the figure holds them whatever they are."""

import augment_images
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.disk import LARGEST_AUGMENTED
from smear.figures.augmentation import draw_augmentation
from smear.figures.style import save
from smear.formats import list_strengths
from smear.training.settings import TrainingSettings, changes_images

SOME = {"crop": 0.1, "rotation": 20, "flip": "horizontal", "shift": 0.1, "brightness": 0.2, "contrast": 0.2}


@given(st.lists(st.integers(0, 60), min_size=1, max_size=80), st.integers(1, 12))
def test_images_are_of_different_classes_and_always_the_same(labels, sets):
    rows = pd.DataFrame({"label": labels})
    chosen = augment_images.choose_images(rows, sets)
    assert len(chosen) == min(len(set(labels)), max(1, min(4, 6 // sets)))
    classes = rows["label"].iloc[chosen].tolist()
    assert classes == sorted(set(classes))
    assert np.array_equal(augment_images.choose_images(rows, sets), chosen)


@given(st.integers(16, 1024), st.integers(1, 400))
def test_pixels_of_a_page_are_limited(size, images):
    side = augment_images.choose_side(size, images)
    assert 1 <= side <= min(size, LARGEST_AUGMENTED)
    assert images * side**2 <= 42 * LARGEST_AUGMENTED**2
    if images <= 42:
        assert side == min(size, LARGEST_AUGMENTED)


def test_an_image_is_reduced_to_the_means_of_its_pixels():
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    means = image.reshape(4, 2, 4, 2, 3).mean(axis=(1, 3))
    assert augment_images.reduce(image, 4) == pytest.approx(means, abs=1)
    assert augment_images.reduce(image, 8) is image


def test_strengths_are_said_and_those_of_nothing_are_left_out():
    nothing = dict.fromkeys(TrainingSettings().augmentation, 0) | {"flip": "none"}
    assert not changes_images(nothing)
    assert list_strengths(nothing) == []
    for name in nothing:
        strength = "vertical" if name == "flip" else 0.125
        assert changes_images(nothing | {name: strength})
        [text] = list_strengths(nothing | {name: strength})
        assert text == {
            "flip": "vertical flips",
            "rotation": "rotation up to 0.125°",
        }.get(name, f"{name} up to 12.5\N{NO-BREAK SPACE}%")


def draw(sets: dict, classes: list[str], side: int, size: int):
    images = np.random.default_rng(0).integers(0, 256, (len(sets), len(classes), 7, side, side, 3)).astype(np.uint8)
    return draw_augmentation(images, classes, sets, size)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sets", "classes", "side", "size"),
    [
        (1, ["Benign", "Malignant"], 32, 32),
        (1, ["a", "b", "c", "d"], 112, 224),
        (3, ["Acute lymphoblastic leukemia, early precursor cells", "b"], 112, 224),
        (12, ["x"], 79, 1024),
    ],
)
def test_titles_and_names_stay_within_the_figure_and_off_the_images(sets, classes, side, size):
    names = ["default", "a-very-long-name-of-a-set-of-augmentations", *(f"set-{number}" for number in range(10))]
    colors = ["stain_normalised", "gray", "rgb"]
    shown = {name: {"color": colors[place % 3], "strengths": SOME} for place, name in enumerate(names[:sets])}
    figure = draw(shown, classes, side, size)
    figure.draw_without_rendering()
    panels = [axes.get_window_extent() for axes in figure.axes]
    assert len(panels) == sets
    assert min(panel.width for panel in panels) > 0.6 * figure.bbox.width
    texts = [text for axes in figure.axes for text in (axes._left_title, *axes.get_yticklabels())]
    for text in [*texts, *figure.texts]:
        extent = text.get_window_extent()
        assert figure.bbox.x0 <= extent.x0, text.get_text()
        assert extent.x1 <= figure.bbox.x1, text.get_text()
        assert not [panel for panel in panels if panel.shrunk(0.99, 0.99).overlaps(extent)], text.get_text()
    plt.close(figure)


@pytest.mark.slow
def test_the_figure_says_what_it_shows_and_keeps_the_pixels(tmp_path):
    sets = {"default": {"color": "gray", "strengths": SOME}}
    for name in ("a", "b"):
        save(draw(sets, ["Benign"], 16, 32), tmp_path / f"{name}.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "default: gray images, crop up to 10" in text
    assert "of 32 px, reduced to 16 px here: as it is, and as a network sees it in 6 random" in text
    assert "image-rendering:pixelated" in text
    assert 'width="122" height="16"' in text, "one picture of all columns, not resampled"
    assert (tmp_path / "b.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()
