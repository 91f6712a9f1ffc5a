"""Values of `--config`: numbers inside a value are numbers, names stay as they were typed."""

from pathlib import Path

import pytest
from smear.configuration.command_line import find_names, read_values
from smear.configuration.completion import read_schema

SCHEMA = Path(__file__).parents[2] / "workflow/schemas/config.schema.yaml"


def test_texts_of_the_command_line_become_numbers():
    texts = {"a": ["1", "0.5", "1e-4", "null", "true", "on", "no", "x: y", "2024-01-01"]}
    assert read_values(texts, {}, {}) == {"a": [1, 0.5, "1e-4", None, True, "on", "no", "x: y", "2024-01-01"]}


def test_names_on_the_command_line_stay_texts():
    schema = read_schema(SCHEMA)
    given = {
        "experiment": "001",
        "dataset": {
            "classes": ["0", "1"],
            "variant": "null",
            "expected": {"0": "12", "no": "3"},
            "labels": {"1": ["0"]},
        },
        "split": {"folds": "5", "seed": "3", "fractions": {"train": "0.5"}},
        "model": {"trainable": "16", "weights": "none"},
        "grid": [{"seed": ["0", "1"], "architecture": ["SmallCNN"]}],
    }
    assert read_values(given, schema, schema) == {
        "experiment": "001",
        "dataset": {"classes": ["0", "1"], "variant": None, "expected": {"0": 12, "no": 3}, "labels": {"1": ["0"]}},
        "split": {"folds": 5, "seed": 3, "fractions": {"train": 0.5}},
        "model": {"trainable": 16, "weights": "none"},
        "grid": [{"seed": [0, 1], "architecture": ["SmallCNN"]}],
    }


@pytest.mark.parametrize("typed", ["001", "'001'", '"001"'])
def test_a_number_for_a_name_on_the_command_line_is_the_name_as_it_was_typed(typed):
    schema = read_schema(SCHEMA)
    assert find_names({"experiment": 1}, ["--cores", "1", "--config", f"experiment={typed}"], schema) == {
        "experiment": "001"
    }
    assert find_names({"experiment": "e", "split": {}}, ["experiment=e", "split={}"], schema) == {}
