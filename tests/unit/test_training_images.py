"""What a model has been trained on is in its file, and what it has seen of an experiment is counted."""

import zipfile

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.job import UserError
from smear.report.start_weights import describe_start
from smear.split.overlap import audit_start, check_overlap
from smear.training_images import MEMBER, UNKNOWN, TrainingImages, add_training_images, read_training_images


def make_model(path, *members: str):
    with zipfile.ZipFile(path, "w") as archive:
        for member in members or ("config.json", "model.weights.h5"):
            archive.writestr(zipfile.ZipInfo(member), "{}")
    return path


def test_the_list_of_a_donor_is_in_that_of_the_model(tmp_path):
    donor, model = make_model(tmp_path / "donor.keras"), make_model(tmp_path / "model.keras")
    add_training_images(donor, ["a", "b", "b"], None)
    assert read_training_images(donor) == TrainingImages(frozenset("ab"), complete=True)
    add_training_images(model, ["b", "c"], read_training_images(donor))
    assert read_training_images(model) == TrainingImages(frozenset("abc"), complete=True)


def test_what_started_from_unknown_weights_says_so(tmp_path):
    bare, backbone = make_model(tmp_path / "bare.keras"), tmp_path / "backbone.h5"
    backbone.write_bytes(b"\x89HDF")
    assert read_training_images(bare) == read_training_images(backbone) == UNKNOWN
    model = make_model(tmp_path / "model.keras")
    add_training_images(model, ["a"], UNKNOWN)
    assert read_training_images(model) == TrainingImages(frozenset("a"), complete=False)


def test_the_same_model_is_the_same_file(tmp_path):
    first, second = (make_model(tmp_path / f"{name}.keras") for name in ("first", "second"))
    add_training_images(first, ["b", "a"], None)
    add_training_images(second, ["a", "b", "a"], None)
    assert first.read_bytes() == second.read_bytes()


@given(st.data())
def test_a_damaged_file_is_named(tmp_path_factory, data):
    model = make_model(tmp_path_factory.mktemp("model") / "model.keras")
    add_training_images(model, map(str, range(200)), None)
    content = model.read_bytes()
    model.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(UserError, match=r"model\.weights: .* is no whole \.keras file"):
        read_training_images(model)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": 1, "complete": true}', '{"sha256": ["a"]}'])
def test_a_list_that_is_none_is_named(tmp_path, text):
    model = tmp_path / "model.keras"
    with zipfile.ZipFile(model, "w") as archive:
        archive.writestr(MEMBER, text)
    with pytest.raises(UserError, match="its list of training images is damaged"):
        read_training_images(model)


SPLIT = {"train": 6, "validation": 3, "test": 3}
IMAGES = pd.DataFrame(
    [(f"{split}-{k}", split, -1) for split, count in SPLIT.items() for k in range(count)],
    columns=["sha256", "split", "fold"],
)


@given(st.sets(st.sampled_from(list(IMAGES["sha256"]))), st.booleans())
def test_images_of_validation_and_test_that_were_seen_are_counted_and_refused(seen, complete):
    audit = audit_start("a.keras", TrainingImages(frozenset(seen | {"elsewhere"}), complete), IMAGES)
    counts = {split: sum(name.startswith(split) for name in seen) for split in ("validation", "test")}
    assert (audit["validation_images_seen"], audit["test_images_seen"]) == (counts["validation"], counts["test"])
    check_overlap(audit, allowed=True)
    words = describe_start(audit)
    least = "" if complete else "at least "
    assert f"{least}{counts['validation']} of the validation and {least}{counts['test']} of the test images" in words
    assert ("too high" in words) == any(counts.values())
    if any(counts.values()):
        with pytest.raises(UserError, match=f"{counts['validation']} validation and {counts['test']} test images"):
            check_overlap(audit, allowed=False)
    else:
        check_overlap(audit, allowed=False)


def test_with_folds_every_image_but_those_of_the_test_is_validated():
    folded = IMAGES.assign(fold=[k % 3 if split != "test" else -1 for k, split in enumerate(IMAGES["split"])])
    audit = audit_start("a.keras", TrainingImages(frozenset(IMAGES["sha256"]), complete=True), folded)
    assert (audit["validation_images_seen"], audit["test_images_seen"]) == (9, 3)


def test_a_file_without_a_list_is_unknown_in_words():
    audit = audit_start("backbone.h5", UNKNOWN, IMAGES)
    check_overlap(audit, allowed=False)
    assert audit["training_images"] == "unknown"
    assert "is unknown" in describe_start(audit)
    assert describe_start(None) == ""
