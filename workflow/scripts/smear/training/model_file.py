"""`.keras` files: written with the same bytes for the same model, and read with one sentence where that fails."""

import json
import zipfile
from pathlib import Path

import keras

from smear.files import atomic_write
from smear.job import UserError

CONFIGURATION, METADATA = "config.json", "metadata.json"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold
MUCH = 32 << 20  # bytes of a configuration; that of EfficientNet-B7 takes 0.6 MB
MOST_PACKED = 100  # times that a member may grow when it is unpacked; Keras does not pack any


def save_model(model: keras.Model, path: str | Path) -> None:
    """Save a model, whole or not at all, in a file that depends on the model and Keras' version alone.

    Keras writes the time into it, and addresses in memory as the identities of objects that layers share.
    """
    with atomic_write(path) as saved:
        model.save(saved)
        with atomic_write(saved) as fixed, zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w") as target:
            for name in sorted(source.namelist()):
                target.writestr(zipfile.ZipInfo(name, EPOCH), fix(name, source.read(name)))


def fix(name: str, content: bytes) -> bytes:
    """A member of the file without what changes from one saving to the next."""
    if name == METADATA:
        return json.dumps(json.loads(content) | {"date_saved": "{}-{:02}-{:02}@00:00:00".format(*EPOCH)}).encode()
    return json.dumps(number_objects(json.loads(content), {})).encode() if name == CONFIGURATION else content


def number_objects(value: object, numbers: dict[int, int]) -> object:
    """The same with the identities of shared objects counted from 1, in the order in which they come."""
    if isinstance(value, list):
        return [number_objects(each, numbers) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: numbers.setdefault(each, len(numbers) + 1) if key == "shared_object_id" else number_objects(each, numbers)
        for key, each in value.items()
    }


def load_model(path: str | Path, remedy: str) -> keras.Model:
    """Load a model for predictions. Raises a UserError, which ends in `remedy`, for a file that is none or damaged."""
    try:
        check_file(Path(path))
        return keras.models.load_model(path, compile=False)
    # Keras builds whatever a configuration names: one of something else fails in as many ways as there are things.
    except Exception as error:
        raise UserError(f"{path} cannot be read as a model of Keras ({describe(error)}): {remedy}.") from error


def describe(error: Exception) -> str:
    """An error of any kind in a few words: the first line of what it says, if it says anything."""
    return ": ".join([type(error).__name__, *str(error).strip().splitlines()[:1]])[:300]


def check_file(path: Path) -> None:
    """Raise ValueError for a file that is no whole `.keras` archive, or is larger than one when it is unpacked."""
    with zipfile.ZipFile(path) as file:
        for name in (CONFIGURATION, METADATA):
            if file.getinfo(name).file_size > MUCH:
                raise ValueError(f"its {name} has more than {MUCH >> 20} MiB")
        for member in file.infolist():
            if member.file_size > MOST_PACKED * member.compress_size:
                raise ValueError(f"its {member.filename} unpacks to {member.file_size >> 20} MiB")
        if damaged := file.testzip():
            raise ValueError(f"its {damaged} is damaged")
