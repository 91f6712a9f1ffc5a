"""Every remedy that a message offers is followed: the fault is gone, and no other one comes in its place."""

import datetime

import pytest
import yaml
from folders import BASE, NUMBER, SCHEMA, check_source, fill_archive, fill_folder, merge, number_files, raised
from smear.configuration.completion import complete_configuration
from smear.job import LONGEST_NAME, join_faults, list_some

CLASSES = number_files("Benign", "Early", "Pre")
SYNTHETIC = {"source": "synthetic"}


def own(*folders: str) -> list[str]:
    return [f"{folder}/{index}-{number}.png" for index, folder in enumerate(folders) for number in range(NUMBER)]


# The files of a source, None for images that are drawn, and what the configuration says beyond the path.
FAULTS = {
    "a variant that is not there": (number_files("set/A", "set/B"), {"dataset": {"variant": "Orignal"}}),
    "no variant": (number_files("Original/A", "Original/B", "Segmented/A", "Segmented/B"), {}),
    "variants at two depths": (number_files("a/x/A", "a/x/B", "x2/b/x/A", "x2/b/x/B"), {"dataset": {"variant": "x"}}),
    "sets at two depths": (number_files("Original/A", "Original/B", "all/Original/A", "all/Original/B"), {}),
    "images and masks": (number_files("A/images", "A/masks", "B/images", "B/masks"), {}),
    "two levels of names": (own("Benign/Smith", "Benign/Jones", "Early/Miller"), {}),
    "sets of any name": (number_files("x/A", "x/B", "y/A", "y/B"), {}),
    "a layout that is not there": (CLASSES, {"dataset": {"layout": "patient/slide/class"}}),
    "a layout without class": (CLASSES, {"dataset": {"layout": "patient/slide"}}),
    "a layout with a level twice": (CLASSES, {"dataset": {"layout": "class/a/a"}}),
    "splits alone": (number_files("train", "test"), {}),
    "patients alone": (number_files("patient 1", "patient 2"), {}),
    "a class in another": ([*CLASSES, *number_files("Early/Benign")], {}),
    "a class that is missing": (CLASSES, {"dataset": {"classes": ["Benign", "Pro"]}}),
    "a class without images": ([*CLASSES, "Pro/notes.txt"], {}),
    "an empty class": ([*CLASSES, "Pro/"], {}),
    "a class name that is no text": ([*CLASSES, *number_files("a\nb")], {}),
    "other numbers": (CLASSES, {"dataset": {"expected": {"Benign": 12, "Early": 13, "Pre": 12}}}),
    "class twins": ([*CLASSES, *number_files("benign")], {}),
    "class twins in two forms": (number_files("Fr\u00fch", "Fru\u0308h", "Normal"), {}),
    "a label for nothing": (CLASSES, {"dataset": {"labels": {"A": ["Benign"], "B": ["Early", "Pro"]}}}),
    "a class without a label": (CLASSES, {"dataset": {"labels": {"A": ["Benign"], "B": ["Early"]}}}),
    "a label beyond the classes": (
        CLASSES, {"dataset": {"classes": ["Benign", "Early"], "labels": {"A": ["Benign"], "B": ["Early", "Pre"]}}},
    ),
    "a class beyond the labels": (
        CLASSES,
        {"dataset": {"classes": ["Benign", "Early", "Pre"], "labels": {"A": ["Benign"], "B": ["Early"]}}},
    ),
    "a label of two lines": (CLASSES, {"dataset": {"labels": {"a\nb": ["Benign"], "B": ["Early", "Pre"]}}}),
    "one label": (CLASSES, {"dataset": {"labels": {"A": ["Benign", "Early", "Pre"]}}}),
    "a positive class of three": (CLASSES, {"dataset": {"positive": "Early"}}),
    "a positive class that is none": (number_files("A", "B"), {"dataset": {"positive": "C"}}),
    "a threshold for a class that is none": (number_files("A", "B", "C"), {"threshold": {"positive": "D"}}),
    "a threshold for another class than the positive one": (
        number_files("A", "B"), {"dataset": {"positive": "A"}, "threshold": {"positive": "B"}},
    ),
    "an experiment in a folder of all": (None, {"experiment": "Weights"}),
    "a sensitivity for no class": (None, {"threshold": {"sensitivity": 0.9}}),
    "classes that are too small": (number_files("A", "B", files=6), {}),
    "one class that is too small": ([*CLASSES, *number_files("Pro", files=2)], {}),
    "no numbers": (
        [f"{name}/{letter}.png" for name in "AB" for letter in "abcdefghijkl"], {"split": {"unit": "sequence"}},
    ),
    "folders that are no splits": (CLASSES, {"split": {"unit": "folders"}}),
    "no folder for test": (number_files("train/A", "train/B", "val/A", "val/B"), {"split": {"unit": "folders"}}),
    "folders of images that are drawn": (None, {"split": {"unit": "folders"}}),
    "folders and folds": (
        number_files("train/A", "train/B", "val/A", "val/B", "test/A", "test/B"),
        {"split": {"unit": "folders", "folds": 5}},
    ),
    "folders and outer folds": (
        number_files("train/A", "train/B", "val/A", "val/B", "test/A", "test/B"),
        {"split": {"unit": "folders", "outer_folds": 5}},
    ),
    "outer folds of few images": (number_files("A", "B", files=10), {"split": {"outer_folds": 5}}),
    "outer folds of few groups": (
        [f"{name}/p{number % 4}_{number}.png" for name in "AB" for number in range(40)],
        {"split": {"unit": "group", "groups_pattern": r"^(p\d)", "outer_folds": 5}},
    ),
    "one group out and outer folds": (
        [f"{name}/p{number % 8}_{number}.png" for name in "AB" for number in range(40)],
        {
            "split": {"unit": "group", "groups_pattern": r"^(p\d)", "folds": "leave_one_out", "outer_folds": 2},
            "grid": {"architecture": ["SmallCNN"], "optimizer": ["adam"], "learning_rate": [0.001], "epochs": [1]},
        },
    ),
    "claims by another split": (None, {"reproduction": True, "split": {"unit": "stain"}}),
    "claims by groups": (
        [f"{name}/p{number % 8}_{number}.png" for name in "AB" for number in range(40)],
        {"reproduction": True, "split": {"groups_pattern": r"^(p\d)"}},
    ),
    "claims of merged classes": (
        CLASSES, {"reproduction": True, "dataset": {"labels": {"A": ["Benign"], "B": ["Early", "Pre"]}}},
    ),
    "fractions": (None, {"split": {"fractions": {"train": 0.8, "validation": 0.1, "test": 0.2}}}),
    "images too small for the backbone": (None, {"embeddings": {"backbone": "InceptionV3", "size": 64}}),
    "a backbone that is none": (None, {"embeddings": {"backbone": "EfficientNetLite1"}}),
    "a threshold of before": (None, {"fields": {"threshold": 0.5}}),
    "fields that are not searched for": (None, {"fields": {"search": "none"}}),
    "a unit that is none": (None, {"split": {"unit": "feild"}}),
    "a source that is none": (None, {"dataset": {"source": "synthetik"}}),
    "a number for a name": (None, {"experiment": 1}),
    "a date for a name": (None, {"experiment": datetime.date(2026, 11, 29)}),
    "nothing for a name": (None, {"experiment": None}),
    "a truth value for a label": (
        number_files("no", "false"), {"dataset": {"labels": {"A": ["no"], "B": [False]}}},
    ),
    "numbers for classes": (number_files("0", "1"), {"dataset": {"classes": [0, 1]}}),
    "a number for a positive class": (number_files("0", "1"), {"dataset": {"positive": 1}}),
    "stains of gray images": (None, {"image": {"color": "gray"}, "augmentation": {"stain": 0.2}}),
    "stains of gray images in a set": (
        None,
        {"augmentations": {"tinted": {"stain": 0.2}}, "grid": {"color": ["rgb", "gray"], "augmentation": ["tinted"]}},
    ),
    "an encoding that is none": (CLASSES, {"dataset": {"archive_encoding": "dos"}}),
}  # fmt: skip


def use(tmp_path, case: str) -> dict:
    files, changes = FAULTS[case]
    given = SYNTHETIC if files is None else {"source": "folder", "path": str(fill_folder(tmp_path / "s", files))}
    return merge(BASE | {"dataset": given}, changes)


def plan(config: dict) -> None:
    """What a call does before its first job."""
    check_source(complete_configuration(config, SCHEMA))


@pytest.mark.parametrize("case", FAULTS)
def test_every_remedy_removes_the_fault(tmp_path, case):
    config = use(tmp_path, case)
    error = raised(plan, config)
    assert error.remedies
    follow(config, error.remedies)


def follow(config: dict, remedies: list, depth: int = 3) -> None:
    """Follow each remedy by itself; only where values of one list were wrong may the next of them be named."""
    for remedy in remedies:
        changed = merge(config, remedy)
        try:
            plan(changed)
        except Exception as error:
            if not (depth and getattr(error, "remedies", None) and "in quotes" in str(error)):
                raise
            follow(changed, error.remedies, depth - 1)


@pytest.mark.parametrize(("key", "limit"), [("max_files", 9), ("max_gigabytes", 1e-7)])
def test_the_limits_of_an_archive(tmp_path, key, limit):
    archive = fill_archive(tmp_path / "s.zip", CLASSES)
    config = BASE | {"dataset": {"source": "archive", "path": str(archive), key: limit}}
    follow(config, raised(plan, config).remedies)


def test_a_split_of_the_users_table_and_folds(tmp_path):
    fill_folder(tmp_path / "s", CLASSES)
    table = tmp_path / "g.csv"
    table.write_text("image,split\n" + "".join(f"{path},train\n" for path in CLASSES))
    config = BASE | {"dataset": {"source": "folder", "path": str(tmp_path / "s")}}
    config |= {"split": {"groups_csv": str(table), "folds": 5}}
    follow(config, raised(plan, config).remedies)


def test_a_truth_value_for_the_name_of_a_class_is_answered_with_quotes():
    text = "{source: synthetic, expected: {yes: 12, no: 12, 2024-01-01: 1}}"
    error = raised(plan, BASE | {"dataset": yaml.safe_load(text)})
    assert (
        'dataset.expected has the key true, which YAML reads as a truth value; put the class\'s name in quotes: "yes",'
        in (str(error))
    )
    assert "the key 2024-01-01, which YAML reads as a date" in str(error)
    plan(BASE | {"dataset": SYNTHETIC | {"expected": dict.fromkeys(["Benign", "Early", "Pre", "Pro"], 160)}})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{source: folder, path: /data/set #1}", "a # behind a blank begins a comment in YAML"),
        ("{source: folder, path: /data/br{x}ace}", "YAML cannot read it"),
    ],
)
def test_a_value_that_yaml_cannot_read_is_answered_with_the_reason(value, words):
    assert words in str(raised(plan, BASE | {"dataset": value}))


def test_many_faults_are_cut_and_counted():
    config = BASE | {"dataset": SYNTHETIC} | {f"key{number}": 1 for number in range(57)}
    text = str(raised(plan, config))
    assert text.count("\n  - ") == 10
    assert text.endswith("\n  and 47 more")


def test_lists_are_cut_and_names_are_bounded():
    assert list_some([]) == ""
    assert list_some("abc") == "a, b, c"
    assert list_some(str(number) for number in range(60)) == "0, 1, 2 and 57 more"
    assert len(list_some(["x" * 5000])) <= LONGEST_NAME
    assert list_some(["a\nb\udce4"]) == "a\\nb\\xe4"
    assert str(join_faults("t:", ["a"])) == "t:\n  - a"


@pytest.mark.parametrize("length", [1, 100, 250])
def test_messages_are_bounded_whatever_the_names(tmp_path, length):
    names = [f"{letter}{'x' * (length - 1)}" for letter in "abcdefgh"]
    for paths in (own(*(f"{one}/{two}" for one in names[:4] for two in names[4:])), number_files(*names, files=1)):
        archive = fill_archive(tmp_path / "s.zip", paths)
        raised(plan, BASE | {"dataset": {"source": "archive", "path": str(archive)}})
