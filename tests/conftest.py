"""A copy of the project to run in, and real calls of Snakemake there."""

import fcntl
import gc
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import ROOT, call_on_terminal, call_snakemake
from hypothesis import settings

# Examples of a property: at every save, in the gate, in `make test-all`. A machine in use may take any time for one.
# The gate draws the same ones in every call: a change is not refused for a rare example of something else.
for name, examples in {"fast": 10, "gate": 50, "all": 100}.items():
    settings.register_profile(name, deadline=None, max_examples=examples, derandomize=name == "gate")
settings.load_profile("gate")

TINY = """
experiment: tiny
dataset:
  source: synthetic
  variant: null
  synthetic: {images: 80, size: 48, seed: 0}
image: {size: 32}
augmentation: {crop: 0, rotation: 0, flip: none, shift: 0}
embeddings: none
model: {weights: none}
grid: {architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001], epochs: [1]}
training: {threads: 1}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest file: it needs no finished run, which one worker makes while others wait for it."""
    items.sort(key=lambda item: item.path.name != "test_epochs.py")


def pytest_collection_finish() -> None:
    """Keep the garbage collector from what has been imported, which stays to the end."""
    gc.freeze()


class Project:
    """A copy of the workflow in a folder, made or found there, with `config/tiny.yaml`: two cells of a second each."""

    def __init__(self, folder: Path):
        self.folder = folder
        if not (folder / "workflow/Snakefile").exists():
            self.fill()

    def fill(self) -> None:
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.split("\0")  # fmt: skip
        for name in filter(None, names):
            if (ROOT / name).is_file() and not name.startswith("tests/"):
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, self.folder / name)
        (self.folder / "config/tiny.yaml").write_text(TINY)

    def snakemake(
        self,
        *arguments: str,
        configfile: str = "config/tiny.yaml",
        module: str = "snakemake",
        terminal: bool = False,
        fresh: bool = False,
        **variables: str,
    ) -> subprocess.CompletedProcess:
        """Call Snakemake as a user would, with one configuration file or several with blanks between them.

        module, fresh: see `become_snakemake`. terminal: whether it prints to one. `output` of the result is all that it
        printed.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("KAGGLE", "PYTEST"))}
        environment |= variables
        call = [*arguments, "--cores", "2", "--configfile", *configfile.split()]
        if terminal:
            result = call_on_terminal(call, self.folder, environment)
        else:
            result = call_snakemake(call, self.folder, environment, module=module, fresh=fresh)
        result.output = result.stdout
        return result

    def adopt(self, results: Path, *experiments: str) -> None:
        """Take over the data sets of another project's results, and its split and tensors for these experiments."""
        for source, target in [("datasets", "datasets"), *(("tiny", name) for name in experiments)]:
            shutil.copytree(results / source, self.folder / "results" / target, symlinks=True, dirs_exist_ok=True)

    def jobs(self, *arguments: str, configfile: str = "config/tiny.yaml") -> dict[str, int]:
        """How many jobs of each rule a call would run, by a dry run."""
        result = self.snakemake(*arguments, "--dry-run", "--quiet", "rules", configfile=configfile)
        assert result.returncode == 0, result.output
        table = result.output.partition("Job stats:")[2].partition("total")[0]
        rows = [line.split() for line in table.splitlines()]
        return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """A fresh copy, in a folder with a blank in its name."""
    folder = tmp_path_factory.mktemp("blast grid")
    return Project(folder)


def make_once(tmp_path_factory, name: str, make: Callable[[Project], None]) -> Path:
    """The folder of a project that the first worker who wants it makes, for all; nobody changes it afterwards."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.with_suffix(".made").exists():
            make(Project(folder))
            folder.with_suffix(".made").touch()
    return folder


@pytest.fixture(scope="session")
def tensors(tmp_path_factory) -> Path:
    """Results that have come as far as the tensors of `config/tiny.yaml`, for `Project.adopt`."""

    def make(project: Project) -> None:
        result = project.snakemake(
            *(f"results/tiny/tensors/{split}.npy" for split in ("train", "validation")), fresh=True
        )
        assert result.returncode == 0, result.output

    return make_once(tmp_path_factory, "tensors", make) / "results"


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Project:
    """A project after a call of all, whose output it has as `output`: a copy for each file of tests."""

    def make(project: Project) -> None:
        result = project.snakemake("--logger", "blastgrid", PYTHONPATH="workflow/scripts")
        assert result.returncode == 0, result.output
        (project.folder / "output.txt").write_text(result.output)

    folder = tmp_path_factory.mktemp("blast grid") / "finished"
    shutil.copytree(make_once(tmp_path_factory, "finished run", make), folder, symlinks=True)
    project = Project(folder)
    project.output = (folder / "output.txt").read_text()
    return project


@pytest.fixture(scope="session")
def real_images() -> Path:
    """The folder of the 3,256 images, where this machine has it: BLASTGRID_IMAGES, or `shared` beside the checkout."""
    folder = Path(os.environ.get("BLASTGRID_IMAGES", ROOT.parent / "shared/data/leukemia/Original"))
    if not folder.is_dir():
        pytest.skip("the real images are not on this machine; name their folder in BLASTGRID_IMAGES")
    return folder


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MiB in memory."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounting.returncode:
        pytest.skip(f"this user cannot mount a small disk: {mounting.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
