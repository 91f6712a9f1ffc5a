"""Small sources of images for tests: folders and archives with files of the wanted names."""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from smear.configuration.completion import complete_configuration
from smear.images.source import check_examined, examine_source
from smear.job import UserError

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
GRID = {"architecture": ["SmallCNN"], "optimizer": ["adam"], "learning_rate": [0.1], "epochs": [1]}
BASE = {"experiment": "e", "model": {"weights": "none"}, "grid": GRID}
NUMBER = 12


def picture(seed: int = 0) -> bytes:
    """A small picture of its own."""
    data = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(data, "PNG")
    return data.getvalue()


def number_files(*folders: str, files: int = NUMBER, suffix: str = ".png") -> list[str]:
    """Paths of some images in each of the folders, numbered anew in each."""
    return [f"{folder}/{number}{suffix}" for folder in folders for number in range(files)]


def fill_folder(folder: Path, paths: list[str]) -> Path:
    """A folder with a picture at each path; one that ends in a slash is an empty folder."""
    for seed, path in enumerate(paths):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(picture(seed))
    return folder


def fill_archive(archive: Path, paths: list[str], **options) -> Path:
    """A zip with a picture at each path, without entries for folders."""
    with zipfile.ZipFile(archive, "w", **options) as file:
        for seed, path in enumerate(paths):
            file.writestr(path, picture(seed))
    return archive


def configure(path: Path | None = None, source: str = "folder", split: dict | None = None, **dataset) -> dict:
    """A complete configuration of a folder, or another source, with these keys of `dataset`."""
    given = {"source": source, **({"path": str(path)} if path else {}), **dataset}
    return complete_configuration(BASE | {"dataset": given, "split": split or {}}, SCHEMA)


def merge(config: dict, piece: dict) -> dict:
    """A configuration with a piece merged into it, as Snakemake merges files."""
    merged = dict(config)
    for key, value in piece.items():
        merged[key] = (
            merge(config[key], value) if isinstance(value, dict) and isinstance(config.get(key), dict) else value
        )
    return merged


def raised(function, *arguments) -> UserError:
    """The error of a call, which is a sentence for the user, within the bounds of one."""
    try:
        function(*arguments)
    except UserError as error:
        check_length(str(error))
        return error
    raise AssertionError("no UserError")


def check_length(message: str) -> None:
    """A fault takes 400 characters at most, the paths of this machine's temporary folder not counted."""
    faults = message.split("\n  - ")
    assert len(faults) <= 11
    for fault in faults:
        assert len(fault) < 400 + 2 * len("/tmp/pytest-of-somebody/pytest-0/test_of_something0"), fault


def check_source(config: dict) -> dict[str, int] | None:
    """Images of each class of the task that a configuration's source holds, as a call of Snakemake counts them."""
    return check_examined(config, examine_source(config["dataset"]))
