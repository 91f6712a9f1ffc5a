"""`source.json` beside a data set: which source it was made from, so that no other one takes its place unseen."""

import json
import os
import re
import shlex
from pathlib import Path
from typing import NamedTuple

from smear.files import read_json, write_json
from smear.job import UserError, list_some, show_name, show_path

FILE = "source.json"
MADE = ("images", "catalog.csv", "archive.zip")  # what a data set has as soon as it is more than a name


class Identity(NamedTuple):
    """What a data set is made from.

    origin: the absolute path, the Kaggle handle, or what is drawn. content: a digest of a folder's or an archive's
    files, by which a source that was moved is known; None where there is none beforehand.
    level: the number of the level that is the class, None where only the work shows it. labels: the table of labels
    and its columns, if there is one; labels_content: a digest of what it says.
    """

    source: str
    origin: str
    variant: str | None = None
    layout: str | None = None
    classes: list[str] | None = None
    content: str | None = None
    level: int | None = None
    labels: str | None = None
    labels_content: str | None = None


def write_identity(identity: Identity, folder: Path) -> None:
    """Leave `source.json` in the data set's folder."""
    write_json(identity._asdict(), folder / FILE)


def check_identity(identity: Identity, folder: Path, name: str) -> None:
    """Raise a UserError where the data set's folder holds the images of another source, variant or choice of classes.

    A data set without the file is adopted, as one was made before the file existed; so is a name without data.
    """
    if not (folder / FILE).is_file() or not any((folder / made).exists() for made in MADE):
        return
    try:
        recorded = Identity(**read_json(folder / FILE))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            f"{show_path(folder / FILE)} cannot be read ({show_name(error, 60)}). If the data set of this name is "
            f"that of the configuration, remove the file.",
            [f"rm {shlex.quote(str(folder / FILE))}"],
        ) from error
    difference = describe_difference(recorded, identity)
    if difference is None:
        return
    free = propose_name(identity, folder.parent, name)
    raise UserError(
        f"The data set {name} is made from {difference}. Set dataset.name: {free} to keep both; or remove "
        f"{show_path(folder / FILE)} to have it and the results that use it made anew.",
        [{"dataset": {"name": free}}, f"rm {shlex.quote(str(folder / FILE))}"],
    )


def describe_difference(recorded: Identity, wanted: Identity) -> str | None:
    """What tells two identities apart, the recorded one and then the wanted; None where they are the same."""
    if not same_origin(recorded, wanted):
        return (
            f"{recorded.source} {show_path(recorded.origin)}, and not from {wanted.source} {show_path(wanted.origin)}"
        )
    if recorded.variant != wanted.variant:
        return describe_values("variant", recorded.variant, wanted.variant)
    if recorded.labels != wanted.labels and (not wanted.labels or recorded.labels_content != wanted.labels_content):
        return describe_values("labels_csv", recorded.labels, wanted.labels)
    key = "layout" if None in (recorded.level, wanted.level) else "level"
    if getattr(recorded, key) != getattr(wanted, key):
        return describe_values("layout", recorded.layout, wanted.layout)
    if recorded.classes != wanted.classes:
        return describe_values("classes", recorded.classes, wanted.classes)
    return None


def same_origin(recorded: Identity, wanted: Identity) -> bool:
    """Whether two sources are one: the same place, by whatever path, or the same content in another place."""
    if recorded.source != wanted.source:
        return bool(recorded.content) and recorded.content == wanted.content
    if recorded.origin == wanted.origin or (recorded.content and recorded.content == wanted.content):
        return True
    return Path(recorded.origin).is_absolute() and os.path.realpath(recorded.origin) == os.path.realpath(wanted.origin)


def describe_values(key: str, recorded: object, wanted: object) -> str:
    """Two values of a key of `dataset`, as a part of a sentence."""
    texts = [
        list_some(value) if isinstance(value, list) else show_name(value or "null") for value in (recorded, wanted)
    ]
    return f"dataset.{key} {texts[0]}, and not {texts[1]}"


def propose_name(identity: Identity, datasets: Path, name: str) -> str:
    """A name for the data set that is not taken: with the folder above the source before it, else with a number."""
    parts = [part for part in re.split(r"[/\\]", identity.origin) if part]
    above = parts[-2] if len(parts) > 1 else ""
    candidates = [f"{above}-{name}"] if above else []
    candidates += [f"{name}-{number}" for number in range(2, 10_000)]
    clean = (re.sub(r"[^A-Za-z0-9._-]+", "-", candidate).lstrip("._-") for candidate in candidates)
    return next(each for each in clean if each and not (datasets / each).exists())


def write_facts(facts: dict) -> str:
    """Facts about what is drawn as one line of text, the same for the same facts."""
    return json.dumps(facts, sort_keys=True)
