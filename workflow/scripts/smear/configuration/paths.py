"""Paths of the configuration as they are used: `~` and environment variables are expanded here, and nowhere else."""

import os
import re

from smear.job import Fault, show_path

PATHS = (
    ("dataset", "path"),
    ("dataset", "labels_csv"),
    ("split", "groups_csv"),
    ("model", "weights"),
    ("embeddings", "file"),
    ("embeddings", "images"),
)
WORDS = ("imagenet", "none")  # values of `model.weights` that are no paths
VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})")


def expand_paths(config: dict) -> list[Fault]:
    """Expand every path of a complete configuration, in place; what cannot be expanded, one sentence each."""
    faults = []
    for section, key in PATHS:
        if not isinstance(config[section], dict):
            continue  # `embeddings: none`
        text = config[section][key]
        if text and text not in WORDS and not os.path.lexists(text):
            if unknown := [name for name in list_variables(text) if name not in os.environ]:
                faults.append(
                    Fault(
                        f"{section}.{key} is {show_path(text)}, but the environment variable {unknown[0]} is not "
                        f"set; set it, or write the path in full."
                    )
                )
            config[section][key] = expand(text)
    return faults


def list_variables(text: str) -> list[str]:
    """The names of the environment variables that a path has: `$HOME`, `${HOME}`."""
    return [plain or braced for plain, braced in VARIABLE.findall(text)]


def expand(text: str) -> str:
    """A path with `~`, `~user` and variables replaced by what they stand for; those that are not set stay."""
    text = VARIABLE.sub(lambda found: os.environ.get(found[1] or found[2], found[0]), text)
    return os.path.expanduser(text) if text.startswith("~") else text  # noqa: PTH111 a `./` is kept
