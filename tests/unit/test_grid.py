"""Cells and their names."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.grid import Cell, expand_grid, find_cell, format_rate, link_shorter
from smear.job import UserError

PAPER = {
    "architecture": ["EfficientNetB0"],
    "optimizer": ["adam", "rmsprop"],
    "learning_rate": [0.0001, 0.0003, 0.001, 0.003],
    "epochs": [20, 30, 50],
    "batch_size": [32],
    "seed": [0],
    "color": ["rgb"],
}


def test_the_papers_grid_has_24_cells_with_names_of_their_own():
    cells = expand_grid(PAPER)
    assert len({cell.name for cell in cells}) == 24
    assert cells[0].name == "EfficientNetB0_adam_lr0.0001_b32_s0_e20"


def test_a_cell_of_two_grids_is_trained_once():
    assert len(expand_grid([PAPER, PAPER | {"epochs": [30, 40]}])) == 24 + 8


def test_the_papers_cells_share_400_of_800_epochs():
    cells = expand_grid(PAPER)
    links = link_shorter(reversed(cells))
    assert len(links) == 16
    assert sum(cell.epochs for cell in cells) == 800
    assert sum(cell.epochs - links[cell].epochs if cell in links else cell.epochs for cell in cells) == 400
    assert all(other == cell._replace(epochs={50: 30, 30: 20}[cell.epochs]) for cell, other in links.items())


def test_a_color_stands_in_the_name_unless_it_is_rgb():
    names = [cell.name for cell in expand_grid(PAPER | {"color": ["rgb", "gray", "stain_normalised"]})][:3]
    start = "EfficientNetB0_adam_lr0.0001_b32_s0_e20"
    assert names == [start, f"{start}_gray", f"{start}_stain_normalised"]


def test_a_weight_decay_stands_in_the_name_unless_it_is_nothing():
    names = [cell.name for cell in expand_grid(PAPER | {"weight_decay": [0, 0.0, 1e-2], "color": ["gray"]})]
    assert names[:2] == [f"EfficientNetB0_adam_lr0.0001_b32_s0_e20_gray{end}" for end in ("", "_wd0.01")]
    assert len(names) == 48


CELLS = st.builds(
    Cell,
    architecture=st.sampled_from(["SmallCNN", "ResNet50"]),
    optimizer=st.sampled_from(["adam", "adamw"]),
    learning_rate=st.sampled_from([0.1, 0.01]),
    batch_size=st.integers(1, 12),
    seed=st.integers(0, 12),
    epochs=st.integers(1, 3),
    color=st.sampled_from(["rgb", "gray", "stain_normalised"]),
    weight_decay=st.sampled_from([0, 0.1, 0.01]),
    augmentation=st.sampled_from(["default", "strong", "f2", "b1", "wd0.1"]),
    fold=st.sampled_from([None, 1, 2]),
)


@given(CELLS, CELLS)
def test_cells_have_one_name_exactly_if_they_are_the_same(one, other):
    assert (one.name == other.name) == (one == other)


@given(CELLS)
def test_axes_that_came_later_stand_between_the_epochs_and_the_fold(cell):
    """In the order color, weight decay, augmentation, each only where it is not the default."""
    plain = cell._replace(color="rgb", weight_decay=0, augmentation="default", fold=None).name
    color = "" if cell.color == "rgb" else f"_{cell.color}"
    decay = f"_wd{cell.weight_decay}" if cell.weight_decay else ""
    augmentation = "" if cell.augmentation == "default" else f"_aug-{cell.augmentation}"
    assert cell.name == plain + color + decay + augmentation + ("" if cell.fold is None else f"_f{cell.fold}")
    assert plain.endswith(f"_b{cell.batch_size}_s{cell.seed}_e{cell.epochs}")


@given(st.lists(CELLS, max_size=12, unique=True))
def test_a_chain_goes_through_cells_that_differ_in_epochs_alone(cells):
    links = link_shorter(cells)
    for cell in cells:
        alike = [other for other in cells if other._replace(epochs=0) == cell._replace(epochs=0)]
        shorter = [other for other in alike if other.epochs < cell.epochs]
        assert links.get(cell) == max(shorter, key=lambda other: other.epochs, default=None)


@pytest.mark.parametrize(
    ("rate", "text"), [(1e-4, "0.0001"), (0.5, "0.5"), (1e-7, "0.0000001"), (1, "1"), (0.00030, "0.0003")]
)
def test_a_rate_has_one_spelling(rate, text):
    assert format_rate(rate) == text


@given(st.floats(min_value=1e-12, max_value=1))
def test_the_spelling_of_a_rate_is_plain_and_loses_nothing(rate):
    text = format_rate(rate)
    assert float(text) == rate
    assert set(text) <= set("0123456789.")


def test_an_unknown_cell_is_an_error_that_names_the_grid():
    cells = expand_grid(PAPER)
    assert find_cell(cells[5].name, cells) == cells[5]
    with pytest.raises(UserError, match=r"EfficientNetB0_rmsprop_lr0\.003_b32_s0_e50"):
        find_cell("EfficientNetB0_adam_lr0.5_b32_s0_e20", cells)


def test_a_cell_survives_json():
    cell = expand_grid(PAPER)[0]
    assert Cell(**cell._asdict()) == cell


def test_a_number_has_one_spelling_among_the_parameters():
    whole, point = (
        expand_grid(PAPER | {"learning_rate": [rate], "weight_decay": [decay]}) for rate, decay in ((1, 0), (1.0, 0.0))
    )
    assert json.dumps(whole[0]._asdict()) == json.dumps(point[0]._asdict())
