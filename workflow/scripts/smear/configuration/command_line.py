"""What `--config` says, with the types that the schema wants.

Snakemake reads what lies inside a value, as in `split='{seed: 1}'`, as text throughout, and what stands alone, as in
`experiment=001`, as a number if it can.
"""

import re
from collections.abc import Iterable

import yaml

# YAML 1.1 takes these for true and false as well; on a command line they are more likely names.
YAML_WORDS = {"y", "n", "yes", "no", "on", "off"}


def read_values(value: object, schema: dict, root: dict) -> object:
    """Numbers, null, true and false for texts that are such in YAML, but where the schema wants text.

    root: the whole schema, for its definitions.
    """
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        return read_values(value, schema["oneOf"][isinstance(value, list)], root)
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        other = other if isinstance(other, dict) else {}
        return {key: read_values(item, known.get(key, other), root) for key, item in value.items()}
    if isinstance(value, list):
        return [read_values(item, schema.get("items", {}), root) for item in value]
    return read_value(value, schema) if isinstance(value, str) else value


def read_value(text: str, schema: dict) -> object:
    """One text: kept where the schema wants a text and the text fits, or where it is no number, null, true or false."""
    if text.lower() in YAML_WORDS:
        return text
    try:
        scalar = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    if not isinstance(scalar, int | float | None):
        return text
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    if "string" in types and not (scalar is None and "null" in types):
        numeric = {"integer", "number"} & set(types) and not re.search(schema.get("pattern", ""), text)
        return scalar if numeric else text
    return scalar


def find_names(values: dict, arguments: Iterable[str], schema: dict) -> dict[str, str]:
    """What was typed for a key that is a name and was read as something else: `experiment=001`, with quotes or without.

    Snakemake strips quotes before it reads a value, so that no quoting keeps a number from becoming one. arguments: of
    the call. values: what Snakemake made of them.
    """
    found = (re.match(r"([A-Za-z_][\w-]*)=(.*)", argument, re.DOTALL) for argument in arguments)
    typed = {match[1]: match[2].strip("'\"") for match in found if match}
    return {
        key: typed[key]
        for key, value in values.items()
        if key in typed
        and not isinstance(value, str | dict | list | None)
        and schema["properties"].get(key, {}).get("type") == "string"
    }
