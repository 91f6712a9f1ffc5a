"""EfficientNet-Lite0 with its published weights: photographs of known classes, and a step of training from them."""

from types import SimpleNamespace

import convert_weights
import numpy as np
import pytest
import skimage
from PIL import Image
from smear.download.packaged import find_packaged
from smear.download.torch_file import read_torch_file
from smear.grid import Cell
from smear.job import UserError
from smear.training.architectures.backbone import build_backbone
from smear.training.architectures.registry import PACKAGED_WEIGHTS
from smear.training.model import get_backbone
from trainings import Images, finish, prepare

NAME = "EfficientNetLite0"
PUBLISHED = PACKAGED_WEIGHTS[NAME]
SIZE = 224
# Classes of ImageNet, the most likely ones first; photographs in the package of scikit-image.
PHOTOGRAPHS = {"chelsea": [285, 282, 281], "coffee": [967], "rocket": [657]}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The folder KERAS_HOME of a training, as the rule makes it."""
    home = tmp_path_factory.mktemp("weights")
    params = SimpleNamespace(architecture=NAME, placed="", **PUBLISHED._asdict())
    output = SimpleNamespace(weights=str(home / "models" / PUBLISHED.file_name))
    convert_weights.main(SimpleNamespace(params=params, input=[], output=output))
    return home


@pytest.fixture
def start(home, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(home))


def read_photograph(name: str) -> np.ndarray:
    """The square in the middle of a photograph, (1, SIZE, SIZE, 3)."""
    pixels = Image.fromarray(getattr(skimage.data, name)())
    side = min(pixels.size)
    left, top = ((length - side) // 2 for length in pixels.size)
    square = pixels.crop((left, top, left + side, top + side)).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    return np.asarray(square, np.float32)[None]


def test_photographs_have_their_classes(start):
    """With the published classifier behind our features; another order of an axis gives none of them."""
    arrays = read_torch_file(find_packaged(PUBLISHED.package, PUBLISHED.path))
    backbone = build_backbone(NAME, SIZE, "imagenet")
    assert backbone.output_shape == (None, 1280)
    for name, classes in PHOTOGRAPHS.items():
        (features,) = backbone.predict(read_photograph(name), verbose=0)
        scores = arrays["_fc.weight"] @ features + arrays["_fc.bias"]
        assert np.argsort(-scores)[: len(classes)].tolist() == classes, name


@pytest.mark.rare
def test_a_training_starts_from_the_published_weights_and_its_frozen_blocks_keep_them(start, home):
    random = np.random.default_rng(0)
    data = Images(random.integers(0, 256, (16, 32, 32, 3)).astype(np.uint8), np.arange(16) % 2)
    training = prepare(Cell(NAME, "adam", 0.001, 8, 0, 1), data, weights="imagenet", trainable=2)
    backbone = get_backbone(training.model)
    with np.load(home / "models" / PUBLISHED.file_name) as file:
        published = {name: file[name] for name in file.files}
    before = {variable.path: variable.numpy() for variable in backbone.weights}
    assert before.keys() == published.keys()
    assert all(np.array_equal(before[name], array) for name, array in published.items())
    result = finish(training)
    assert np.isfinite(result.history[["loss", "val_loss"]].to_numpy()).all()
    changed = {
        variable.path.partition("_")[0]
        for variable in backbone.weights
        if not np.array_equal(variable.numpy(), published[variable.path])
    }
    # The layers behind the last block belong to it.
    assert changed == {"block6d", "block7a", "top"}


def test_a_file_that_was_cut_or_is_of_another_network_is_named(home, tmp_path, monkeypatch):
    path = tmp_path / "models" / PUBLISHED.file_name
    path.parent.mkdir()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    whole = (home / "models" / PUBLISHED.file_name).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"npz is damaged \(BadZipFile\): delete it and call again"):
        build_backbone(NAME, 32, "imagenet")
    np.savez(path, stem=np.zeros(3))
    with pytest.raises(UserError, match="does not hold the weights of efficientnetlite0"):
        build_backbone(NAME, 32, "imagenet")
