"""How far a training is: `progress.json`, which the trainer writes and `smear.status` reads."""

import json
import os
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

from smear.files import write_json

STATES = ("starting", "training", "stopped")
NAME = "progress.json"
MUCH = 1e9  # above any number of epochs, images per second or seconds that a training has


def write_progress(
    folder: Path,
    cell: str,
    epochs: int,
    started: datetime,
    *,
    epoch: int = 0,
    images_per_second: float | None = None,
    seconds_left: float | None = None,
    state: str = "training",
    message: str = "",
) -> None:
    """Replace `progress.json` in `folder`, which is `results/<experiment>/running/<cell>`.

    epoch: the last finished one, 0 before the first. images_per_second: of that epoch. seconds_left: of all to come.
    started: with its time zone. state: `starting`, `training` or `stopped`. message: why it was stopped.
    """
    values = {
        "cell": cell,
        "epoch": epoch,
        "epochs": epochs,
        "images_per_second": images_per_second,
        "seconds_left": seconds_left,
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
        "updated": datetime.now(UTC).isoformat(timespec="seconds"),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "state": state,
        "message": message,
    }
    write_json(values, folder / NAME)


def read_progress(folder: Path) -> dict | None:
    """The values of `write_progress`, times as `datetime`; None without the file, a ValueError for invalid contents."""
    values = read_object(folder / NAME)
    if values is None:
        return None
    for key in ("epoch", "epochs", "pid"):
        require(isinstance(values.get(key), int) and 0 <= values[key] < MUCH, key)
    for key in ("images_per_second", "seconds_left"):
        require(values.get(key) is None or is_number(values[key]), key)
    for key in ("host", "message"):
        require(isinstance(values.get(key), str), key)
    require(values.get("state") in STATES, "state")
    require(values["pid"] > 0, "pid")
    return values | {key: read_time(values.get(key), key) for key in ("started", "updated")}


def read_object(path: Path) -> dict | None:
    """A JSON object from a file that may be missing (None) or anything else (a ValueError with a sentence)."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} cannot be read ({error})") from error
    if not isinstance(value, dict):
        raise ValueError(f"{path.name} holds no JSON object")
    return value


def read_time(value: object, key: str) -> datetime:
    require(isinstance(value, str) and re.match(r"\d{4}-", value), key)
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{NAME} has an invalid {key}") from error
    require(time.tzinfo is not None, key)
    return time


def is_number(value: object) -> bool:
    """Whether it is a number, neither negative nor infinite nor NaN."""
    return isinstance(value, int | float) and 0 <= value < MUCH


def require(fulfilled: object, key: str) -> None:
    if not fulfilled:
        raise ValueError(f"{NAME} has an invalid {key}")
