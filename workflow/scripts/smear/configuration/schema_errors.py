"""What in a configuration departs from its schema, with one clear sentence for each fault."""

import math
from difflib import get_close_matches

import yaml
from jsonschema import Draft202012Validator

from smear.grid import format_rate


def find_faults(config: dict, schema: dict) -> list[str]:
    """Everything in which `config` departs from the schema, one sentence each."""
    faults = []
    for error in Draft202012Validator(schema).iter_errors(config):
        for leaf in leaf_errors(error):
            faults += describe(leaf)
    return list(dict.fromkeys(faults))


def leaf_errors(error) -> list:
    """The errors inside the alternative that was meant: a grid given as a list, or as one object."""
    if error.validator != "oneOf":
        return [error]
    wanted = 1 if isinstance(error.instance, list) else 0
    inner = [child for child in error.context if child.schema_path[0] == wanted]
    return [leaf for child in inner for leaf in leaf_errors(child)]


def describe(error) -> list[str]:
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
            hint = "; put it in quotes if it is a name" if "string" in limit and isinstance(value, int | float) else ""
            return [f"{key} must be {wanted}, not {show(value)}{hint}."]
        case "enum":
            allowed = ", ".join(map(str, limit))
            return [f"{key} is {show(value)}{suggest(value, limit)}; allowed: {allowed}."]
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


TYPE_NAMES = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
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
    return f"unknown key {name}{where}{suggest(name, allowed)}; allowed: {', '.join(allowed)}."


def suggest(value: object, allowed: list) -> str:
    """A likely spelling of a text, if there is one."""
    if not isinstance(value, str):
        return ""
    matches = get_close_matches(str(value).lower(), [str(item).lower() for item in allowed], n=1)
    spelled = [str(item) for item in allowed if matches and str(item).lower() == matches[0]]
    return f" (did you mean {spelled[0]}?)" if spelled else ""


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def show(value: object) -> str:
    return (
        f"'{value}'"
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
