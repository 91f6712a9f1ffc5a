"""A classifier, the weights that it starts from, and what it is compiled with."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from smear.job import UserError
from smear.training.augmentation import augmentation_layers
from smear.training.feed import Feed
from smear.training.model import (
    build_classifier,
    build_optimizer,
    class_weights,
    compile_trainer,
    get_backbone,
    learning_rate,
    smoothed_loss,
)
from trainings import CELL, CPU, NOTHING

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"


def test_smoothed_labels_are_spread_over_all_classes():
    labels, probabilities = np.array([0, 2]), np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]])
    targets = 0.9 * np.eye(3)[labels] + 0.1 / 3
    expected = -(targets * np.log(probabilities)).sum(axis=1)
    assert np.allclose(smoothed_loss(0.1)(labels, keras.ops.convert_to_tensor(probabilities)), expected, atol=1e-6)


def test_a_cosine_ends_at_nothing_and_a_constant_rate_is_a_number():
    schedule = learning_rate("cosine", 0.01, 10)
    assert [round(float(schedule(step)), 6) for step in (0, 5, 10)] == [0.01, 0.005, 0.0]
    assert learning_rate("constant", 0.01, 10) == 0.01


@given(st.lists(st.integers(0, 3), min_size=1))
def test_balanced_classes_weigh_alike(labels):
    weights = class_weights("balanced", np.array(labels))
    totals = {label: labels.count(label) * weight for label, weight in weights.items()}
    assert np.allclose(list(totals.values()), next(iter(totals.values())))
    assert class_weights("none", np.array(labels)) is None


def test_a_classifier_starts_from_another_one(tmp_path):
    donor = build_classifier("SmallCNN", 32, 3, "none", 0.0)
    donor.save(tmp_path / "donor.keras")
    start = build_classifier("SmallCNN", 32, 3, str(tmp_path / "donor.keras"), 0.0)
    assert all(np.array_equal(a, b) for a, b in zip(donor.get_weights(), start.get_weights(), strict=True))
    fewer = build_classifier("SmallCNN", 32, 2, str(tmp_path / "donor.keras"), 0.0)
    backbones = [get_backbone(model).get_weights() for model in (donor, fewer)]
    assert all(np.array_equal(a, b) for a, b in zip(*backbones, strict=True))


def test_weights_of_another_network_are_refused(tmp_path):
    build_classifier("SmallCNN", 32, 3, "none", 0.0).save(tmp_path / "small.keras")
    with pytest.raises(UserError, match=r"small.keras does not hold weights of MobileNetV3Large"):
        build_classifier("MobileNetV3Large", 32, 3, str(tmp_path / "small.keras"), 0.0)


SCHEMA = yaml.safe_load((SCRIPTS.parent / "schemas/config.schema.yaml").read_text())
OPTIMIZERS = SCHEMA["$defs"]["grid"]["properties"]["optimizer"]["items"]["enum"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_trainer_has_the_asked_optimizer_and_no_augmentation_in_the_classifier(optimizer):
    model = build_classifier("SmallCNN", 32, 2, "none", 0.0)
    feed = Feed(np.zeros((4, 32, 32, 3), np.uint8), np.zeros(4, int), resident=False)
    trainer = feed.connect(*augmentation_layers(**NOTHING | {"rotation": 10}), model)
    compile_trainer(trainer, CELL._replace(optimizer=optimizer), 0.0003, 0, CPU)
    assert type(trainer.optimizer).__name__.lower() == optimizer
    assert float(trainer.optimizer.learning_rate.numpy()) == pytest.approx(0.0003)
    assert "rotation" not in " ".join(layer.name for layer in model.layers)


@given(st.sampled_from([0, 0.01, 0.5]))
def test_weight_decay_shrinks_weights_by_its_share_of_the_learning_rate(weight_decay):
    weight = keras.Variable(np.array([2.0, -4.0], "float32"))
    optimizer = build_optimizer(CELL._replace(optimizer="adamw", weight_decay=weight_decay), 0.1)
    optimizer.apply([keras.ops.zeros(2)], [weight])
    assert weight.numpy() == pytest.approx(np.array([2.0, -4.0]) * (1 - 0.1 * weight_decay), rel=1e-6)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_other_optimizers_decay_nothing(optimizer):
    assert build_optimizer(CELL._replace(optimizer=optimizer), 0.1).weight_decay is None


STAND_IN = """
import hashlib, sys
from pathlib import Path
import h5py, keras, numpy as np
from keras.src.applications import efficientnet, mobilenet_v3
from keras.src.legacy.saving import legacy_h5_format
from smear.training.architectures.backbone import build_backbone
from smear.training.architectures.registry import PUBLISHED_WEIGHTS
home, names = Path(sys.argv[1]), sys.argv[2:]
(home / "models").mkdir()
for name in names:
    start = build_backbone(name, 64, None)
    path = home / "models" / PUBLISHED_WEIGHTS[name].file_name
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, start)
    md5 = hashlib.md5(path.read_bytes()).hexdigest()
    efficientnet.WEIGHTS_HASHES["b0"] = mobilenet_v3.WEIGHTS_HASHES["large_224_1.0_float"] = (md5, md5)
    loaded = build_backbone(name, 64, "imagenet")
    assert all(np.array_equal(a, b) for a, b in zip(start.get_weights(), loaded.get_weights(), strict=True))
    print(name, sum(isinstance(layer, keras.layers.Rescaling) for layer in loaded.layers))
"""


@pytest.mark.rare
def test_published_weights_are_taken_from_the_file_of_the_rule(tmp_path):
    """A stand-in lies where `fetch_weights` puts the published file; its own MD5 takes the place of the published one.

    The layers that Keras adds for ImageNet weights alone (EfficientNet's second rescaling) must be there.
    """
    environment = os.environ | {
        "KERAS_HOME": str(tmp_path),
        "PYTHONPATH": str(SCRIPTS),
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    rescaling_layers = {"EfficientNetB0": 2, "MobileNetV3Large": 1, "MobileNet": 1}
    result = subprocess.run(
        [sys.executable, "-c", STAND_IN, tmp_path, *rescaling_layers], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == [str(word) for pair in rescaling_layers.items() for word in pair]
