"""The configuration: faults are named with the key and what is allowed, defaults filled in, the shipped files valid."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from smear.configuration.completion import complete_configuration, read_schema
from smear.configuration.contradictions import find_contradictions
from smear.configuration.schema_errors import with_point
from smear.grid import expand_grid
from smear.images.source import derive_name
from smear.job import UserError
from smear.training.architectures.registry import ARCHITECTURES, PUBLISHED_WEIGHTS
from smear.training.settings import list_augmentations

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
GRID = {"architecture": ["SmallCNN"], "optimizer": ["adam"], "learning_rate": [0.1], "epochs": [1]}
BASE = {"experiment": "e", "dataset": {"source": "synthetic"}, "model": {"weights": "none"}, "grid": GRID}

MASKED = {"source": "synthetic"}


def message(changes: dict) -> str:
    with pytest.raises(UserError) as caught:
        complete_configuration(BASE | changes, SCHEMA)
    return str(caught.value)


FAULTS = {
    "unknown key": ({"optimizers": {}}, ["unknown key optimizers", "allowed: experiment, dataset"]),
    "no truth value": ({"reproduction": "yess"}, ["reproduction must be true or false, not 'yess'"]),
    "no truth value inside": ({"training": {"shuffle_labels": 1}}, ["training.shuffle_labels must be true or false"]),
    "unknown key inside": ({"split": {"units": "image"}}, ["unknown key units in split (did you mean unit?)"]),
    "rate as text": (
        {"grid": GRID | {"learning_rate": ["1e-4"]}},
        ["grid.learning_rate[0]", "'1e-4'", "0.0001", "1.0e-04"],
    ),
    "negative rate": ({"grid": GRID | {"learning_rate": [-1]}}, ["grid.learning_rate[0] is -1; it must be above 0"]),
    "rate twice": ({"grid": GRID | {"learning_rate": [0.1, 0.1]}}, ["grid.learning_rate names a value twice"]),
    "fractions": (
        {"split": {"fractions": {"train": 0.8, "validation": 0.1, "test": 0.2}}},
        ["split.fractions add up to 1.1 and not to 1"],
    ),
    "fraction missing": ({"split": {"fractions": {"train": 0.8}}}, ["split.fractions lacks validation"]),
    "optimizer": (
        {"grid": GRID | {"optimizer": ["adamm"]}},
        ["'adamm' (did you mean adam?); allowed: adam, adamw, rmsprop"],
    ),
    "architecture": ({"grid": GRID | {"architecture": ["efficientnetb0"]}}, ["did you mean EfficientNetB0?"]),
    "in the second grid": ({"grid": [GRID, GRID | {"epochs": [0]}]}, ["grid[1].epochs[0] is 0; it must be at least 1"]),
    "empty axis": ({"grid": GRID | {"optimizer": []}}, ["grid.optimizer is empty"]),
    "empty grid": ({"grid": []}, ["grid is empty"]),
    "grid missing axis": ({"grid": {"epochs": [1]}}, ["grid lacks architecture", "grid lacks optimizer"]),
    "text for a list": ({"grid": GRID | {"epochs": 3}}, ["grid.epochs must be a list, not 3"]),
    "number as class": (
        {"dataset": {"source": "synthetic", "classes": [1, 2]}},
        ["dataset.classes[0] must be a text, not 1; put it in quotes"],
    ),
    "folder without path": ({"dataset": {"source": "folder"}}, ["dataset.source is folder, which needs dataset.path"]),
    "mask of three": (
        {"dataset": MASKED | {"mask": [[0, 0, 1]]}},
        ["dataset.mask[0] has 3 values; it needs at least 4"],
    ),
    "mask of five": ({"dataset": MASKED | {"mask": [[0] * 5]}}, ["dataset.mask[0] has 5 values; it takes at most 4"]),
    "mask in pixels": ({"dataset": MASKED | {"mask": [[192, 192, 224, 224]]}}, ["dataset.mask[0][0] is 192"]),
    "nothing left to compare": ({"fields": {"ignore": [[0, 0, 1, 0.6]]}}, ["fields.ignore covers more than half"]),
    "cosine with shared epochs": ({"training": {"schedule": "cosine"}}, ["set training.share_epochs: false"]),
    "early stopping with shared epochs": (
        {"training": {"early_stopping": {"patience": 3}}},
        ["training.early_stopping ends a training before its last epoch", "set training.share_epochs: false"],
    ),
    "patience of nothing": (
        {"training": {"early_stopping": {"patience": 0}}},
        ["training.early_stopping.patience is 0; it must be at least 1"],
    ),
    "early stopping without patience": ({"training": {"early_stopping": {}}}, ["early_stopping lacks patience"]),
    "early stopping as a number": (
        {"training": {"early_stopping": 3}},
        ["training.early_stopping must be a mapping of keys to values or null, not 3"],
    ),
    "one fold": ({"split": {"folds": 1}}, ["split.folds is 1; allowed: 0, 2, 3"]),
    "mask inside out": ({"dataset": MASKED | {"mask": [[0.9, 0, 0.8, 1]]}}, ["dataset.mask[0] is", "left < right"]),
    "mask of everything": ({"dataset": MASKED | {"mask": [[0, 0, 1, 1]]}}, ["more than half of the frame"]),
    "color": ({"image": {"color": "grey"}}, ["image.color is 'grey' (did you mean gray?)"]),
    "bad experiment": ({"experiment": "../up"}, ["experiment is '../up'"]),
    "a folder of all experiments": ({"experiment": "datasets"}, ["results/datasets serves all", "such as datasets_1"]),
    "missing weights": ({"model": {"weights": "no/such.keras"}}, ["no/such.keras, which does not exist"]),
    "small images": (
        {"grid": GRID | {"architecture": ["SmallCNN", "InceptionV3", "AlexNet"]}, "image": {"size": 48}},
        ["InceptionV3 takes images of 75 px and more", "AlexNet takes images of 64 px and more"],
    ),
    "frozen random weights": (
        {"model": {"weights": "none", "trainable": "head"}},
        ["model.trainable is head, which would leave the rest of the network at the random start"],
    ),
    "more blocks than there are": (
        {"model": {"trainable": 6}, "grid": GRID | {"architecture": ["VGG16"]}},
        ["model.trainable is 6, but grid.architecture VGG16 has 5 blocks"],
    ),
    "no blocks": ({"model": {"trainable": 0}}, ["model.trainable is 0; it must be at least 1"]),
    "trainable in other words": ({"model": {"trainable": "last"}}, ["model.trainable is 'last'; it should be:"]),
    "last layer on random weights": (
        {"model": {"weights": "none", "head_epochs": 2}},
        ["model.head_epochs is 2, which would train the last layer on the random start"],
    ),
    "last layer twice": (
        {"model": {"trainable": "head", "head_epochs": 2}},
        ["model.head_epochs is 2, but model.trainable is head"],
    ),
    "rate of no epochs": (
        {"model": {"weights": "none", "head_learning_rate": 0.1}},
        ["model.head_learning_rate is 0.1, but model.head_epochs is 0"],
    ),
    "rate of nothing": (
        {"model": {"head_learning_rate": 0}},
        ["model.head_learning_rate is 0; it must be above 0"],
    ),
    "weight decay of another optimizer": (
        {"grid": GRID | {"optimizer": ["adam", "adamw", "rmsprop"], "weight_decay": [0, 0.01, 1e-5]}},
        [
            "grid.weight_decay 0.01, 0.00001 is for the optimizer adamw alone, and the grid combines it with adam, "
            "rmsprop; set grid.weight_decay: [0] there, and give adamw an entry of its own in a list of grids."
        ],
    ),
    "augmentations that nobody defined": (
        {"augmentations": {"strong": {}}, "grid": GRID | {"augmentation": ["stong", "default", "strong", "weak"]}},
        [
            "grid.augmentation names stong, which is not among the sets that there are (default, strong); define it",
            "grid.augmentation names weak,",
        ],
    ),
    "augmentations of another kind": (
        {"augmentations": {"strong": {"blur": 1}}},
        ["unknown key blur in augmentations.strong; allowed: crop, rotation, flip, shift, brightness, contrast, stain"],
    ),
    "colors beyond their limits": (
        {"augmentation": {"stain": 1, "brightness": 1.1, "contrast": -0.1}},
        [
            "augmentation.stain is 1; it must be below 1",
            "augmentation.brightness is 1.1; it must be at most 1",
            "augmentation.contrast is -0.1; it must be at least 0",
        ],
    ),
    "stains of gray images": (
        {"image": {"color": "gray"}, "augmentation": {"stain": 0.2}},
        [
            "augmentation.stain is 0.2, which would tint the gray images that the grid trains with this set; set "
            "augmentation.stain: 0, or give gray images a grid of their own with another set in a list of grids."
        ],
    ),
    "stains of gray images in a set": (
        {"augmentations": {"tinted": {"stain": 0.1}}, "grid": GRID | {"color": ["gray"], "augmentation": ["tinted"]}},
        [
            "augmentations.tinted.stain is 0.1, which would tint the gray images",
            "set augmentations.tinted.stain: 0, or",
        ],
    ),
    "augmentations with the name of the key": (
        {"augmentations": {"default": {}}},
        ["augmentations has the key 'default'; it should be: letters, digits (a number in quotes), points and"],
    ),
    "augmentations with a number for a name": (
        {"augmentations": {2: {}}, "grid": GRID | {"augmentation": ["2"]}},
        ["augmentations has the key 2; it should be: letters, digits (a number in quotes)"],
    ),
    "augmentations that no folder can be named after": (
        {"augmentations": {"../up": {}}},
        ["augmentations has the key '../up'; it should be:"],
    ),
    "weight decay of everything": (
        {"grid": GRID | {"optimizer": ["adamw"], "weight_decay": [1]}},
        ["grid.weight_decay[0] is 1; it must be below 1"],
    ),
    "no published weights": ({"model": {"weights": "imagenet"}}, ["SmallCNN has no ImageNet weights"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault(fault):
    changes, words = FAULTS[fault]
    text = message(changes)
    for word in words:
        assert word in text


def test_all_faults_are_listed_at_once():
    assert message({"optimizers": 1, "image": {"size": "big"}}).count("\n  - ") == 2


def test_the_grid_has_the_color_of_the_images_unless_it_names_others():
    grids = [GRID, GRID | {"color": ["rgb", "gray"]}]
    config = complete_configuration(BASE | {"grid": grids, "image": {"color": "stain_normalised"}}, SCHEMA)
    assert [cell.color for cell in expand_grid(config["grid"])] == ["stain_normalised", "rgb", "gray"]


def test_weight_decay_goes_with_adamw_and_its_absence_with_all():
    grids = [GRID, GRID | {"optimizer": ["adamw"], "weight_decay": [0, 0.01]}]
    config = complete_configuration(BASE | {"grid": grids}, SCHEMA)
    assert [(cell.optimizer, cell.weight_decay) for cell in expand_grid(config["grid"])] == [
        ("adam", 0), ("adamw", 0), ("adamw", 0.01),
    ]  # fmt: skip


def test_a_set_of_augmentations_has_the_defaults_of_the_schema_and_not_of_the_set_default():
    changes = {"augmentation": {"crop": 0, "shift": 0}, "augmentations": {"turned": {"rotation": 180}}}
    config = complete_configuration(BASE | changes | {"grid": GRID | {"augmentation": ["turned"]}}, SCHEMA)
    colors = dict.fromkeys(["brightness", "contrast", "stain"], 0)
    assert list_augmentations(config) == {
        "default": {"crop": 0, "rotation": 20, "flip": "both", "shift": 0, **colors},
        "turned": {"crop": 0.1, "rotation": 180, "flip": "both", "shift": 0.1, **colors},
    }


def test_gray_images_have_a_grid_of_their_own_beside_one_with_stains():
    grids = [GRID | {"augmentation": ["default", "tinted"]}, GRID | {"color": ["gray"]}]
    complete_configuration(BASE | {"augmentations": {"tinted": {"stain": 0.1}}, "grid": grids}, SCHEMA)
    grids[1] |= {"augmentation": ["default", "tinted"]}
    assert "augmentations.tinted.stain" in message({"augmentations": {"tinted": {"stain": 0.1}}, "grid": grids})


def test_defaults_are_filled_in_and_the_input_is_left_alone():
    given_configuration = BASE | {"split": {"unit": "image"}}
    completed = complete_configuration(given_configuration, SCHEMA)
    assert completed["split"]["fractions"] == {"train": 0.8, "validation": 0.1, "test": 0.1}
    assert completed["split"]["unit"] == "image"
    assert completed["grid"]["batch_size"] == [32]
    assert given_configuration["split"] == {"unit": "image"}


SHIPPED = {"config": 24, "demo": 6, "laptop": 4, "paper": 7, "architectures": 18}


@pytest.mark.parametrize(("name", "cells"), SHIPPED.items())
def test_shipped_configurations_are_valid(name, cells):
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    if name != "config":
        for key, value in yaml.safe_load((ROOT / f"config/{name}.yaml").read_text()).items():
            config[key] = config[key] | value if isinstance(value, dict) else value
    assert len(expand_grid(complete_configuration(config, SCHEMA)["grid"])) == cells


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_the_advised_spelling_is_a_number_in_yaml(number):
    assert yaml.safe_load(with_point(repr(number))) == pytest.approx(number, rel=1e-5)


def test_what_is_trained_may_be_a_word_or_a_number():
    grid = GRID | {"architecture": ["ResNet50"]}
    for trainable in ("all", "head", 16):
        model = {"weights": "imagenet", "trainable": trainable}
        config = complete_configuration(BASE | {"grid": grid, "model": model}, SCHEMA)
        assert config["model"]["trainable"] == trainable


def test_listing_the_architectures_does_not_wait_for_keras():
    """The Snakefile reads them in every call."""
    code = "import smear.configuration.completion, smear.estimate, sys; sys.exit('keras' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow/scripts")}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0


def test_shares_that_add_up_in_decimals_are_accepted():
    config = complete_configuration(
        BASE | {"split": {"fractions": {"train": 0.7, "validation": 0.1, "test": 0.2}}}, SCHEMA
    )
    assert find_contradictions(config) == []


def test_completing_a_configuration_leaves_the_schema_as_it_is():
    before = yaml.safe_dump(read_schema(SCHEMA))
    completed = complete_configuration(BASE, SCHEMA)
    completed["split"]["fractions"]["train"] = 9
    assert yaml.safe_dump(read_schema(SCHEMA)) == before


@given(st.text(min_size=1))
def test_a_derived_name_is_a_valid_folder_name(text):
    name = derive_name({"source": "folder", "path": text})
    assert name
    assert "/" not in name
    assert not name.startswith(".")


def test_the_handbook_lists_every_architecture_as_it_is():
    text = (ROOT / "config/README.md").read_text()
    rows = [
        [cell.strip(" `") for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| `")
    ]
    table = {row[0]: row[2:] for row in rows if len(row) == 5}
    assert table == {
        name: [str(max(32, one.smallest)), str(one.blocks), "yes" if name in PUBLISHED_WEIGHTS else "no"]
        for name, one in ARCHITECTURES.items()
    }
