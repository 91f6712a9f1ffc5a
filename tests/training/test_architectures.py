"""Every architecture, built once at its smallest size: parameters, preprocessing, weights, blocks, training."""

import re
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from smear.estimate import estimate_speed
from smear.grid import Cell
from smear.training.architectures.backbone import build_backbone
from smear.training.architectures.preprocessing import MEAN
from smear.training.architectures.registry import ARCHITECTURES, KERAS_WEIGHTS
from smear.training.architectures.response_norm import local_response_norm
from smear.training.batch_norm import batch_norm_layers
from smear.training.freezing import list_blocks, set_trainable
from smear.training.model import build_classifier, get_backbone
from trainings import Images, finish, prepare, run

# Millions with 1,000 classes: the table of keras.io/api/applications; Howard et al. 2019 for MobileNetV3, whose Keras
# page gives none; TensorFlow's TPU models for EfficientNet-Lite0.
PARAMETERS = {
    **{f"EfficientNetB{i}": m for i, m in enumerate((5.3, 7.9, 9.2, 12.3, 19.5, 30.6, 43.3, 66.7))},
    **{f"EfficientNetV2B{i}": m for i, m in enumerate((7.2, 8.2, 10.2, 14.5))},
    **{"EfficientNetV2S": 21.6, "EfficientNetV2M": 54.4, "EfficientNetV2L": 119.0},
    **{"MobileNetV3Large": 5.4, "MobileNetV3Small": 2.5, "MobileNet": 4.3, "MobileNetV2": 3.5},
    "EfficientNetLite0": 4.7,
    **{"ResNet50": 25.6, "VGG16": 138.4, "VGG19": 143.7, "InceptionV3": 23.9, "DenseNet201": 20.2},
}


def dense(inputs: int, outputs: int) -> int:
    return (inputs + 1) * outputs


# Hidden layers of the published classifiers, which a backbone with one layer behind its pooling does not have.
VGG_HEAD = dense(7 * 7 * 512, 4096) + dense(4096, 4096) + dense(4096, 1000) - dense(512, 1000)
LEFT_OUT = {
    "VGG16": VGG_HEAD,
    "VGG19": VGG_HEAD,
    "MobileNetV3Large": dense(960, 1280) + dense(1280, 1000) - dense(960, 1000),
    "MobileNetV3Small": dense(576, 1024) + dense(1024, 1000) - dense(576, 1000),
}


class Built:
    """A backbone at its smallest size, and the file of weights that Keras asked for, which are not there."""

    def __init__(self, name: str, monkeypatch):
        self.name = name
        self.asked = []

        def get_file(file_name, origin, file_hash=None, **_):
            self.asked.append((file_name, origin, file_hash))

        monkeypatch.setattr(keras.src.utils.file_utils, "get_file", get_file)
        monkeypatch.setattr(keras.Model, "load_weights", lambda *_: None)
        self.size = max(32, ARCHITECTURES[name].smallest)
        self.backbone = build_backbone(name, self.size, "imagenet" if ARCHITECTURES[name].module is None else None)


GATE = ("SmallCNN", "EfficientNetB0", "MobileNetV3Large")


def mark_rare(names) -> list:
    """Architectures as parameters; those beside the workflow's own are tested by `make test-all`."""
    return [name if name in GATE else pytest.param(name, marks=pytest.mark.rare) for name in names]


@pytest.fixture(scope="module", params=mark_rare(ARCHITECTURES))
def built(request):
    with pytest.MonkeyPatch.context() as monkeypatch:
        result = Built(request.param, monkeypatch)
    return result


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (2, 80, 80, 3)).astype("float32")


def test_parameters_are_the_published_ones(built):
    features = built.backbone.output_shape[1]
    assert built.backbone.input_shape == (None, built.size, built.size, 3)
    if built.name in PARAMETERS:
        parameters = built.backbone.count_params() + dense(features, 1000) + LEFT_OUT.get(built.name, 0)
        assert parameters / 1e6 == pytest.approx(PARAMETERS[built.name], abs=0.11)


def test_the_estimate_of_disk_knows_the_parameters(built):
    known, backbone = ARCHITECTURES[built.name], built.backbone
    if built.name == "AlexNet":
        # Its first fully connected layer is larger at the published size, and the estimate an upper bound elsewhere.
        assert backbone.count_params() < known.parameters
        backbone = build_backbone(built.name, known.work.side, None)
    assert backbone.count_params() + dense(backbone.output_shape[1], 4) == known.parameters


def test_keras_asks_for_the_file_that_the_rule_fetches(built):
    if built.name not in KERAS_WEIGHTS:
        assert built.asked == []
        return
    published = KERAS_WEIGHTS[built.name]
    assert built.asked == [(published.file_name, published.url, published.md5)]


def test_the_last_blocks_are_trained_alone(built):
    backbone, blocks = built.backbone, list_blocks(built.backbone, built.name)
    assert len(blocks) == 1 + ARCHITECTURES[built.name].blocks
    assert {layer.name for block in blocks for layer in block} >= {layer.name for layer in weighty(backbone.layers)}
    assert all(weighty(block) for block in blocks[1:])
    assert weighty(backbone.layers)[-1] in blocks[-1]
    set_trainable(backbone, built.name, "all")
    everything = len(backbone.trainable_weights)
    set_trainable(backbone, built.name, 2)
    last = [weight.path for block in blocks[-2:] for layer in block for weight in layer.trainable_weights]
    assert sorted(weight.path for weight in backbone.trainable_weights) == sorted(last)
    assert 0 < len(last) < everything
    set_trainable(backbone, built.name, "head")
    assert backbone.trainable_weights == []


def weighty(layers):
    return [layer for layer in layers if layer.weights]


def test_pixels_are_prepared_inside(built, pixels):
    """Up to the first layer with weights, the model does what its module's `preprocess_input` does."""
    mode, pixels = ARCHITECTURES[built.name].preprocessing, pixels[:, : built.size, : built.size]
    rescaling = [layer for layer in built.backbone.layers if isinstance(layer, keras.layers.Rescaling)]
    if mode is not None:
        found = np.asarray(keras.Model(built.backbone.input, rescaling[0].output)(pixels))
    if built.name in KERAS_WEIGHTS:
        module = sys.modules[getattr(keras.applications, built.name).__module__]
        wanted = module.preprocess_input(pixels.copy())
    else:
        wanted = {"mean": pixels - np.float32(MEAN), "tf": pixels / 127.5 - 1, "lite": (pixels - 127) / 128}[mode]
    if mode is None:
        # Keras does nothing outside because it rescales inside.
        assert np.array_equal(wanted, pixels)
        assert np.max(rescaling[0].scale) in (1 / 255, 1 / 128, 1 / 127.5)
    else:
        assert found == pytest.approx(wanted, abs=1e-3 if mode in ("caffe", "mean") else 1e-5)


def test_an_image_of_half_the_side_takes_a_quarter_of_the_time():
    assert estimate_speed("EfficientNetB0", 224) == pytest.approx(6.0)
    assert estimate_speed("VGG16", 112) == pytest.approx(4 * estimate_speed("VGG16", 224))


@pytest.mark.parametrize("name", [name for name in KERAS_WEIGHTS if name != "MobileNetV3Large"])
def test_smallest_sizes_are_those_of_keras(name):
    """Keras does not check the size where it is given a tensor; `MobileNetV3` has its 32 in words."""
    module = sys.modules[getattr(keras.applications, name).__module__]
    source = Path(module.__file__).read_text()
    sizes = set(re.findall(r"min_size=(\d+)", source)) or set(re.findall(r"must be at least (\d+)x", source))
    assert sizes == {str(ARCHITECTURES[name].smallest)}


def test_alexnet_takes_no_smaller_images():
    with pytest.raises(ValueError, match=r"conv5_pool|Computed output size would be|negative"):
        build_backbone("AlexNet", ARCHITECTURES["AlexNet"].smallest - 1, None)


@pytest.mark.parametrize(
    ("name", "size", "parameters"),
    [("AlexNet", 227, 60_965_224), ("AlexNet", 224, 60_965_224), ("GoogLeNet", 32, 6_998_552)],
)
def test_parameters_of_the_papers(name, size, parameters):
    """60 million of AlexNet; of GoogLeNet without auxiliary classifiers what Caffe's replica has, 6.8 in the table.

    The table leaves out biases, counts in units of 1,024, and has a smaller first convolution than the text.
    """
    model = build_classifier(name, size, 1000, "none", 0.0)
    assert model.count_params() == parameters
    if name == "AlexNet":
        assert [get_backbone(model).get_layer(f"conv{i}").output.shape[1] for i in range(1, 6)] == [55, 27, 13, 13, 13]


def test_local_response_norm_is_the_formula_of_the_paper():
    values = np.random.default_rng(0).normal(0, 100, (1, 2, 2, 7)).astype("float32")
    inputs = keras.Input((2, 2, 7))
    found = np.asarray(keras.Model(inputs, local_response_norm(inputs))(values))
    for channel in range(7):
        near = values[..., max(0, channel - 2) : channel + 3]
        wanted = values[..., channel] / (2 + 1e-4 * (near**2).sum(axis=-1)) ** 0.75
        assert found[..., channel] == pytest.approx(wanted, rel=1e-4)


@pytest.fixture(scope="module")
def sixteen(pixels) -> Images:
    random = np.random.default_rng(1)
    return Images(random.integers(0, 256, (16, 64, 64, 3)).astype(np.uint8), np.arange(16) % 2)


@pytest.mark.parametrize("name", mark_rare(["VGG16", "AlexNet", "GoogLeNet", "MobileNetV3Small"]))
def test_an_epoch_of_training_has_a_finite_loss_and_its_model_is_read_without_our_code(name, sixteen, tmp_path):
    size = max(32, ARCHITECTURES[name].smallest)
    data = sixteen._replace(pixels=sixteen.pixels[:, :size, :size])
    cell = Cell(name, "adam", 0.0001, 8, 0, 1)
    training, history, _, probabilities = run(cell, data)
    assert np.isfinite(history[["loss", "val_loss"]].to_numpy()).all()
    training.model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    assert loaded.predict(data.pixels, verbose=0) == pytest.approx(probabilities, abs=1e-5)


@pytest.mark.parametrize("trainable", ["head", 1])
def test_frozen_blocks_keep_weights_and_statistics_in_training(trainable, sixteen, tmp_path):
    """Recalibration included: it would otherwise leave zeros in a layer that takes no statistics."""
    build_classifier("SmallCNN", 64, 2, "none", 0.0).save(tmp_path / "start.keras")
    changes = {"trainable": trainable, "weights": str(tmp_path / "start.keras")}
    training = prepare(Cell("SmallCNN", "adam", 0.01, 8, 0, 2), sixteen, **changes)
    backbone = get_backbone(training.model)
    _, *blocks = list_blocks(backbone, "SmallCNN")
    frozen = [layer for block in blocks[: 4 if trainable == "head" else 3] for layer in block]
    before = [weight.numpy() for layer in frozen for weight in layer.weights]
    trained = [weight.numpy() for weight in training.model.trainable_weights]
    assert len(list(batch_norm_layers(training.model))) == (0 if trainable == "head" else 1)
    finish(training)
    after = [weight.numpy() for layer in frozen for weight in layer.weights]
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    now = training.model.trainable_weights
    assert not any(np.array_equal(one, other.numpy()) for one, other in zip(trained, now, strict=True))
