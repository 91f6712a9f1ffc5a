"""How each command of the documents is tried: in a small copy of the project, as a dry run, or by another test.

A command that is new in a document gets an entry here. `run` is the first choice; the others want a reason.
"""

from typing import NamedTuple

CELL = "SmallCNN_adam_lr0.0001_b32_s0_e1"
GRID = "snakemake --cores 4"
LAPTOP = "snakemake --cores 4 --configfile config/laptop.yaml"
CONTROL = "snakemake --cores 4 --configfile config/demo.yaml config/control.yaml"
BINARY = "dataset='{labels: {Malignant: [Early, Pre, Pro], Benign: [Benign]}}'"
REPORT = "results/{}/report/index.html"
CONDA = "a stand-in for conda plans; tests/environments runs in environments of a local channel"
ENVIRONMENTS = "it makes environments even with -n; tests/environments makes them so, from a local channel"
SLURM = "one grid cell alone: a job takes half a minute there, and tests/cluster has the stories"
SHARDS = "the throw-away SLURM has no shards"
PACKAGES = "it would download gigabytes of packages, and exchange those in use"
TESTS = "it runs these tests themselves"


class Way(NamedTuple):
    """How a command is tried.

    kind: `run`, `dry run`, `on slurm` (where one can be started) or `elsewhere`. reason: why it is not simply run, or
    why `more` stands at its end.
    after: the command whose results lie in the folder, `None` for a fresh copy. more: what is added.
    shows: regular expressions of what it prints. makes: files that are there afterwards, and were not before.
    """

    kind: str
    reason: str = ""
    after: str | None = None
    more: str = ""
    shows: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()


def run(*shows: str, after: str | None = None, makes: tuple[str, ...] = (), more: str = "", reason: str = "") -> Way:
    return Way("run", reason, after, more, shows, makes)


def dry_run(reason: str, *shows: str, after: str | None = None) -> Way:
    return Way("dry run", reason, after, shows=shows)


def on_slurm() -> Way:
    """On a throw-away SLURM, one grid cell again."""
    return Way("on slurm", SLURM, GRID, f"-f results/grid/cells/{CELL}/metrics.json", (r"1 of 1 steps \(100%\) done",))


def elsewhere(reason: str) -> Way:
    return Way("elsewhere", reason)


KNOWN = {
    # The workflow, by Snakemake.
    GRID: run(r"Test accuracy: ", makes=(REPORT.format("grid"), "results/datasets/smears/test_looks.csv")),
    LAPTOP: run(r"Test accuracy: ", after=GRID, makes=(REPORT.format("laptop"),)),
    f"{LAPTOP} --config dataset='{{source: folder, path: /some/folder}}'": run(makes=(REPORT.format("laptop"),)),
    f"{LAPTOP} --config dataset='{{source: archive, path: leukemia.zip}}'": run(makes=(REPORT.format("laptop"),)),
    f"{LAPTOP} --config experiment=binary {BINARY}": run(after=GRID, makes=(REPORT.format("binary"),)),
    "snakemake --cores 4 --configfile binary.yaml": run(after=GRID, makes=(REPORT.format("binary"),)),
    CONTROL: run(makes=(REPORT.format("control"),)),
    f"{GRID} -f results/grid/cells/EfficientNetB0_adam_lr0.0001_b32_s0_e30/metrics.json": run(
        r"1 of 1 steps \(100%\) done", after=GRID
    ),
    f"{GRID} results/grid/cells/<cell>/model.keras": run("Nothing to be done", after=GRID),
    f"{GRID} --touch": run(after=GRID),
    f"{GRID} results/grid/comparison/leaderboard.csv --touch": run(after=GRID),
    f"{GRID} --rerun-triggers mtime": run("Nothing to be done", after=GRID),
    "snakemake --unlock": run(after=GRID),
    f"PYTHONPATH=workflow/scripts {GRID} --logger blastgrid": run("^Report: +results/grid/report", after=GRID),
    f"{GRID} results/grid/augmentation/augmentation.png": run("Nothing to be done", after=GRID),
    f"{GRID} --configfile config/architectures.yaml": dry_run("another grid of the same rules", r"train_cell +1"),
    "snakemake --report results/grid.zip": run(after=GRID, makes=("results/grid.zip",)),
    "tar --exclude=tensors --exclude=state.npz --exclude=compiled -cf grid.tar config workflow envs resources profiles "
    "results/grid": run(after=GRID, makes=("grid.tar",)),
    "rsync -a blastgrid/ other:somewhere/blastgrid/": elsewhere(
        "it needs another machine; tests/workflow/test_run.py copies results with their times, and nothing runs again"
    ),
    "source .venv/bin/activate": run(r"/bin/snakemake$", more="&& command -v snakemake", reason="it prints nothing"),
    # Conda.
    "snakemake --cores 4 --use-conda": dry_run(CONDA, r"envs/train\.yaml will be created"),
    "snakemake --cores 4 --use-conda --conda-create-envs-only": elsewhere(ENVIRONMENTS),
    "CONDA_OVERRIDE_CUDA=12.9 snakemake --cores 4 --use-conda --conda-create-envs-only": elsewhere(ENVIRONMENTS),
    "snakemake --cores 4 --use-conda --conda-prefix /shared/envs": dry_run(CONDA, r"envs/train\.yaml will be created"),
    "conda config --set channel_priority strict": elsewhere(
        "it changes the settings of a real conda, which the tests do without"
    ),
    # SLURM.
    "snakemake --workflow-profile profiles/slurm": on_slurm(),
    "snakemake --workflow-profile profiles/slurm --slurm-array-jobs train_cell": on_slurm(),
    "snakemake --workflow-profile profiles/slurm --groups train_cell=cells --group-components cells=8 "
    "--resources gpu=1 --set-resources train_cell:runtime=10": on_slurm(),
    "snakemake --workflow-profile profiles/slurm --set-resources train_cell:gpu=0 train_cell:gres=\"'shard:1'\" "
    "--config training='{cells_per_gpu: 4}'": dry_run(SHARDS, r"train_cell +1"),
    # The workflow, by make.
    "make help": run("^make demo "),
    "make demo": run(r"Test accuracy: |test accuracy", makes=(REPORT.format("demo"),)),
    "make reproduce": run(r"Test accuracy: ", after=GRID, makes=("results/reproduction/reproduction/index.html",)),
    "make run IMAGES=/some/folder": dry_run("tests/workflow/test_own_images.py runs it to the report", "smear.propose"),
    "make status": run("^results/grid$", after=GRID),
    "make status RESULTS=results/grid": run("^results/grid$", after=GRID),
    "make why": run(after=GRID),
    "make why CONFIG=config/laptop.yaml ARGS=\"--config model='{dropout: 0.3}'\"": run(
        r"^results/laptop: the next call runs \d+ jobs; the time is estimated for \d+ CPU cores and 1,000 training",
        r"^  train_cell +1 grid cell +about \d+ s +model\.dropout 0\.2 → 0\.3$",
        after=LAPTOP,
    ),
    "make demo EXTRA=gpu": dry_run(PACKAGES, "backend: tensorflow"),
    "make demo EXTRA=jax": dry_run(f"{PACKAGES}; make test-jax trains on it", "uv sync .*--extra jax", "backend: jax"),
    "make EXTRA=gpu .venv/.installed-gpu": dry_run(PACKAGES, r"uv sync .*--extra gpu|\.installed-gpu"),
    # Development.
    "make test-fast": dry_run(TESTS, "pytest"),
    "make lint": dry_run(TESTS, "codespell"),
    "make test": dry_run(TESTS, "pytest"),
    "make test-all": dry_run(TESTS, "pytest"),
    "make test-jax": dry_run(TESTS, "pytest"),
    "make test-torch": dry_run(TESTS, "pytest"),
    "make check-data": dry_run(f"{TESTS}, and needs the leukemia images", "pytest tests/data"),
    "make format": run("left unchanged"),
    "make bench": dry_run("it takes half an hour", r"benchmarks/\$table\.py"),
    "make bench-gpu EXTRA=jax-gpu TENSORS=results/grid/tensors": dry_run(
        "it needs a GPU; tests/backends runs both scripts at toy size", r"gpu_grid\.py results/grid/tensors"
    ),
    # Measurements, at toy size.
    "python benchmarks/overlaps.py --seed 61": run(
        r"^\| keypoints \|", more="--fields 30 --size 64 --few 4 --captures 2", reason="minutes otherwise"
    ),
    "python benchmarks/fields.py": run(r"^\| 120 \|", more="--images 120", reason="a quarter of an hour otherwise"),
    "python benchmarks/cells.py": run(r"^\| 24 \|", more="--seeds 1", reason="minutes otherwise"),
    "python benchmarks/split_units.py <configuration of the data set>": elsewhere(
        "it has no toy size: six splits and the features of a whole data set"
    ),
    "python benchmarks/images.py": run("find_fields", more="--images 120", reason="hours otherwise"),
}
