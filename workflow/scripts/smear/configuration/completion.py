"""The configuration with its defaults, or one clear sentence for each of its faults."""

import copy
from functools import cache
from pathlib import Path

import yaml

from smear.configuration.classes import sort_labels
from smear.configuration.contradictions import find_contradictions
from smear.configuration.paths import expand_paths
from smear.configuration.renamed import rename_old_names
from smear.configuration.schema_errors import as_list, find_faults
from smear.images.source import SOURCES, derive_name
from smear.job import join_faults
from smear.training.architectures.registry import ARCHITECTURES, PUBLISHED_WEIGHTS

FASTEST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""That of libyaml, where PyYAML has it, takes a tenth of the time."""


@cache  # the rules want it twice
def read_schema(path: str | Path) -> dict:
    """The schema with the values that it leaves to the tables in the code: sources of images and architectures.

    It is the same object in every call: copy what you change.
    """
    schema = yaml.load(Path(path).read_text(encoding="utf-8"), FASTEST_LOADER)
    schema["properties"]["dataset"]["properties"]["source"]["enum"] = list(SOURCES)
    schema["properties"]["embeddings"]["properties"]["backbone"]["enum"] = list(PUBLISHED_WEIGHTS)
    schema["$defs"]["grid"]["properties"]["architecture"]["items"]["enum"] = list(ARCHITECTURES)
    return schema


def complete_configuration(config: dict, schema_path: str | Path) -> dict:
    """Return `config` with defaults filled in and paths expanded; a UserError lists what is wrong with it."""
    schema = read_schema(schema_path)
    config = copy.deepcopy(config)
    rename_old_names(config)
    faults = find_faults(config, schema)
    if not faults:
        fill_defaults(config, schema, schema)
        for grid in as_list(config["grid"]):
            grid.setdefault("color", [config["image"]["color"]])
        faults = expand_paths(config)
    if not faults:
        dataset = config["dataset"]
        if dataset["expected"]:
            # YAML reads a class named 0 as a number.
            dataset["expected"] = {str(name): images for name, images in dataset["expected"].items()}
        dataset["name"] = dataset["name"] or derive_name(dataset)
        faults = find_contradictions(config)
    if faults:
        raise join_faults("Invalid configuration:", faults)
    config["dataset"]["labels"] = sort_labels(config["dataset"]["labels"])
    return config


def fill_defaults(value: object, schema: dict, root: dict) -> None:
    """Put the schema's defaults where `value`, which is valid, has no such key."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        schema = schema["oneOf"][isinstance(value, list)]
        return fill_defaults(value, schema, root)
    if isinstance(value, dict):
        for key, part in schema.get("properties", {}).items():
            if "default" in part:
                value.setdefault(key, copy.deepcopy(part["default"]))
            if key in value:
                fill_defaults(value[key], part, root)
        if isinstance(schema.get("additionalProperties"), dict):
            for item in value.values():
                fill_defaults(item, schema["additionalProperties"], root)
    elif isinstance(value, list) and "items" in schema:
        for item in value:
            fill_defaults(item, schema["items"], root)
