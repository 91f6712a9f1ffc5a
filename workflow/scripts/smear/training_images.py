"""The images that a model has seen in training, as SHA-256 of their files, inside its `.keras` file.

A `.keras` file is a zip archive; Keras does not look at members that it does not know.
"""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from smear.files import BROKEN_ZIP
from smear.job import UserError

MEMBER = "training_images.json"
MOST = 1 << 28  # bytes of a list: three million images


class TrainingImages(NamedTuple):
    """SHA-256 of image files; complete: False where a model started from weights whose images are unknown."""

    sha256: frozenset[str]
    complete: bool


UNKNOWN = TrainingImages(frozenset(), complete=False)


def has_donor(weights: str) -> bool:
    """Whether `model.weights` names a file of the user's, and not ImageNet's weights or none."""
    return weights not in ("imagenet", "none")


def add_training_images(model: str | Path, images: Iterable[str], start: TrainingImages | None) -> None:
    """Put the list into the file of a model, which has none. start: those of the weights that it started from."""
    seen = frozenset(images) | (start.sha256 if start else frozenset())
    text = json.dumps({"complete": start is None or start.complete, "sha256": sorted(seen)})
    # A fixed date, so that the same model is the same file.
    member = zipfile.ZipInfo(MEMBER, (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(model, "a") as archive:
        archive.writestr(member, text, zipfile.ZIP_DEFLATED)


def read_training_images(model: str | Path) -> TrainingImages:
    """The list in a file of weights; UNKNOWN for one that is no `.keras` file or has none.

    Errors: a UserError for a damaged one.
    """
    if Path(model).suffix != ".keras":
        return UNKNOWN
    try:
        with zipfile.ZipFile(model) as archive:
            if MEMBER not in archive.namelist():
                return UNKNOWN
            if archive.getinfo(MEMBER).file_size > MOST:
                raise ValueError(f"{MEMBER} is larger than {MOST:,} bytes")
            content = json.loads(archive.read(MEMBER))
        return TrainingImages(frozenset(map(str, content["sha256"])), content["complete"] is True)
    except (*BROKEN_ZIP, OSError, KeyError, TypeError) as error:
        raise UserError(
            f"model.weights: {model} is no whole .keras file, or its list of training images is damaged "
            f"({type(error).__name__}); give it the file as it was made."
        ) from error
