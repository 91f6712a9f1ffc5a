"""Repeat captures: registration against a known shift, chance, and the truth of synthetic smears."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from catalog_images import catalog_images
from find_fields import count_evidence, list_pairs, search_catalog, summarise
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from scipy.ndimage import gaussian_filter
from smear.fields.chance import Chance, fit_chance
from smear.fields.detail import SIDE, extract_detail, shrink, shrink_area, valid_area
from smear.fields.grouping import group_fields
from smear.fields.landmarks import Landmarks, find_alike, find_landmarks
from smear.fields.registration import Registrar
from smear.fields.screening import screen_all, screen_block
from smear.fields.verification import MEDIUM, measure, verify
from smear.synthetic.smears import make_smears

CORNER = [[0.84, 0.82, 1, 1]]
WIDE = 2 * SIDE


def scene(seed: int) -> np.ndarray:
    """Brightness of a scene twice as wide as a frame: blobs as large as cells."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal((WIDE, WIDE)), 3)
    return (128 + 900 * noise).astype(np.float32)


def frame(seed: int, x: int, y: int) -> np.ndarray:
    return scene(seed)[y : y + SIDE, x : x + SIDE]


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 99), st.integers(-40, 40), st.integers(-40, 40), st.floats(0.5, 2), st.floats(-30, 30),
    st.floats(0, 1.5),
)  # fmt: skip
def test_a_shift_is_found_whatever_light_and_focus(seed, dx, dy, gain, offset, blur):
    valid = valid_area(CORNER)
    first = extract_detail(frame(seed, 48, 48), valid)
    second = extract_detail(gain * gaussian_filter(frame(seed, 48 + dx, 48 + dy), blur) + offset, valid)
    match = Registrar([first, second].__getitem__, valid).register(0, 1)
    assert (round(match.dx * SIDE), round(match.dy * SIDE)) == (dx, dy)
    assert match.similarity > 0.7
    assert match.evidence == pytest.approx(match.similarity * np.sqrt(overlap(valid, dx, dy)), rel=1e-3)


def overlap(valid: np.ndarray, dx: int, dy: int) -> float:
    """The share of a frame that is valid in it and in one shifted by (dx, dy), by plain counting."""
    moved = np.zeros_like(valid)
    moved[max(dy, 0) : SIDE + min(dy, 0), max(dx, 0) : SIDE + min(dx, 0)] = valid[
        max(-dy, 0) : SIDE + min(-dy, 0), max(-dx, 0) : SIDE + min(-dx, 0)
    ]
    return (valid * moved).sum() / valid.sum()


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 99), st.integers(-30, 30), st.integers(-30, 30))
def test_the_correlation_is_that_of_the_overlap(seed, dx, dy):
    valid = np.ones((SIDE, SIDE), np.float32)
    first, second = extract_detail(frame(seed, 48, 48), valid), extract_detail(frame(seed, 48 + dx, 48 + dy), valid)
    match = Registrar([first, second].__getitem__, valid).register(0, 1)
    ours = first[max(dy, 0) : SIDE + min(dy, 0), max(dx, 0) : SIDE + min(dx, 0)].ravel()
    theirs = second[max(-dy, 0) : SIDE + min(-dy, 0), max(-dx, 0) : SIDE + min(-dx, 0)].ravel()
    assert match.similarity == pytest.approx(np.corrcoef(ours, theirs)[0, 1], abs=1e-3)


def test_screening_looks_at_every_pair_once_and_ranks_captures_first():
    valid = valid_area(CORNER)
    frames = [frame(seed, x, 40) for seed in range(20) for x in (30, 52)]
    coarse = shrink(np.stack([extract_detail(one, valid) for one in frames]))
    area = shrink_area(valid)
    pairs = np.concatenate(list(screen_all(coarse, area, -2.0)))
    assert len(pairs) == len({tuple(pair) for pair in pairs}) == 40 * 39 // 2
    scores = screen_block(coarse, coarse, area)
    assert np.allclose(scores, screen_block(coarse, coarse.copy(), area), atol=1e-4)
    np.fill_diagonal(scores, -1)
    assert (scores.argmax(axis=1) == np.arange(40) ^ 1).all()


@given(st.floats(-0.2, 0.5), st.floats(0.005, 0.05), st.integers(0, 99))
def test_chance_is_fitted_in_spite_of_some_matches(location, scale, seed):
    random = np.random.default_rng(seed)
    evidence = np.concatenate([random.gumbel(location, scale, 10_000), np.full(40, 0.99)])
    chance = fit_chance(evidence)
    assert chance.location == pytest.approx(location, abs=0.1 * scale)
    assert chance.scale == pytest.approx(scale, rel=0.1)
    for share in (0.5, 1e-3, 1e-9):
        assert chance.share(chance.level(share)) == pytest.approx(share, rel=1e-3)


def test_an_unlikely_level_lies_far_out():
    assert Chance(0.13, 0.0135).level(1e-7) == pytest.approx(0.13 + 0.0135 * 16.118, abs=1e-3)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1]), max_size=12))
def test_fields_are_the_connected_components(pairs):
    ids = pd.Series([str(index) for index in range(10)])
    table = pd.DataFrame([(str(a), str(b)) for a, b in pairs], columns=["first", "second"])
    field = dict(group_fields(ids, table).itertuples(index=False))
    components = {identity: {identity} for identity in ids}
    for a, b in pairs:
        union = components[str(a)] | components[str(b)]
        components |= dict.fromkeys(union, union)
    assert all((field[a] == field[b]) == (b in components[a]) for a in ids for b in ids)
    assert all(field[a] == min(components[a]) for a in ids)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 99), st.integers(-30, 30), st.integers(-30, 30))
def test_landmarks_speak_for_the_shift_and_a_look_confirms_it_alone(seed, dx, dy):
    valid = valid_area(CORNER)
    details = [extract_detail(frame(*place), valid) for place in ((seed, 48, 48), (seed, 48 + dx, 48 + dy))]
    likenesses = find_alike([find_landmarks(detail) for detail in details], 1)
    assert [dx, dy] in likenesses[:, 2:].tolist()
    small, area = shrink(np.stack(details), MEDIUM), shrink_area(valid, MEDIUM)
    right = measure(np.array([[0, 1]]), small, area, round(dx / 2), round(dy / 2))[0]
    wrong = measure(np.array([[0, 1]]), small, area, round(dx / 2) - 9, round(dy / 2) + 9)[0]
    assert right > 2 * abs(wrong)
    assert verify(likenesses, small, area, 0.3, 2).tolist() == [[0, 1]]


def test_a_blank_image_has_no_landmark_and_matches_nothing():
    valid = valid_area([])
    blank = extract_detail(np.full((SIDE, SIDE), 255, np.float32), valid)
    assert np.isfinite(blank).all()
    landmarks = [find_landmarks(extract_detail(frame(seed, 40, 40), valid)) for seed in range(3)]
    none = Landmarks(*(part[:0] for part in find_landmarks(blank)))
    assert find_alike([*landmarks, none], 1).size == 0
    blanks, area = np.zeros((2, MEDIUM, MEDIUM)), shrink_area(valid, MEDIUM)
    assert verify(find_alike([none, none], 1), blanks, area, 0.3, 1).size == 0
    registrar = Registrar([blank, extract_detail(frame(0, 40, 40), valid)].__getitem__, valid)
    assert registrar.register(0, 1).evidence < 0.1


def disturb(source, target, seed: int) -> None:
    """Copy images with a focus, an exposure and a gamma of each one's own."""
    random = np.random.default_rng(seed)
    for path in sorted(source.glob("*/*.jpg")):
        with Image.open(path) as image:
            blurred = image.convert("RGB").filter(ImageFilter.GaussianBlur(random.uniform(0, 0.01 * image.width)))
        light = np.asarray(blurred, np.float32) / 255
        light = random.uniform(0.75, 1.2) * light ** random.uniform(0.75, 1.3) + random.uniform(-0.05, 0.05)
        (target / path.parent.name).mkdir(parents=True, exist_ok=True)
        Image.fromarray((255 * light.clip(0, 1)).astype(np.uint8)).save(target / path.parent.name / path.name)


@pytest.fixture(scope="module")
def smears(tmp_path_factory):
    """400 smears of 160 px, in their own light and disturbed; and the pairs that are captures of one field."""
    folder = tmp_path_factory.mktemp("smears")
    truth = make_smears(folder / "plain", 400, 160, 3)
    disturb(folder / "plain", folder / "disturbed", 5)
    pairs = truth.merge(truth, on="field_id", suffixes=("", "_other"))
    pairs = pairs[pairs["image_id"] < pairs["image_id_other"]]
    return folder, pairs.set_index(["image_id", "image_id_other"])


@pytest.mark.parametrize("light", ["plain", "disturbed"])
@pytest.mark.parametrize("search", ["all", "landmarks"])
def test_the_truth_of_synthetic_smears_is_found(smears, light, search):
    folder, truth = smears
    catalog, _ = catalog_images(folder / light, 2, 100)
    found = search_catalog(catalog, SimpleNamespace(ignore=CORNER, search=search, similarity=None), 2)
    pairs = list_pairs(catalog, found).set_index(["first", "second"])
    close = truth[((truth["dx_other"] - truth["dx"]).abs() <= 40) & ((truth["dy_other"] - truth["dy"]).abs() <= 40)]
    assert len(close) > 60
    assert close.index.isin(pairs.index).mean() >= 0.98
    assert (~pairs.index.isin(truth.index)).sum() == 0, "0.1 % of 400 images is less than one pair"
    right = pairs[pairs.index.isin(truth.index)]
    known = truth.loc[right.index]
    assert (right["dx"] - (known["dx_other"] - known["dx"])).abs().max() <= 3
    assert (right["dy"] - (known["dy_other"] - known["dy"])).abs().max() <= 3
    summary = summarise(found, pairs.reset_index(), group_fields(catalog["image_id"], pairs.reset_index()))
    assert summary["pairs"] == len(pairs)
    assert summary["pairs_across_classes"] == 0
    assert summary["pairs_by_chance"] < 0.4
    assert count_evidence(found)["registered_pairs"].sum() == len(found.pairs)


def test_a_field_with_two_classes_is_reported(tmp_path):
    for seed in range(24):
        for name, x in [("A", 40), ("B", 50)][: 2 if seed == 7 else 1]:
            (tmp_path / name).mkdir(exist_ok=True)
            picture = np.repeat(frame(seed, x, 40)[..., None].clip(0, 255), 3, axis=2).astype(np.uint8)
            Image.fromarray(picture).save(tmp_path / name / f"{seed}.png")
    catalog, _ = catalog_images(tmp_path, 1, 100)
    found = search_catalog(catalog, SimpleNamespace(ignore=[], search="auto", similarity=None), 1)
    pairs = list_pairs(catalog, found)
    assert pairs[["first", "second", "dx", "dy", "same_class"]].to_numpy().tolist() == [
        ["A/7.png", "B/7.png", 10, 0, False]
    ]
