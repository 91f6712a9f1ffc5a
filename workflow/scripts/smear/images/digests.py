"""Comparing the images with digests that were published or recorded: lines `<sha256>  <Class>/<name>`."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from smear.files import write_text
from smear.job import UserError, list_some

SHOWN = 5


def read_digests(path: Path) -> dict[str, str]:
    """The SHA-256 of each image by its `image_id`, from a file in the format of sha256sum."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def name_resource(handle: str, variant: str | None) -> str:
    """The file of published digests of a Kaggle data set, which has its name; other variants have their own."""
    name = handle.split("/")[1]
    return f"{name}.sha256" if variant in (None, "Original") else f"{name}-{variant}.sha256"


def catalog_digests(catalog: pd.DataFrame) -> dict[str, str]:
    """The SHA-256 of each image of a catalog by its `image_id`."""
    return dict(zip(catalog["image_id"], catalog["sha256"], strict=True))


def write_digests(digests: dict[str, str], path: Path) -> None:
    """Write digests, sorted by name."""
    write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())), path)


def check_digests(
    found: dict[str, str], path: Path, classes: list[str] | None, remedy: str, remedies: Iterable[dict | str] = ()
) -> None:
    """Raise a UserError unless `found` are exactly the images that the file `path` has of the classes (None: all).

    remedy: what may be done, as a part of the sentence, and as data in `remedies`.
    """
    wanted = {
        name: digest
        for name, digest in read_digests(path).items()
        if classes is None or name.partition("/")[0] in classes
    }
    faults = {
        "differ": [name for name in found.keys() & wanted.keys() if found[name] != wanted[name]],
        "are missing": wanted.keys() - found.keys(),
        "are extra": found.keys() - wanted.keys(),
    }
    lines = [f"  {len(names)} {fault}: {list_some(sorted(names), SHOWN)}" for fault, names in faults.items() if names]
    if lines:
        raise UserError(f"The images are not those of {path}; {remedy}\n" + "\n".join(lines), remedies)
