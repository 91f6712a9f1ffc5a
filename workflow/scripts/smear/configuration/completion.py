"""The configuration with its defaults, or one clear sentence for each of its faults."""

import copy
from pathlib import Path

import yaml

from smear.configuration.classes import sort_labels
from smear.configuration.contradictions import find_contradictions
from smear.configuration.renamed import rename_old_names
from smear.configuration.schema_errors import as_list, find_faults
from smear.images.source import SOURCES, derive_name
from smear.job import UserError
from smear.training.architectures.registry import ARCHITECTURES

# YAML 1.1 takes these for true and false as well; on a command line they are more likely names.
YAML_WORDS = {"y", "n", "yes", "no", "on", "off"}


def read_schema(path: str | Path) -> dict:
    """The schema with the values that it leaves to the tables in the code: sources of images and architectures."""
    schema = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    schema["properties"]["dataset"]["properties"]["source"]["enum"] = list(SOURCES)
    schema["$defs"]["grid"]["properties"]["architecture"]["items"]["enum"] = list(ARCHITECTURES)
    return schema


def complete_configuration(config: dict, schema_path: str | Path) -> dict:
    """Return `config` with defaults filled in; a UserError lists everything that is wrong with it."""
    schema = read_schema(schema_path)
    config = copy.deepcopy(config)
    rename_old_names(config)
    faults = find_faults(config, schema)
    if not faults:
        fill_defaults(config, schema, schema)
        for grid in as_list(config["grid"]):
            grid.setdefault("color", [config["image"]["color"]])
        config["dataset"]["name"] = config["dataset"]["name"] or derive_name(config["dataset"])
        faults = find_contradictions(config)
    if faults:
        raise UserError("Invalid configuration:\n" + "\n".join(f"  - {fault}" for fault in faults))
    config["dataset"]["labels"] = sort_labels(config["dataset"]["labels"])
    return config


def read_numbers(value: object) -> object:
    """Numbers, null, true and false for texts that are such in YAML.

    Snakemake reads what lies inside a `--config` value, as in `split='{seed: 1}'`, as text throughout.
    """
    if isinstance(value, dict):
        return {key: read_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [read_numbers(item) for item in value]
    if not isinstance(value, str) or value.lower() in YAML_WORDS:
        return value
    try:
        scalar = yaml.safe_load(value)
    except yaml.YAMLError:
        return value
    return scalar if isinstance(scalar, int | float | None) else value


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
