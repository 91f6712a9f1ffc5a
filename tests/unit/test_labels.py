"""Classes that `dataset.labels` merges: which are refused, what is counted, and what a split makes of them."""

from pathlib import Path

import pandas as pd
import pytest
import split_images
from folders import check_source
from hypothesis import given
from hypothesis import strategies as st
from smear.configuration.completion import complete_configuration
from smear.job import UserError
from smear.split.labels import check_labels, merge_classes, merge_counts
from split_job import split

ROOT = Path(__file__).parents[2]
BINARY = {"Malignant": ["Early", "Pre", "Pro"], "Benign": ["Benign"]}
COUNTS = {"Benign": 504, "Early": 985, "Pre": 963, "Pro": 804}
GRID = {"architecture": ["SmallCNN"], "optimizer": ["adam"], "learning_rate": [0.1], "epochs": [1]}


def configure(**dataset) -> dict:
    """A configuration of synthetic images with these keys of `dataset`."""
    changes = {"experiment": "e", "dataset": {"source": "synthetic"} | dataset, "model": {"weights": "none"}}
    return complete_configuration(changes | {"grid": GRID}, ROOT / "workflow/schemas/config.schema.yaml")


FAULTS = {
    "twice in two labels": (
        {"labels": {"A": ["Early", "Pre"], "B": ["Early", "Benign", "Pro"]}},
        ["dataset.labels takes Early 2 times, for A and for B; name each class once."],
    ),
    "twice in one label": ({"labels": {"A": ["Early", "Early"], "B": ["Pro"]}}, ["Early 2 times, for A and for A"]),
    "one label": (
        {"labels": {"Any": ["Benign", "Early"]}},
        ["has one label only (Any); a classifier needs at least two"],
    ),
    "no label": ({"labels": {}}, ["dataset.labels has no label", "Set it to null"]),
    "a label of nothing": (
        {"labels": {"A": [], "B": ["Pro"]}},
        ["dataset.labels.A is empty; it needs at least 1 value"],
    ),
    "a name that is no text": (
        {"labels": {False: ["Benign"], True: ["Pro"]}},
        ["a label that YAML reads as False; put its name in quotes"],
    ),
    "a class that is no text": ({"labels": {"A": [1], "B": ["Pro"]}}, ["dataset.labels.A[0] must be a text, not 1"]),
    "text for a list": ({"labels": {"A": "Early", "B": ["Pro"]}}, ["dataset.labels.A must be a list, not 'Early'"]),
    "a list for labels": ({"labels": ["Early"]}, ["dataset.labels must be a mapping of keys to values or null"]),
    "a class that is left out": (
        {"labels": BINARY, "classes": ["Benign", "Early", "Pre"]},
        ["dataset.labels: Malignant takes Pro, which dataset.classes leaves out; add it there, or remove it here."],
    ),
    "a class without a label": (
        {"labels": {"A": ["Early"], "B": ["Benign"]}, "classes": ["Benign", "Early", "Pre"]},
        ["dataset.classes takes Pre, but no label of dataset.labels does; add it to one of A, B, or remove it"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_labels_are_named_with_the_remedy(fault):
    changes, words = FAULTS[fault]
    with pytest.raises(UserError) as caught:
        configure(**changes)
    for word in words:
        assert word in str(caught.value)
    assert str(caught.value).count("\n") == 1, "one sentence for one fault"


def test_the_order_in_the_file_does_not_matter():
    turned = {name: sources[::-1] for name, sources in reversed(BINARY.items())}
    first, second = (configure(labels=labels)["dataset"]["labels"] for labels in (BINARY, turned))
    assert (
        list(first.items()) == list(second.items()) == [("Benign", ["Benign"]), ("Malignant", ["Early", "Pre", "Pro"])]
    )


@pytest.mark.parametrize(
    ("labels", "selectable", "words"),
    [
        (
            BINARY | {"Malignant": ["Early", "Pre", "Pros"]},
            True,
            "Malignant takes Pros, but here has no such class; it has: Benign, Early, Pre, Pro.",
        ),
        (
            {"A": ["Benign"], "B": ["Early", "Pro"]},
            True,
            "no label takes Pre of here; add it to one of A, B, or leave it out with dataset.classes: [Benign, Early, "
            "Pro].",
        ),
        ({"A": ["Benign"], "B": ["Early"]}, False, "no label takes Pre, Pro of here; add it to one of A, B."),
    ],
)
def test_labels_that_do_not_fit_the_source_are_named(labels, selectable, words):
    with pytest.raises(UserError) as caught:
        check_labels(labels, COUNTS, "here", selectable)
    assert str(caught.value).startswith(f"dataset.labels: {words}")


def test_a_source_is_checked_and_counted_by_the_classes_of_the_task():
    assert check_source(configure(synthetic={"images": 80})) == {"Benign": 20, "Early": 20, "Pre": 20, "Pro": 20}
    assert check_source(configure(labels=BINARY, synthetic={"images": 80})) == {"Benign": 20, "Malignant": 60}
    with pytest.raises(UserError, match=r"no label takes Pro of the source synthetic; add it to one of A, B\.$"):
        check_source(configure(labels={"A": ["Benign"], "B": ["Early", "Pre"]}))
    # 24 images are six of each class, too few for a split by four classes; the eighteen of three classes are enough.
    with pytest.raises(UserError, match="Class Benign has 6 images"):
        check_source(configure(labels=BINARY, synthetic={"images": 24}))
    assert check_source(configure(labels={"A": ["Benign", "Early"], "B": ["Pre", "Pro"]}, synthetic={"images": 24}))


def test_expected_numbers_are_those_of_the_source():
    expected = dict.fromkeys(COUNTS, 20)
    settings = {"labels": BINARY, "synthetic": {"images": 80}}
    assert check_source(configure(expected=expected, **settings)) == {"Benign": 20, "Malignant": 60}
    with pytest.raises(UserError, match="Malignant has 0 instead of 60"):
        check_source(configure(expected={"Benign": 20, "Malignant": 60}, **settings))


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 50), min_size=2), st.data())
def test_counts_and_classes_of_images_merge_alike(counts, data):
    owners = {source: data.draw(st.sampled_from("XYZ")) for source in counts}
    labels = {name: [one for one in counts if owners[one] == name] for name in set(owners.values())}
    images = pd.Series([name for name, count in counts.items() for _ in range(count)], dtype=str)
    merged = merge_classes(images, labels).value_counts().to_dict()
    assert merged == {name: count for name, count in merge_counts(counts, labels).items() if count}
    assert merge_counts(counts, None) == counts
    assert merge_classes(images, None).tolist() == images.tolist()


def test_a_split_meets_the_shares_of_the_tasks_classes(tmp_path):
    manifest, audit = split(tmp_path, BINARY)
    assert dict(zip(manifest["class"], manifest["label"], strict=True)) == {"Benign": 0, "Malignant": 1}
    assert manifest.loc[manifest["class"] == "Benign", "source_class"].unique().tolist() == ["Benign"]
    assert sorted(manifest.loc[manifest["class"] == "Malignant", "source_class"].unique()) == ["Early", "Pre", "Pro"]
    assert [name.partition("/")[0] for name in manifest["image_id"]] == manifest["source_class"].tolist()
    assert audit["counts"]["train"] == {"Benign": 12, "Malignant": 36}
    assert audit["counts"]["test"] == {"Benign": 4, "Malignant": 12}
    assert audit["labels"] == audit["method"]["labels"] == BINARY
    parts = audit["source_counts"]
    assert {split: sum(parts[split][name] for name in BINARY["Malignant"]) for split in parts} == {
        "train": 36, "validation": 12, "test": 12,
    }  # fmt: skip
    assert manifest.groupby("field_id")["split"].nunique().max() == 1


def test_without_labels_nothing_is_added(tmp_path):
    manifest, audit = split(tmp_path, None)
    assert manifest.columns.tolist() == split_images.COLUMNS
    assert not {"labels", "source_counts"} & {*audit, *audit["method"]}
    assert audit["counts"]["train"] == dict.fromkeys(COUNTS, 12)


def test_other_labels_are_another_method_and_keep_no_place(tmp_path):
    assert split(tmp_path, None).audit["images_kept"] == 0
    assert split(tmp_path, None).audit["images_kept"] == 80
    assert split(tmp_path, BINARY).audit["images_kept"] == 0
    assert split(tmp_path, BINARY).audit["images_kept"] == 80


def test_blocks_of_numbers_stay_those_of_the_sources_folders(tmp_path):
    plain, merged = (
        split(tmp_path / str(labels is None), labels, unit="sequence", block=5).manifest for labels in (None, BINARY)
    )
    assert merged["group"].tolist() == plain["group"].tolist()
    assert merged["group"].iloc[-1] == "Pro/Smear-16-20"


def test_a_catalog_that_the_labels_do_not_fit_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"Malignant takes Proo, but .*catalog.csv has no such class"):
        split(tmp_path, BINARY | {"Malignant": ["Early", "Pre", "Proo"]})


POSITIVE = {
    "not a class": (
        {"labels": BINARY, "positive": "Malign"},
        "is no class of the task; set it to Benign or Malignant.",
    ),
    "of four classes": ({"positive": "Pro"}, "the task has 4 classes (Benign, Early, Pre, Pro), and only one of two"),
    "before a download": (
        {"source": "kaggle", "handle": "toy/smears", "positive": "blast"},
        "shows after the download alone; name them in dataset.classes, or in dataset.labels.",
    ),
    "of the classes taken": (
        {"source": "kaggle", "handle": "toy/smears", "classes": ["a", "b"], "positive": "c"},
        "is no class of the task; set it to a or b.",
    ),
    "of the source's": ({"labels": BINARY, "positive": "Early"}, "dataset.positive is Early, which is no class"),
}


@pytest.mark.parametrize("fault", POSITIVE)
def test_a_positive_class_that_cannot_be_is_refused_before_work_starts(fault):
    changes, words = POSITIVE[fault]
    with pytest.raises(UserError) as caught:
        check_source(configure(**changes))
    assert words in str(caught.value)


def test_a_positive_class_of_two_is_accepted():
    for changes in (
        {"labels": BINARY, "positive": "Benign"},
        {"source": "kaggle", "handle": "toy/smears", "classes": ["a", "b"], "positive": "a"},
        {"source": "kaggle", "handle": "toy/smears", "labels": {"x": ["a"], "y": ["b", "c"]}, "positive": "y"},
    ):
        config = configure(**changes)
        assert config["dataset"]["positive"] == changes["positive"]
        check_source(config)
