"""The user's own features: which row belongs to which image, and what is refused before any work."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import take_embeddings
from folders import BASE, SCHEMA, merge, raised
from hypothesis import given
from hypothesis import strategies as st
from smear.configuration.completion import complete_configuration
from smear.embeddings.user_file import check_user_file, find_rows, open_features
from smear.job import UserError
from smear.report.shortcuts import describe_embeddings

IMAGES = [f"{name}/{number}.png" for name in ("Benign", "Early") for number in range(6)]
FEATURES = np.arange(36, dtype=np.float64).reshape(12, 3)


@pytest.fixture
def take(tmp_path):
    """A function that runs the script for a split and gives what it wrote."""
    catalog = pd.DataFrame({"image_id": IMAGES, "source": [f"set/{image}" for image in IMAGES]})
    catalog.to_csv(tmp_path / "catalog.csv", index=False)
    # The manifest has the order of the catalog; tensors and embeddings have that of the manifest.
    catalog.assign(split=["train", "test", "validation"] * 4).to_csv(tmp_path / "manifest.csv", index=False)

    def run(features: np.ndarray, names: list[str] | None = None, split: str = "train") -> np.ndarray:
        np.save(tmp_path / "features.npy", features)
        if names is not None:
            pd.DataFrame({"image": names}).to_csv(tmp_path / "names.csv", index=False)
        files = {name: str(tmp_path / f"{name}.csv") for name in ("catalog", "manifest")}
        files |= {"features": str(tmp_path / "features.npy"), "names": str(tmp_path / "names.csv") if names else []}
        output = tmp_path / "out/embeddings.npy"
        take_embeddings.main(
            SimpleNamespace(
                input=SimpleNamespace(**files),
                output=SimpleNamespace(embeddings=str(output)),
                wildcards=SimpleNamespace(split=split),
            )
        )
        return np.load(output)

    return run


def test_without_names_the_rows_have_the_order_of_the_catalog(take):
    found = take(FEATURES, split="validation")
    assert found.dtype == np.float32
    assert found.tolist() == FEATURES[2::3].tolist()


def test_names_give_the_rows_any_order_and_may_be_more_than_the_images(take):
    order = np.random.default_rng(0).permutation(12)
    names = [IMAGES[place] for place in order]
    assert take(FEATURES[order], names).tolist() == FEATURES[0::3].tolist()
    more = np.concatenate([FEATURES[order], np.full((1, 3), 99.0)])
    assert take(more, [*names, "Pro/1.png"]).tolist() == FEATURES[0::3].tolist()


@given(st.permutations(range(12)), st.sampled_from(["whole", "source", "slashes", "case"]))
def test_each_image_gets_the_row_of_its_name(order, form):
    write = {"source": "set/{}".format, "slashes": lambda name: name.replace("/", "\\"), "case": str.upper}
    names = [write.get(form, str)(IMAGES[place]) for place in order]
    rows = find_rows(FEATURES[order], IMAGES, names, {image: f"set/{image}" for image in IMAGES})
    assert np.array_equal(FEATURES[order][rows], FEATURES)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e39])
@pytest.mark.filterwarnings("ignore:overflow")
def test_a_value_that_is_no_number_is_named_with_its_image(take, value):
    features = FEATURES.copy()
    features[6, 1] = value
    with pytest.raises(UserError, match=r"row 6 \(counted from 0\), of Early/0\.png, has a value that is no finite"):
        take(features)
    take(features, split="test")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([*IMAGES[:-1], "Early/9.png"], "lacks 1 of 12 images, such as Early/5.png; name each image once"),
        ([f"{number}.png" for number in [*range(6), *range(6)]], "lacks 12 of 12 images"),
        (IMAGES[:11], "has 12 rows and embeddings.images 11 lines below its header"),
    ],
)
def test_names_that_do_not_name_every_image_are_refused(take, names, words):
    with pytest.raises(UserError) as refusal:
        take(FEATURES, names)
    assert words in str(refusal.value)


def test_a_name_that_two_classes_have_is_refused(take):
    images = [f"{number}.png" for number in range(12)]
    with pytest.raises(UserError, match=r"names 0\.png, which several classes have; write <Class>/<name>"):
        take(FEATURES, images)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (np.zeros(12), "an array of float64 and the shape (12,); it needs numbers with one row an image"),
        (np.zeros((0, 3)), "the shape (0, 3)"),
        (np.zeros((12, 3), bool), "an array of bool"),
        (np.zeros((12, 3), "<U3"), "an array of <U3"),
        (np.full((12, 3), None), "is no .npy file of numbers"),
        (b"no array", "is no .npy file of numbers"),
        (b"", "is no .npy file of numbers"),
        (None, "does not exist; give a .npy file with one row an image."),
    ],
)
def test_another_file_is_refused_before_any_work(tmp_path, content, words):
    path = tmp_path / "features.npy"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        np.save(path, content)
    with pytest.raises(UserError) as refusal:
        check_user_file({"file": str(path), "images": None}, 12)
    assert words in str(refusal.value)
    assert len(str(refusal.value)) < 400


def test_the_number_of_rows_is_compared_as_far_as_the_images_are_known(tmp_path):
    np.save(tmp_path / "features.npy", FEATURES)
    (tmp_path / "names.csv").write_text("image_id, class\n" + "".join(f"{image},x\n" for image in IMAGES))
    given = {"file": str(tmp_path / "features.npy"), "images": None}
    check_user_file(given, 12)
    check_user_file(given, None)
    check_user_file(given | {"images": str(tmp_path / "names.csv")}, 11)
    with pytest.raises(UserError, match="has 12 rows and the data set 13 images; give one row an image, in the order"):
        check_user_file(given, 13)
    (tmp_path / "names.csv").write_text("name\n" + "\n".join(IMAGES))
    with pytest.raises(UserError, match="has the columns name; it needs the column image"):
        check_user_file(given | {"images": str(tmp_path / "names.csv")}, 12)


def complete(**embeddings) -> dict | str:
    return complete_configuration(merge(BASE, {"dataset": {"source": "synthetic"}, **embeddings}), SCHEMA)["embeddings"]


def test_embeddings_are_on_unless_they_are_turned_off():
    default = {"backbone": "EfficientNetLite0", "size": 224, "file": None, "images": None}
    assert complete() == default
    assert complete(embeddings={"size": 96}) == default | {"size": 96}
    assert complete(embeddings="none") == "none"


def test_paths_are_expanded(monkeypatch, tmp_path):
    monkeypatch.setenv("FEATURES", str(tmp_path))
    found = complete(embeddings={"file": "$FEATURES/a.npy", "images": "${FEATURES}/a.csv"})
    assert (found["file"], found["images"]) == (f"{tmp_path}/a.npy", f"{tmp_path}/a.csv")


@pytest.mark.parametrize(
    ("embeddings", "words"),
    [
        ("off", "embeddings is 'off'; it should be: none, or a mapping with the keys backbone and size, or file"),
        (None, "embeddings must be a mapping of keys to values or a text, not null."),
        (False, "embeddings must be a mapping of keys to values or a text, not false."),
        ({"backbone": "AlexNet"}, "allowed: EfficientNetB0, EfficientNetB1"),
        ({"backbone": "InceptionV3", "size": 64}, "embeddings.backbone InceptionV3 takes 75 px and more."),
        ({"file": "features.csv"}, "embeddings.file is 'features.csv'; it should be: Features of your own"),
        ({"file": "{a}.npy"}, "embeddings.file is {a}.npy: the name of an input file cannot have braces"),
        (
            {"images": "names.csv"},
            "embeddings.images names the images of the rows of embeddings.file, which is not set",
        ),
        ({"sice": 96}, "unknown key sice in embeddings (did you mean size?)"),
    ],
)
def test_other_values_are_refused(embeddings, words):
    assert words in str(raised(lambda: complete(embeddings=embeddings)))


def test_the_report_says_whose_features_they_are():
    assert describe_embeddings("none") is None
    assert "EfficientNetLite0 with ImageNet weights" in describe_embeddings(complete())
    assert describe_embeddings(complete(embeddings={"file": "a/b.npy"})).startswith("come from the file b.npy")


def test_features_are_read_where_they_are_asked_for(tmp_path):
    np.save(tmp_path / "features.npy", FEATURES)
    assert isinstance(open_features(tmp_path / "features.npy"), np.memmap)
