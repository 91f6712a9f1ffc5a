"""Repeat captures: registration against a known shift, chance, and the truth of synthetic smears."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scenes import CORNER, frame
from scipy.ndimage import gaussian_filter
from smear.fields.chance import Chance, fit_chance
from smear.fields.detail import COARSE, MEDIUM, SIDE, extract_detail, shrink, shrink_area, valid_area
from smear.fields.grouping import group_fields
from smear.fields.keypoints import Keypoints, find_keypoints, match_descriptors
from smear.fields.registration import Match, Registrar, measure_spread, score_match, score_overlap
from smear.fields.search import INSIDE, screen_all
from smear.fields.unrelated import REFLECTIONS, Unrelated, draw_pairs, reflect
from smear.fields.verification import measure, verify


def register(details: list[np.ndarray], valid: np.ndarray):
    """The match of two details."""
    registrar = Registrar(valid, measure_spread(details))
    return registrar.register(registrar.prepare(details[0]), registrar.prepare(details[1], second=True))


@settings(max_examples=40)
@given(
    st.integers(0, 99), st.integers(-80, 80), st.integers(-80, 80), st.floats(0.5, 2), st.floats(-30, 30),
    st.floats(0, 1.5),
)  # fmt: skip
def test_a_shift_is_found_whatever_light_and_focus_down_to_small_overlaps(seed, dx, dy, gain, offset, blur):
    share = (1 - abs(dx) / SIDE) * (1 - abs(dy) / SIDE)
    assume(share >= 0.15)
    valid = valid_area(CORNER)
    first = extract_detail(frame(seed, 80, 80), valid)
    second = extract_detail(gain * gaussian_filter(frame(seed, 80 + dx, 80 + dy), blur) + offset, valid)
    match = register([first, second], valid)
    assert abs(round(match.dx * SIDE) - dx) + abs(round(match.dy * SIDE) - dy) <= 1, "its edges change a detail"
    assert match.overlap == pytest.approx(share, abs=0.02)
    assert match.score > 6


@settings(max_examples=10)
@given(st.integers(0, 99), st.integers(-60, 60), st.integers(-60, 60))
def test_correlation_and_score_are_those_of_the_overlap(seed, dx, dy):
    valid = np.ones((SIDE, SIDE), np.float32)
    details = [extract_detail(frame(*place), valid) for place in ((seed, 80, 80), (seed, 80 + dx, 80 + dy))]
    ours = details[0][max(dy, 0) : SIDE + min(dy, 0), max(dx, 0) : SIDE + min(dx, 0)].ravel()
    theirs = details[1][max(-dy, 0) : SIDE + min(-dy, 0), max(-dx, 0) : SIDE + min(-dx, 0)].ravel()
    match = register(details, valid)
    assert match.similarity == pytest.approx(np.corrcoef(ours, theirs)[0, 1], abs=2e-3)
    auto = [np.fft.ifft2(np.abs(np.fft.fft2(detail)) ** 2).real for detail in details]
    spread = (auto[0] * auto[1]).sum() / (auto[0][0, 0] * auto[1][0, 0])
    expected = np.arctanh(min(match.similarity, 0.999)) * np.sqrt(ours.size / spread - 3)
    assert match.score == pytest.approx(expected, rel=2e-2)


def disc(x: float, y: float, radius: float, seed: int) -> np.ndarray:
    """The detail of a frame that shows one round cell."""
    down, across = np.mgrid[:SIDE, :SIDE]
    brightness = 200 - 120 / (1 + np.exp(2 * (np.hypot(across - x, down - y) - radius)))
    noise = np.random.default_rng(seed).normal(0, 2, brightness.shape)
    return extract_detail((brightness + noise).astype(np.float32), np.ones((SIDE, SIDE), np.float32))


@settings(max_examples=20)
@given(st.integers(0, 99), st.integers(50, 60), st.integers(50, 60), st.floats(9, 12))
def test_one_round_cell_in_a_small_overlap_is_no_match_and_a_scene_is_one(seed, right, up, radius):
    """Discs of nearly one size fit, and what else the overlap shows is the same emptiness."""
    valid = np.ones((SIDE, SIDE), np.float32)
    x, y = SIDE - 14, 14
    details = [disc(x, y, radius, seed), disc(x - right, y + up, 1.05 * radius, seed + 1)]
    similarity = np.corrcoef(details[0][: SIDE - up, right:].ravel(), details[1][up:, : SIDE - right].ravel())[0, 1]
    assert similarity > 0.8
    assert score_overlap(*details, valid, Match(similarity, 0, right / SIDE, -up / SIDE, 0)) < INSIDE
    details = [extract_detail(frame(seed, *place), valid) for place in ((80, 80), (80 + right // 2, 80 - up // 2))]
    assert score_overlap(*details, valid, register(details, valid)) > INSIDE


def test_the_score_is_a_number_of_standard_deviations():
    """For frames that are unrelated, the correlation at a shift spreads as its score says."""
    valid = np.ones((SIDE, SIDE), np.float32)
    details = [extract_detail(frame(seed, 40, 40), valid) for seed in range(60)]
    registrar = Registrar(valid, measure_spread(details))
    first = [registrar.prepare(detail) for detail in details[:30]]
    second = [registrar.prepare(detail, second=True) for detail in details[30:]]
    found = []
    for one, two in product(first, second):
        maps = registrar.correlate(one.spectrum, two.spectrum) * one.scale * two.scale - one.mean * two.mean
        place = (registrar.reach - 20, registrar.reach + 9)
        correlation = maps[place] / registrar.weight[place]
        found.append(score_match(correlation, registrar.pixels[place], one.power @ two.power))
    assert np.std(found) == pytest.approx(1, abs=0.15)


def test_screening_keeps_captures_and_drops_most_others_the_same_on_any_number_of_threads():
    valid = valid_area(CORNER)
    frames = [frame(seed, x, 40) for seed in range(20) for x in (10, 70)]
    details = np.stack([extract_detail(one, valid) for one in frames])
    unrelated = Unrelated(draw_pairs(40), dict(enumerate(details)), valid, 2)
    sizes = shrink(details, COARSE), np.rint(127 * shrink(details, MEDIUM)).astype(np.int8)
    kept = screen_all(*sizes, valid, unrelated, 2)
    assert {(2 * seed, 2 * seed + 1) for seed in range(20)} <= {tuple(pair) for pair in kept.tolist()}
    assert len(kept) < 60
    assert (screen_all(*sizes, valid, unrelated, 1) == kept).all()


@given(st.floats(5, 20), st.floats(1, 5), st.integers(0, 99))
def test_chance_is_fitted_to_the_squares(location, scale, seed):
    random = np.random.default_rng(seed)
    squares = np.concatenate([random.gumbel(location, scale, 10_000), np.full(40, 400)])
    chance = fit_chance(np.sign(squares) * np.sqrt(np.abs(squares)))
    assert chance.location == pytest.approx(location, abs=0.1 * scale)
    assert chance.scale == pytest.approx(scale, rel=0.1)
    for share in (0.5, 1e-3, 1e-9):
        assert chance.share(chance.level(share)) == pytest.approx(share, rel=1e-3)


def test_an_unlikely_level_lies_far_out():
    assert Chance(12.0, 2.4).level(1e-7) == pytest.approx((12.0 + 2.4 * 16.118) ** 0.5, abs=1e-3)


@pytest.mark.parametrize("reflection", range(REFLECTIONS))
def test_a_reflection_turns_right_into_left_and_is_its_own_inverse(reflection):
    frames = np.random.default_rng(0).standard_normal((2, 5, 5))
    mirrored = reflect(frames, reflection)
    assert (reflect(mirrored, reflection) == frames).all()
    assert not any(np.array_equal(mirrored[0], np.rot90(frames[0], turns)) for turns in range(4))


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


@settings(max_examples=15)
@given(st.integers(0, 99), st.integers(-30, 30), st.integers(-30, 30))
def test_keypoints_give_the_shift_and_verification_confirms_it_alone(seed, dx, dy):
    valid = valid_area(CORNER)
    details = [extract_detail(frame(*place), valid) for place in ((seed, 48, 48), (seed, 48 + dx, 48 + dy))]
    candidates = match_descriptors([find_keypoints(detail) for detail in details], 1)
    assert [dx, dy] in candidates[:, 2:].tolist()
    small, area = shrink(np.stack(details), MEDIUM), shrink_area(valid, MEDIUM)
    spread = measure_spread(list(small))
    right = measure(np.array([[0, 1]]), small, area, spread, round(dx / 2), round(dy / 2))[0]
    wrong = measure(np.array([[0, 1]]), small, area, spread, round(dx / 2) - 9, round(dy / 2) + 9)[0]
    assert right > 2 * abs(wrong)
    assert verify(candidates, small, area, spread, 7, 2).tolist() == [[0, 1]]


def test_a_blank_image_has_no_keypoint_and_matches_nothing():
    valid = valid_area([])
    blank = extract_detail(np.full((SIDE, SIDE), 255, np.float32), valid)
    assert np.isfinite(blank).all()
    keypoints = [find_keypoints(extract_detail(frame(seed, 40, 40), valid)) for seed in range(3)]
    none = Keypoints(*(part[:0] for part in find_keypoints(blank)))
    assert 3 not in match_descriptors([*keypoints, none], 1)[:, :2]
    blanks, area = np.zeros((2, MEDIUM, MEDIUM)), shrink_area(valid, MEDIUM)
    assert verify(match_descriptors([none, none], 1), blanks, area, 4.0, 7, 1).size == 0
    assert register([blank, extract_detail(frame(0, 40, 40), valid)], valid).score < 1
