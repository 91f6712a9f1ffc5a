"""What in a configuration departs from its schema, with one clear sentence for each fault."""

import datetime
import math
import re
from difflib import get_close_matches

import yaml
from jsonschema import Draft202012Validator

from smear.grid import format_rate
from smear.job import Fault, show_name


def find_faults(config: dict, schema: dict) -> list[str]:
    """Everything in which `config` departs from the schema, one sentence each."""
    faults = find_key_faults(config.get("dataset"), "expected")
    for error in Draft202012Validator(schema).iter_errors(config):
        for leaf in leaf_errors(error):
            faults += describe(leaf, config)
    return list(dict.fromkeys(faults))


def find_key_faults(section: object, key: str) -> list[str]:
    """Names of classes that YAML has read as something else than text or a number."""
    names = section.get(key) if isinstance(section, dict) else None
    return [
        f"dataset.{key} has the key {show(name)}, which YAML reads as {describe_type(name)}; put the class's name in "
        f"quotes: {quote_hint(name)}."
        for name in (names if isinstance(names, dict) else ())
        if not isinstance(name, str) and type(name) is not int
    ]


def describe_type(value: object) -> str:
    """What YAML has made of a value, in words."""
    kinds = ((bool, "a truth value"), (int | float, "a number"), (datetime.date, "a date"))
    return next((words for kind, words in kinds if isinstance(value, kind)), "null")


def quote_hint(value: object) -> str:
    """How a name is written that YAML would read as something else."""
    if isinstance(value, bool):
        return '"yes", "on" or "true"' if value else '"no", "off" or "false"'
    return f'"{show(value)}"'


def leaf_errors(error) -> list:
    """The errors inside the alternative that was meant: a grid given as a list, or as one object."""
    if error.validator != "oneOf":
        return [error]
    wanted = 1 if isinstance(error.instance, list) else 0
    inner = [child for child in error.context if child.schema_path[0] == wanted]
    return [leaf for child in inner for leaf in leaf_errors(child)]


def describe(error, config: dict) -> list[str]:
    """One sentence for each fault that a jsonschema error stands for: the key, what is wrong, what is allowed."""
    key = name_key(error.absolute_path) or "the configuration"
    value, limit = error.instance, error.validator_value
    match error.validator:
        case _ if "propertyNames" in error.schema_path:
            return [f"{key} has the key {show(value)}; it should be: {error.schema['description']}."]
        case "additionalProperties":
            return [unknown_key(error, name) for name in value if name not in error.schema["properties"]]
        case "required":
            return [f"{key} lacks {name}." for name in limit if name not in value]
        case "type" if "number" in as_list(limit) and is_number_text(value):
            return [
                f"{key} is the text '{value}' and not a number: YAML reads a number with an exponent only if it has a "
                f"point and a sign; write {format_rate(float(value))}, or {with_point(value)}."
            ]
        case "type":
            wanted = " or ".join(TYPE_NAMES[name] for name in as_list(limit))
            if (
                "string" in as_list(limit)
                and "object" not in as_list(limit)
                and isinstance(value, int | float | datetime.date | None)
            ):
                return [ask_for_quotes(error, config, wanted)]
            hint = explain_text(value) if "object" in as_list(limit) and isinstance(value, str) else ""
            return [f"{key} must be {wanted}, not {show_name(show(value), 80)}{hint}."]
        case "enum":
            allowed = ", ".join(map(str, limit))
            likely = find_likely(value, limit)
            remedies = [set_at(config, list(error.absolute_path), likely)] if likely else []
            return [Fault(f"{key} is {show(value)}{suggest(value, limit)}; allowed: {allowed}.", *remedies)]
        case "minItems":
            count = f"has {len(value)} values" if value else "is empty"
            return [f"{key} {count}; it needs at least {limit} value{'s' if limit > 1 else ''}."]
        case "maxItems":
            return [f"{key} has {len(value)} values; it takes at most {limit}."]
        case "uniqueItems":
            return [f"{key} names a value twice: {show(value)}."]
        case "pattern":
            return [f"{key} is {show(value)}; it should be: {error.schema.get('description', limit)}"]
        case _:
            words = {
                "minimum": "at least",
                "maximum": "at most",
                "exclusiveMinimum": "above",
                "exclusiveMaximum": "below",
            }
            return [f"{key} is {show(value)}; it must be {words[error.validator]} {limit}."]


def ask_for_quotes(error, config: dict, wanted: str) -> Fault:
    """The sentence for a name that YAML has read as a number, a truth value or a date."""
    key, value = name_key(error.absolute_path), error.instance
    return Fault(
        f"{key} must be {wanted}, not {show(value)}; put it in quotes if it is a name, such as {quote_hint(value)}: "
        f"YAML reads it as {describe_type(value)}.",
        set_at(config, list(error.absolute_path), show(value)),
    )


def explain_text(value: str) -> str:
    """Why a text of the command line is no mapping."""
    if not value.lstrip().startswith("{"):
        return ""
    if re.search(r"\s#", value):
        return ": a # behind a blank begins a comment in YAML; put the path or name that has it in quotes of its own"
    return ": YAML cannot read it; put a path or name with any of { } [ ] , : # in quotes of its own"


def set_at(config: dict, path: list, value: object) -> dict:
    """The piece of configuration that sets one value; of a list, the whole, for a list replaces a list."""
    if not path:
        return value
    first, *rest = path
    if isinstance(config, list):
        changed = set_at(config[first], rest, value)
        whole = config[first] | changed if isinstance(config[first], dict) else changed
        return [whole if number == first else item for number, item in enumerate(config)]
    return {first: set_at(config.get(first), rest, value)}


TYPE_NAMES = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping of keys to values",
    "null": "null",
}


def name_key(path) -> str:
    """A place in the configuration as one would write it: `grid.learning_rate[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def unknown_key(error, name: str) -> str:
    """The sentence for a key that the schema does not know."""
    allowed = list(error.schema["properties"])
    where = f" in {name_key(error.absolute_path)}" if error.absolute_path else ""
    return f"unknown key {show_name(name)}{where}{suggest(name, allowed)}; allowed: {', '.join(allowed)}."


def suggest(value: object, allowed: list) -> str:
    """A likely spelling of a text, if there is one."""
    likely = find_likely(value, allowed)
    return f" (did you mean {likely}?)" if likely else ""


def find_likely(value: object, allowed: list) -> object:
    """The allowed text that is most like a text, if one is."""
    if not isinstance(value, str):
        return None
    matches = get_close_matches(str(value).lower(), [str(item).lower() for item in allowed], n=1)
    return next((item for item in allowed if matches and str(item).lower() == matches[0]), None)


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def show(value: object) -> str:
    return (
        f"'{show_name(value, 80)}'"
        if isinstance(value, str)
        else yaml.safe_dump(value, default_flow_style=True).split("\n...")[0].strip()
    )


def is_number_text(value: object) -> bool:
    """Whether a text would be a number in other languages, like `1e-4`."""
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def with_point(value: str) -> str:
    """A number with the point and the sign that YAML wants before and in an exponent."""
    mantissa, _, exponent = f"{float(value):e}".partition("e")
    mantissa = mantissa.rstrip("0")
    return f"{mantissa}0e{exponent}" if mantissa.endswith(".") else f"{mantissa}e{exponent}"
