"""Checking the configuration against its schema, with one clear sentence for each fault."""

import copy
import math
from difflib import get_close_matches
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from smear.dataset import derive_name, find_class_faults, sort_labels
from smear.grid import format_rate
from smear.grid_faults import find_grid_faults
from smear.job import UserError


def complete_configuration(config: dict, schema_path: str | Path) -> dict:
    """Return `config` with defaults filled in; a UserError lists everything that is wrong with it."""
    schema = yaml.safe_load(Path(schema_path).read_text(encoding="utf-8"))
    config = copy.deepcopy(config)
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


# YAML 1.1 takes these for true and false as well; on a command line they are more likely names.
YAML_WORDS = {"y", "n", "yes", "no", "on", "off"}


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


def find_contradictions(config: dict) -> list[str]:
    """Faults that lie between keys, one sentence each."""
    faults = []
    dataset, fractions, weights = config["dataset"], config["split"]["fractions"], config["model"]["weights"]
    needed = {"kaggle": "handle", "archive": "path", "folder": "path"}.get(dataset["source"])
    if needed and not dataset[needed]:
        faults.append(f"dataset.source is {dataset['source']}, which needs dataset.{needed}.")
    faults += find_class_faults(dataset)
    faults += find_rectangle_faults("dataset.mask", dataset["mask"])
    faults += find_rectangle_faults("fields.ignore", config["fields"]["ignore"])
    if (config["fields"]["similarity"] or 1) < 1:
        faults.append(
            f"fields.similarity is {config['fields']['similarity']}, on the scale of earlier versions, a "
            "correlation; it is now in standard deviations, 7 for instance; set it to null to take it from the data."
        )
    if abs(sum(fractions.values()) - 1) > 1e-9:
        faults.append(
            f"split.fractions add up to {sum(fractions.values()):g} and not to 1: "
            + ", ".join(f"{split} {share}" for split, share in fractions.items())
            + "."
        )
    if config["training"]["schedule"] == "cosine" and config["training"]["share_epochs"]:
        faults.append(
            "training.schedule cosine ends with a cell's last epoch, so that no other cell can go on from it; set "
            "training.share_epochs: false."
        )
    if config["training"]["early_stopping"] and config["training"]["share_epochs"]:
        faults.append(
            "training.early_stopping ends a cell before its last epoch and keeps an earlier one, so that no other cell "
            "can go on from it; set training.share_epochs: false."
        )
    if weights not in ("imagenet", "none") and not Path(weights).is_file():
        faults.append(f"model.weights names the file {weights}, which does not exist.")
    if weights == "none" and config["model"]["trainable"] != "all":
        faults.append(
            f"model.trainable is {config['model']['trainable']}, which would leave the rest of the network at the "
            "random start that model.weights: none gives it; set model.trainable: all, or start from weights."
        )
    faults += find_head_faults(config["model"])
    return faults + find_grid_faults(config)


def find_head_faults(model: dict) -> list[str]:
    """What makes epochs of the last layer alone pointless, and a learning rate that none of them takes."""
    epochs, rate = model["head_epochs"], model["head_learning_rate"]
    faults = []
    if not epochs:
        if rate:
            faults.append(f"model.head_learning_rate is {rate}, but model.head_epochs is 0; set it, or leave both out.")
        return faults
    if model["weights"] == "none":
        faults.append(
            f"model.head_epochs is {epochs}, which would train the last layer on the random start that model.weights: "
            "none gives the rest of the network; set model.head_epochs: 0, or start from weights."
        )
    if model["trainable"] == "head":
        faults.append(
            f"model.head_epochs is {epochs}, but model.trainable is head, which trains the last layer alone in every "
            "epoch; set model.head_epochs: 0, or model.trainable: all."
        )
    return faults


def find_rectangle_faults(key: str, rectangles: list) -> list[str]:
    """Rectangles without an inside, and those that together leave too little of the image."""
    faults = [
        f"{key}[{index}] is {show(box)}; it must be [left, top, right, bottom], left < right and top < bottom."
        for index, box in enumerate(rectangles)
        if box[0] >= box[2] or box[1] >= box[3]
    ]
    if sum((right - left) * (bottom - top) for left, top, right, bottom in rectangles) > 0.5:
        faults.append(f"{key} covers more than half of the frame.")
    return faults
