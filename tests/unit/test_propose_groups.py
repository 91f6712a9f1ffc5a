"""Groups that names suggest: patients and photographs, but no running numbers, dates and classes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proposals import fill, name_images, propose_for, read_file
from smear.images.layout import Layout, Place, decide_layout
from smear.propose.groups import Suggestion, suggest_groups

CLASSES = {"Benign": 80, "Early": 100}


def suggest(paths: list[str], classes: int = 2) -> Suggestion | None:
    return suggest_groups(decide_layout(paths, None, None), {path: path for path in paths}, classes)


def name_malaria(folder: str, number: int) -> str:
    code = f"C{number % 20 + 1}" + ("P61ThinF" if number % 20 else "_thinF")
    return f"{code}_IMG_20150918_14410{number % 7}_cell_{number}.png"


GROUPED = {
    "the code of a patient at the beginning of a word": (name_malaria, r"^(C\d+)", 20),
    "patient and slide": (lambda _, n: f"P{n % 15:02}_s{n % 3}_{n}.png", r"^(P\d+)_", 15),
    "behind the class": (lambda name, n: f"{name}-P{n % 15}-{n}.png", None, 15),
    "behind names of classes that have other numbers of words": (
        lambda name, n: f"{'WBC-Benign' if name == 'Benign' else 'Early'} p{n % 15} {n}.png",
        None,
        15,
    ),
    "behind a date": (lambda _, n: f"2015091{n % 3}_C{n % 15}_{n}.png", None, 15),
    "photographs by date and time": (lambda _, n: f"IMG_20150918_1441{n % 12 + 10}_cell_{n}.png", None, 12),
    "names of persons": (lambda _, n: f"{'ABCDEFGHIJKLMN'[n % 14]}smith_3_{n}.png", None, 14),
    "letters of any script": (lambda _, n: f"患者{n % 15}_{n}.png", r"^(患者\d+)_", 15),
    "two kinds of codes": (lambda _, n: f"UID_{'H' * (n % 2)}{n % 15}_{n}_1.png", None, 30),
}


@pytest.mark.parametrize("case", GROUPED)
def test_groups_are_found(case):
    name, pattern, groups = GROUPED[case]
    found = suggest(name_images(CLASSES, name))
    assert found.groups == groups
    assert pattern in (None, found.pattern)


NO_GROUPS = {
    "running numbers by class": lambda name, n: f"WBC-Malignant-{name}-{n:03}.jpg",
    "running numbers and classes of several words": lambda name, n: f"WBC-{'M-' * (name == 'Early')}{name}-{n:03}.jpg",
    "running numbers": lambda _, n: f"{n}.png",
    "numbers of two parts": lambda _, n: f"BloodImage_{n:05}_1.png",
    "few stains": lambda _, n: f"s{n % 3}_{n}.png",
    "one date": lambda _, n: f"20150918_{n}.png",
    "several dates": lambda _, n: f"201509{n % 14 + 10}_{n}.png",
    "one large group": lambda _, n: f"P{max(0, n - 60)}_{n}.png",
    "pairs of few": lambda _, n: f"P{n if n > 20 else n // 2}_{n}.png",
    "names without a pattern": lambda _, n: (
        "abcdefghijklmnop"[n % 16] * (n % 9 + 1) + str(n) + "x" * (n // 16) + ".png"
    ),
    "no words": lambda _, n: "-" * (n + 1) + ".png",
}


@pytest.mark.parametrize("case", NO_GROUPS)
def test_other_names_are_no_groups(case):
    assert suggest(name_images(CLASSES, NO_GROUPS[case])) is None


def test_numbers_that_run_through_each_class_of_one_folder_are_no_groups():
    """As where a table gives the labels."""
    sources = {f"{name}/{name}-{number}.png": f"all/{name}-{number}.png" for name in "AB" for number in range(60)}
    layout = Layout(Place(), ("table",))
    assert suggest_groups(layout, sources, 2) is None


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1), min_size=8, max_size=40))
def test_whatever_the_names_a_pattern_is_one(names):
    paths = [f"{'AB'[number % 2]}/{name}.png" for number, name in enumerate(names)]
    found = suggest_groups(decide_layout(paths, None, None), {path: path for path in paths}, 2)
    if found:
        assert re.compile(found.pattern).groups == 1


def test_folders_of_patients_are_groups_wherever_they_stand(tmp_path):
    for root, folders in {
        "above": [f"set/patient {number}/{name}" for number in range(12) for name in "AB"],
        "inside": [f"{name}/patient {number}" for number in range(12) for name in "AB"],
        "between": [f"patient {number}/Original/{name}" for number in range(12) for name in "AB"],
    }.items():
        fill(tmp_path / root, name_images(dict.fromkeys(folders, 6)))
        variant = "Original" if root == "between" else None
        proposal = propose_for(tmp_path / root, variant=variant)
        assert "(?P<patient>" in read_file(proposal)["split"]["groups_pattern"]
        assert any("12 groups of 144 images, such as patient" in entry.comment for entry in proposal.entries), root


def test_groups_that_leave_a_class_without_enough_of_them_are_not_proposed(tmp_path):
    """Twelve patients, of whom two have the second class."""
    paths = [f"A/P{number % 12}_{number}.png" for number in range(60)]
    paths += [f"B/P{number % 2}_{number}.png" for number in range(50)]
    proposal = propose_for(fill(tmp_path, paths))
    assert read_file(proposal)["split"]["unit"] == "image"
    assert any("a class lies in too few of the groups" in entry.comment for entry in proposal.entries)
