"""Synthetic smears: the truth that is told about them, and that color does not tell the classes apart."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import make_synthetic
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import gaussian_filter, label
from sklearn.ensemble import RandomForestClassifier
from smear.synthetic.classes import CLASSES, count_images
from smear.synthetic.field import populate, prepare_slide
from smear.synthetic.smears import MORPHOLOGIES, make_smears, plan_captures
from smear.tables import read_csv

SIZE = 96


class Smears:
    """A made data set: its folder, its truth, and its images by `image_id`."""

    def __init__(self, folder: Path, images: int, size: int, seed: int, processes: int = 1):
        self.folder = folder
        self.truth = make_smears(folder, images, size, seed, processes)

    def pixels(self, image_id: str) -> np.ndarray:
        return np.asarray(Image.open(self.folder / image_id))

    def contents(self) -> dict[str, bytes]:
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in self.folder.glob("*/*")}


@pytest.fixture(scope="module")
def smears(tmp_path_factory):
    return Smears(tmp_path_factory.mktemp("smears"), 110, SIZE, seed=7)


@given(st.integers(0, 2000))
def test_spreads_images_evenly_over_the_classes(images):
    counts = list(count_images(images).values())
    assert sum(counts) == images
    assert max(counts) - min(counts) <= 1
    assert list(count_images(images)) == list(CLASSES)


@given(st.integers(0, 300), st.integers(1, 50), st.integers(0, 2**32))
def test_plans_fields_that_begin_with_their_original(count, slides, seed):
    captures = plan_captures(np.random.default_rng(seed), count, slides)
    kinds = Counter(capture.kind for capture in captures)
    assert len(captures) == count
    assert kinds["repeat"] == round(0.15 * count)
    assert kinds["copy"] == round(0.04 * count)
    seen = {}
    for capture in captures:
        shifts = seen.setdefault(capture.field, [])
        if capture.kind == "original":
            assert shifts == []
            assert capture.shift == (0, 0)
        if capture.kind == "repeat":
            assert shifts
            assert capture.shift not in shifts
            assert 0.079 < np.hypot(*capture.shift) < 0.251
        if capture.kind == "copy":
            assert capture.shift in shifts
        shifts.append(capture.shift)
    assert len({capture.slide for capture in captures}) == min(slides, kinds["original"])
    assert len({(capture.field, capture.slide) for capture in captures}) == kinds["original"]


@given(st.lists(st.tuples(*[st.floats(-0.25, 0.25)] * 2), max_size=3), st.sampled_from(CLASSES), st.integers(0, 2**32))
def test_every_frame_has_a_nucleated_cell(repeats, name, seed):
    random = np.random.default_rng(seed)
    shifts = np.array([(0.0, 0.0), *repeats])
    cells = populate(random, MORPHOLOGIES[name], prepare_slide(random), 0.06, shifts)
    for shift in shifts:
        inside = cells["nucleated"][:, :2] - shift
        assert ((inside > 0.1) & (inside < 0.9)).all(axis=1).any()


def test_truth_has_the_columns_of_the_contract_and_a_row_for_each_file(smears):
    truth = smears.truth
    assert list(truth) == ["image_id", "class", "slide", "field_id", "kind", "dx", "dy"]
    assert truth["image_id"].tolist() == sorted(smears.contents())
    assert truth["image_id"].iloc[0] == "Benign/Smear-Benign-001.jpg"
    assert truth["class"].value_counts().to_dict() == {"Benign": 28, "Early": 28, "Pre": 27, "Pro": 27}
    assert {smears.pixels(image_id).shape for image_id in truth["image_id"]} == {(SIZE, SIZE, 3)}


def test_numbers_keep_their_order_beyond_three_digits(tmp_path, monkeypatch):
    monkeypatch.setattr("smear.synthetic.smears.write_field", lambda *arguments, **keywords: None)
    truth = make_smears(tmp_path, 4001, 48, 0)
    assert truth["image_id"].is_monotonic_increasing
    assert truth["image_id"].iloc[1000] == "Benign/Smear-Benign-1001.jpg"


def test_slides_hold_all_classes_equally(smears):
    fields = smears.truth.drop_duplicates("field_id")
    table = pd.crosstab(fields["slide"], fields["class"])
    assert table.shape == (7, 4)
    assert (table.max(axis=1) - table.min(axis=1)).max() <= 1


def test_a_seed_makes_the_same_files_on_any_number_of_processes(tmp_path):
    one = Smears(tmp_path / "one", 24, 48, seed=3)
    two = Smears(tmp_path / "two", 24, 48, seed=3, processes=2)
    other = Smears(tmp_path / "other", 24, 48, seed=4)
    assert one.contents() == two.contents()
    assert one.truth.equals(two.truth)
    assert not set(one.contents().values()) & set(other.contents().values())


def test_copies_are_the_only_equal_files(smears):
    contents = smears.contents()
    truth = smears.truth.assign(content=smears.truth["image_id"].map(contents))
    copies = truth["kind"] == "copy"
    assert copies.sum() == 4
    assert truth["content"][~copies].is_unique
    for _, same in truth[truth["content"].isin(truth["content"][copies])].groupby("content"):
        assert sorted(same["kind"])[0] == "copy"
        assert len(same[["class", "slide", "field_id", "dx", "dy"]].drop_duplicates()) == 1


def high_pass(pixels: np.ndarray) -> np.ndarray:
    """Green, without the lamp and without the corner of the scale bar."""
    green = pixels[..., 1].astype(float)
    green -= gaussian_filter(green, SIZE / 12)
    green[int(0.9 * SIZE) :, int(0.85 * SIZE) :] = 0
    return green


def correlation(first: np.ndarray, second: np.ndarray, dx: int, dy: int) -> float:
    """Of the overlap, where `second` shows at (x, y) what `first` shows at (x + dx, y + dy)."""
    one = first[max(dy, 0) : SIZE + min(dy, 0), max(dx, 0) : SIZE + min(dx, 0)].ravel()
    two = second[max(-dy, 0) : SIZE + min(-dy, 0), max(-dx, 0) : SIZE + min(-dx, 0)].ravel()
    return one @ two / np.sqrt((one @ one) * (two @ two))


def test_repeat_captures_register_at_their_shift(smears):
    truth = smears.truth
    firsts = truth[truth["kind"] == "original"].set_index("field_id")["image_id"]
    repeats = truth[truth["kind"] == "repeat"]
    assert len(repeats) == 16
    reach = range(-SIZE // 4, SIZE // 4 + 1, 2)
    for repeat in repeats.itertuples():
        first, second = (high_pass(smears.pixels(name)) for name in (firsts[repeat.field_id], repeat.image_id))
        # A grid of every second shift that holds the stated one.
        found = {
            (dx, dy): correlation(first, second, dx, dy)
            for dx in np.array(reach) + repeat.dx % 2
            for dy in np.array(reach) + repeat.dy % 2
        }
        assert max(found, key=found.get) == (repeat.dx, repeat.dy)
        assert found[repeat.dx, repeat.dy] > 0.8


def test_a_seed_shows_one_view_at_every_size(tmp_path):
    small, large = (Smears(tmp_path / str(size), 8, size, seed=5) for size in (64, 192))
    for image_id in small.truth["image_id"]:
        coarse = Image.open(large.folder / image_id).resize((64, 64), Image.Resampling.BOX)
        first, second = (np.asarray(picture, float)[:56, :56].ravel() for picture in (coarse, small.pixels(image_id)))
        assert np.corrcoef(first, second)[0, 1] > 0.97


def test_nuclei_grow_from_hematogones_to_pro_b(smears):
    areas = {name: [] for name in CLASSES}
    for image_id, name in zip(smears.truth["image_id"], smears.truth["class"], strict=True):
        green = smears.pixels(image_id)[..., 1].astype(float)
        parts, _ = label(green < (green.min() + green.max()) / 2)
        sizes = np.bincount(parts.ravel())[1:]
        areas[name].append(np.median(sizes[sizes > 30]))
    medians = [np.median(areas[name]) for name in CLASSES]
    assert medians == sorted(medians)
    assert medians[-1] > 1.3 * medians[0]


def color_histogram(pixels: np.ndarray) -> np.ndarray:
    """Shares of the pixels in 32 bins of R, G and B, (96,)."""
    return np.concatenate([np.bincount(channel, minlength=32) for channel in pixels.reshape(-1, 3).T // 8]) / (
        pixels.size / 3
    )


@pytest.mark.slow
def test_colors_do_not_tell_the_classes_apart(tmp_path):
    smears = Smears(tmp_path, 640, 64, seed=0, processes=2)
    histograms = np.array([color_histogram(smears.pixels(image_id)) for image_id in smears.truth["image_id"]])
    classes, scores = smears.truth["class"].to_numpy(), []
    for seed in range(4):
        test, train = np.split(np.random.default_rng(seed).permutation(640), [128])
        forest = RandomForestClassifier(100, random_state=seed).fit(histograms[train], classes[train])
        scores.append(forest.score(histograms[test], classes[test]))
    assert np.mean(scores) < 0.45


def test_script_writes_images_and_truth(tmp_path):
    snakemake = SimpleNamespace(
        params=SimpleNamespace(images=9, size=48, seed=1),
        threads=1,
        output=SimpleNamespace(images=str(tmp_path / "images"), truth=str(tmp_path / "truth.csv")),
    )
    make_synthetic.main(snakemake)
    written = read_csv(tmp_path / "truth.csv")
    assert len(written) == 9
    assert all((tmp_path / "images" / image_id).is_file() for image_id in written["image_id"])
    expected = make_smears(tmp_path / "again", 9, 48, 1)
    assert written.astype(object).equals(expected.astype(object))
