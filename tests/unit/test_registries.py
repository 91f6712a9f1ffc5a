"""What is listed once, such as architectures and sources of images: no place has forgotten one."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from smear.configuration.completion import complete_configuration, read_schema
from smear.configuration.contradictions import SHARED_FOLDERS
from smear.figures.repeat_captures import NAMES, USED
from smear.formats import COLORS, VALUES
from smear.images.color import convert_color
from smear.images.decoding import ImageFile
from smear.images.source import SOURCES
from smear.job import UserError
from smear.split.outer_checks import MOST
from smear.split.units import COLOR_NUMBERS, GUARANTEES, UNITS
from smear.training.architectures.registry import ARCHITECTURES, KERAS_WEIGHTS, PLANNING, Architecture

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
HANDBOOK = (ROOT / "config/README.md").read_text()
FOLDER = ROOT / "workflow/scripts/smear/training/architectures"
SHARED = {"__init__", "array_file", "backbone", "preprocessing", "registry", "response_norm"}
SHARED |= {"lite0_blocks", "lite0_weights"}


def test_no_place_has_forgotten_an_architecture():
    modules = {path.stem for path in FOLDER.glob("*.py")} - SHARED
    named = {one.module for one in ARCHITECTURES.values() if one.module}
    table = HANDBOOK.partition("\n### Architectures\n")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    lacks = [f"{FOLDER.name}/registry.py names no architecture with the module {name}" for name in modules - named]
    lacks += [f"{FOLDER.name}/{name}.py, which registry.py names, does not exist" for name in named - modules]
    lacks += [f"config/README.md lacks {name}" for name in set(ARCHITECTURES) - listed]
    lacks += [f"{FOLDER.name}/registry.py lacks {name}" for name in listed - set(ARCHITECTURES)]
    assert lacks == []


def test_every_architecture_is_built_in_one_way_and_has_figures_for_the_estimate():
    for name, one in ARCHITECTURES.items():
        assert (one.module is None) == (name in KERAS_WEIGHTS), f"{name}: Keras' own have published weights"
        assert one.work.billions > 0, name
        assert one.work.side > 0, name
        assert f"| `{name}` | {one.parameters / 1e6:.1f} |" in HANDBOOK, f"parameters of {name} in config/README.md"
    assert set(PLANNING) < set(Architecture._fields)


def test_no_place_has_forgotten_a_source():
    row = re.search(r"^\| `source` \|.*$", HANDBOOK, re.MULTILINE)[0]
    rules = (ROOT / "workflow/rules/data.smk").read_text()
    known = set(read_schema(SCHEMA)["properties"]["dataset"]["properties"])
    described = yaml.safe_load(SCHEMA.read_text())["properties"]["dataset"]["properties"]["source"]["description"]
    lacks = [f"config/README.md lacks the source {name}" for name in SOURCES if f"`{name}`" not in row]
    lacks += [
        f"workflow/rules/data.smk has no rule for the source {name}" for name in SOURCES if f'"{name}"' not in rules
    ]
    lacks += [f"config.schema.yaml does not describe the source {name}" for name in SOURCES if name not in described]
    lacks += [
        f"config.schema.yaml lacks dataset.{one.needs}" for one in SOURCES.values() if {one.needs} - known - {None}
    ]
    assert lacks == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dataset": {"source": "kagle"}}, "dataset.source is 'kagle' (did you mean kaggle?); allowed: kaggle, "),
        ({"architecture": ["AlexNte"]}, "grid.architecture[0] is 'AlexNte' (did you mean AlexNet?); allowed: Effic"),
        ({"architecture": [7]}, "grid.architecture[0] is 7; allowed: EfficientNetB0, "),
    ],
)
def test_another_value_is_refused_with_those_of_the_table(change, message):
    grid = {"architecture": ["SmallCNN"], "optimizer": ["adam"], "learning_rate": [0.1], "epochs": [1]}
    config = {"experiment": "e", "dataset": {"source": "synthetic"}, "grid": grid, "model": {"weights": "none"}}
    config |= {"dataset": change["dataset"]} if "dataset" in change else {"grid": grid | change}
    with pytest.raises(UserError) as refusal:
        complete_configuration(config, SCHEMA)
    assert message in str(refusal.value)


def test_no_place_has_forgotten_a_backend():
    known = set(read_schema(SCHEMA)["properties"]["training"]["properties"]["backend"]["enum"])
    rules = (ROOT / "workflow/rules/common.smk").read_text().partition("TRAINING_ENVIRONMENTS = {")[2].partition("}")[0]
    training = ROOT / "workflow/scripts/smear/training"
    cases, maker = ((training / name).read_text() for name in ("device.py", "maker.py"))
    packages = re.search(r"^PACKAGES = (.*)", maker, re.MULTILINE)[1]
    places = {
        "TRAINING_ENVIRONMENTS of workflow/rules/common.smk": set(re.findall(r'"(\w+)":', rules)),
        "smear/training/backends": {path.stem.removeprefix("on_") for path in training.glob("backends/on_*.py")},
        "get_backend of smear/training/device.py": set(re.findall(r'case "(\w+)"', cases)),
        "PACKAGES of smear/training/maker.py": set(re.findall(r'"(\w+)":', packages)),
    }
    assert find_forgotten(known, places) == []


def test_no_place_has_forgotten_a_color_or_an_optimizer():
    grid, image = (read_schema(SCHEMA)[key] for key in ("$defs", "properties"))
    axes = {axis: set(grid["grid"]["properties"][axis]["items"]["enum"]) for axis in ("color", "optimizer")}
    places = {"image.color of config.schema.yaml": set(image["image"]["properties"]["color"]["enum"])}
    places |= {"COLORS of smear/formats.py": set(COLORS)}
    assert find_forgotten(axes["color"], places) == []
    model = (ROOT / "workflow/scripts/smear/training/model.py").read_text()
    places = {"build_optimizer of smear/training/model.py": set(re.findall(r'case "(\w+)"', model))}
    places |= {"VALUES of smear/formats.py": set(VALUES["optimizer"])}
    assert find_forgotten(axes["optimizer"], places) == []
    pixels = np.full((4, 4, 3), 200, np.uint8)
    assert all(convert_color(pixels, color).shape == pixels.shape for color in axes["color"])


def test_no_place_has_forgotten_a_unit_of_the_split():
    known = set(read_schema(SCHEMA)["properties"]["split"]["properties"]["unit"]["enum"])
    assert find_forgotten(known, {"UNITS of smear/split/units.py": set(UNITS)}) == []
    assert known <= set(GUARANTEES), "GUARANTEES of smear/split/units.py"
    assert set(GUARANTEES) <= {*NAMES, *USED}, "NAMES and USED of smear/figures/repeat_captures.py"
    assert set(COLOR_NUMBERS) <= set(ImageFile._fields), "the color numbers of smear/images/decoding.py"


def find_forgotten(known: set[str], places: dict[str, set[str]]) -> list[str]:
    """What places lack, or have beyond the others, in words."""
    known = known.union(*places.values())
    return [f"{place} lacks {name}" for place, names in places.items() for name in sorted(known - names)]


def test_the_number_of_outer_folds_that_is_advised_is_one_of_the_schema():
    keys = yaml.safe_load(SCHEMA.read_text())["properties"]["split"]["properties"]
    assert keys["outer_folds"]["enum"] == [0, *range(2, MOST + 1)]


def test_no_experiment_has_the_folder_of_all():
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    assert set(re.findall(r"results/([a-z_]+)", rules)) == set(SHARED_FOLDERS)
