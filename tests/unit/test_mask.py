"""Painting over parts of an image."""

from math import ceil, floor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from smear.images.mask import paint_over

CORNER = [0.8, 0.85, 1, 1]


def smear(height=40, width=50, bar=True) -> np.ndarray:
    """A pale frame with a dark bar inside CORNER."""
    pixels = np.full((height, width, 3), (200, 180, 220), np.uint8)
    if bar:
        pixels[-4:-2, -8:-1] = 0
    return pixels


def test_a_bar_disappears_and_the_rest_is_untouched():
    with_bar = smear()
    painted = paint_over(with_bar, [CORNER])
    assert np.array_equal(painted, smear(bar=False))
    assert (with_bar == 0).any(), "the input is left alone"


def test_a_cell_beside_the_rectangle_does_not_draw_the_color_aside():
    pixels = smear()
    pixels[30:34, 46:] = (90, 40, 120)
    assert (paint_over(pixels, [CORNER])[-6:, -10:] == (200, 180, 220)).all()


def test_rectangles_do_not_color_each_other():
    pixels = smear(bar=False)
    pixels[:10, :10] = 0
    pixels[:10, 10:20] = 0
    painted = paint_over(pixels, [[0, 0, 0.2, 0.25], [0.2, 0, 0.4, 0.25]])
    assert np.array_equal(painted, smear(bar=False))


shares = st.tuples(st.floats(0, 0.7), st.floats(0.02, 0.3)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.integers(5, 60), st.integers(5, 60), shares, shares, st.integers(0, 9))
def test_what_stood_in_a_rectangle_leaves_no_trace(height, width, across, down, seed):
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    rectangle = [across[0], down[0], across[1], down[1]]
    rows, columns = ([floor(a * side), ceil(b * side)] for (a, b), side in [(down, height), (across, width)])
    inside = np.s_[rows[0] : rows[1], columns[0] : columns[1]]
    other = pixels.copy()
    other[inside] = 255 - other[inside]
    painted = paint_over(pixels, [rectangle])
    assert np.array_equal(painted, paint_over(other, [rectangle]))
    outside = np.ones((height, width), bool)
    outside[inside] = False
    assert np.array_equal(painted[outside], pixels[outside])
