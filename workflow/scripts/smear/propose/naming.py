"""The name of an experiment and of its file: one for each source of images, found again by a later call."""

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import yaml

from smear.configuration.completion import read_schema
from smear.configuration.paths import expand
from smear.files import read_json
from smear.images.identity import FILE
from smear.job import UserError, show_name, show_path

CONFIG, RESULTS = Path("config"), Path("results")


def choose_name(images: str, name: str | None, schema: Path) -> str:
    """The name for these images: the given one, else the first of their own that no others have.

    Errors: a UserError for a name that is none, or is that of other images.
    """
    if name is None:
        return next(each for each in list_names(images) if is_free(each, images))
    pattern = read_schema(schema)["properties"]["experiment"]["pattern"]
    if not re.search(pattern, name):
        raise UserError(
            f"NAME is {show_name(name)}; it may have the letters A to Z and a to z, digits, and . _ - behind the first."
        )
    if not is_for(name, images):
        raise UserError(
            f"{name_file(name)} is for other images than {show_path(images)}: choose another NAME, or leave it out."
        )
    return name


def name_file(name: str) -> Path:
    """The configuration file of an experiment."""
    return CONFIG / f"{name}.yaml"


def list_names(images: str) -> Iterator[str]:
    """Names for images at this path: the folder's or the archive's own, with that of the folder above, with numbers."""
    path = Path(os.path.abspath(expand(images)))  # noqa: PTH100 links stay
    own = to_ascii(path.stem if path.suffix.lower() == ".zip" else path.name) or "images"
    yield own
    if above := to_ascii(path.parent.name):
        yield f"{above}-{own}"
    number = 2
    while True:
        yield f"{own}-{number}"
        number += 1


def to_ascii(text: str) -> str:
    """A text as a part of a name of an experiment, without accents and other letters; it may be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._]+", "-", plain).strip("-._")[:100]


def is_free(name: str, images: str) -> bool:
    """Whether a name is that of these images, or nobody's."""
    if name_file(name).exists():
        return is_for(name, images)
    try:
        origin = read_json(RESULTS / "datasets" / name / FILE)["origin"]
    except (OSError, ValueError, KeyError):
        return not (RESULTS / name).exists()
    return is_same(origin, images)


def is_for(name: str, images: str) -> bool:
    """Whether the file of that name is for these images, or says nothing of others: one that is no YAML is to be named
    by the workflow."""
    try:
        content = yaml.safe_load(name_file(name).read_text(encoding="utf-8"))
        return is_same(content["dataset"]["path"], images)
    except FileNotFoundError:
        return True
    except (KeyError, TypeError):
        return False
    except (OSError, ValueError, yaml.YAMLError):
        return True


def is_same(path: object, images: str) -> bool:
    """Whether two paths lead to one place."""
    return isinstance(path, str) and os.path.realpath(expand(path)) == os.path.realpath(expand(images))
