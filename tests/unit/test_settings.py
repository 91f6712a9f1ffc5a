"""The settings of a training: fields, schema, use and handbook agree, and what has forgotten one is named."""

import re
from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st
from smear.configuration.completion import complete_configuration
from smear.grid import expand_grid
from smear.training.settings import TrainingSettings, collect_settings

ROOT = Path(__file__).parents[2]
SCRIPTS, SCHEMA = ROOT / "workflow/scripts", ROOT / "workflow/schemas/config.schema.yaml"
SECTIONS = yaml.safe_load(SCHEMA.read_text())["properties"]
KEYS = [*SECTIONS["model"]["properties"], *SECTIONS["training"]["properties"], "augmentation"]
GRID = {"architecture": ["EfficientNetB0"], "optimizer": ["adam"], "learning_rate": [0.1], "epochs": [1]}


def complete(**sections: dict) -> dict:
    """A configuration that says nothing but what it must, and these sections."""
    config = {"experiment": "e", "dataset": {"source": "synthetic"}, "grid": GRID}
    return complete_configuration(config | sections, SCHEMA)


def list_uses() -> dict[str, set[str]]:
    """The settings that the training reads, and the keys of `training` and `model` that the rules read themselves."""
    training = [SCRIPTS / "train_cell.py", *(SCRIPTS / "smear/training").rglob("*.py")]
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    return {
        "training": set(re.findall(r"\bsettings\.(\w+)", "".join(path.read_text() for path in training))),
        "rules": set(re.findall(r'"(\w+)"', rules)),
    }


def test_no_place_has_forgotten_a_setting():
    uses, fields = list_uses(), set(TrainingSettings._fields)
    handbook = set(re.findall(r"^(?:\| |## )`(\w+)`", (ROOT / "config/README.md").read_text(), re.MULTILINE))
    lacks = [f"workflow/schemas/config.schema.yaml lacks {name}" for name in fields - set(KEYS)]
    lacks += [
        f"workflow/scripts/smear/training/settings.py lacks {name}, which no rule reads either"
        for name in set(KEYS) - fields - uses["rules"]
    ]
    lacks += [f"no module of workflow/scripts/smear/training reads {name}" for name in fields - uses["training"]]
    lacks += [f"config/README.md lacks {name}" for name in set(KEYS) - handbook]
    assert lacks == []
    assert len(KEYS) == len(set(KEYS)), "model and training share no names"


def test_fields_have_the_defaults_of_the_schema():
    config = complete()
    [cell] = expand_grid(config["grid"])
    assert collect_settings(config, cell) == TrainingSettings()


@given(
    st.sampled_from(["default", "strong"]),
    st.floats(0, 0.9),
    st.sampled_from(["none", "balanced"]),
    st.none() | st.builds(lambda k: {"patience": k}, st.integers(1, 9)),
)
def test_a_cell_has_what_the_configuration_says_and_the_strengths_of_its_own_set(name, dropout, weights, stopping):
    config = complete(
        grid=GRID | {"augmentation": ["default", "strong"]},
        augmentations={"strong": {"crop": 0.5}},
        model={"dropout": dropout},
        training={"class_weights": weights, "early_stopping": stopping, "share_epochs": False},
    )
    cell = next(cell for cell in expand_grid(config["grid"]) if cell.augmentation == name)
    strengths = TrainingSettings().augmentation | ({"crop": 0.5} if name == "strong" else {})
    assert collect_settings(config, cell) == TrainingSettings(
        augmentation=strengths, dropout=dropout, class_weights=weights, early_stopping=stopping
    )
