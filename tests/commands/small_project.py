"""Copies of the project in which the documents' commands are quick: a small network, few images, a local Kaggle."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml
from commands.collected import find_blocks, read_document
from commands.known import CELL, KNOWN, Way
from conftest import Project
from environments.front_end import install_front_end
from servers.kaggle import KaggleServer
from servers.loopback import serving
from smear.synthetic.smears import make_smears

GRID = {"architecture": ["SmallCNN"], "optimizer": ["adam"], "learning_rate": [0.0001], "epochs": [1]}
SMALLER = {
    "image": {"size": 32},
    "embeddings": "none",
    "model": {"weights": "none"},
    "grid": GRID,
    "training": {"threads": 1},
}
BINARY = "experiment: binary\n"


class Outcome(NamedTuple):
    """What a command has printed, its exit status, and the folder in which it has run."""

    output: str
    status: int
    folder: Path


def shrink(config: dict) -> dict:
    """A configuration file of the project with a quick training, on images that are at hand."""
    smaller = {key: value for key, value in SMALLER.items() if key in config}
    dataset = dict(config.get("dataset", {}))
    if "handle" in dataset:
        dataset["handle"] = "toy/smears/versions/3"
    if "synthetic" in dataset:
        dataset["synthetic"] = {"images": 80, "size": 48, "seed": 0}
    return config | smaller | ({"dataset": dataset} if dataset else {})


class SmallProject:
    """Runs commands of the documents, each in a folder of its own, with what an earlier command has left there."""

    def __init__(self, folder: Path, environment: dict[str, str], images: Path, archive: Path):
        self.folder, self.environment, self.images, self.archive = folder, environment, images, archive
        self.outcomes: dict[str, Outcome] = {}

    def try_command(self, text: str) -> Outcome:
        """Run a command of the documents, or its dry run, once."""
        if text not in self.outcomes:
            way = KNOWN[text]
            folder = self.prepare(way.after)
            self.outcomes[text] = self.call(self.adapt(text, way), folder)
        return self.outcomes[text]

    def prepare(self, after: str | None) -> Path:
        """A fresh folder, with what the command `after` has left."""
        before = None if after is None else self.try_command(after)
        folder = self.folder / f"copy {len(list(self.folder.glob('copy *')))}"
        if before is None:
            self.make_copy(folder)
        else:
            assert before.status == 0, before.output
            shutil.copytree(before.folder, folder, symlinks=True)
        return folder

    def make_copy(self, folder: Path) -> None:
        Project(folder)
        for path in folder.glob("config/*.yaml"):
            path.write_text(yaml.safe_dump(shrink(yaml.safe_load(path.read_text(encoding="utf-8")))))
        (folder / "leukemia.zip").symlink_to(self.archive)
        (folder / "binary.yaml").write_text(find_configuration("docs/recipes.md", BINARY))
        # Newer than uv.lock, so that no packages are exchanged; its folders are those of this Python's environment.
        (folder / ".venv").mkdir()
        for name in ("bin", "lib", "pyvenv.cfg"):
            (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
        for name in [path.name for path in Path(sys.prefix).glob(".installed-*")] or [".installed-cpu"]:
            (folder / ".venv" / name).touch()

    def adapt(self, text: str, way: Way) -> str:
        """The command as it is run: with paths of this machine, and the name of a grid cell that there is."""
        text = re.sub(r"<cell>|EfficientNetB0_\w+(\.\d+)?\w*", CELL, text)
        text = text.replace("/some/folder", str(self.images)).replace("/shared/envs", str(self.folder / "envs"))
        if way.kind == "dry run":
            return text.replace("make ", "make -n ", 1) if text.startswith("make ") else f"{text} -n"
        return f"{text} {way.more}".strip()

    def call(self, command: str, folder: Path, **variables: str) -> Outcome:
        """Call a command by bash, as its reader would."""
        path = f"{folder / '.venv/bin'}{os.pathsep}{self.environment['PATH']}"
        environment = {**self.environment, "PATH": path, **variables}
        result = subprocess.run(
            ["bash", "-c", command],
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return Outcome(result.stdout, result.returncode, folder)


def find_configuration(file: str, beginning: str) -> str:
    """The block of YAML in a document that begins so."""
    blocks = find_blocks(read_document(file))
    return next(block.text for block in blocks if block.language == "yaml" and block.text.startswith(beginning))


@contextmanager
def make_small_project(folder: Path) -> Iterator[SmallProject]:
    """Synthetic smears as a folder, an archive and a data set of Kaggle, and a stand-in for conda."""
    images = folder / "images/Original"
    make_smears(images, 80, 48, 0)
    archive = Path(shutil.make_archive(str(folder / "leukemia"), "zip", folder / "images"))
    (folder / "home").mkdir()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KAGGLE", "PYTEST", "MAKE"))}
    with serving(KaggleServer(archive.read_bytes())) as server:
        environment = inherited | {
            "PATH": f"{install_front_end(folder)}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "CONDA_ROOT": str(folder),
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
            "HTTP_PROXY": server.address,
            "http_proxy": server.address,
        }
        yield SmallProject(folder, environment, images, archive)
