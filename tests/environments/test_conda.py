"""The whole workflow with `--use-conda`: a real solver, real environments of the locked packages, a local channel."""

import csv
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from environments.specifications import read_dependencies, read_packages, read_rules
from servers.kaggle import KaggleServer
from servers.loopback import serving
from smear.synthetic.smears import make_smears

ENVIRONMENTS = ("data", "fetch", "report", "train")
# Rules of other sources, of `training.keep: selected` and of several splits, in environments that others use.
NOT_RUN = {"make_synthetic", "link_folder", "fetch_weights", "take_embeddings", "prune_cells"}
NOT_RUN |= {"split_outer_folds", "pool_outer_folds", "judge_claims", "render_reproduction"}
CELL = "SmallCNN_adam_lr0.001_b32_s0_e1"
CONFIGURATION = r"""
experiment: conda
dataset: {source: kaggle, handle: toy/smears, variant: null, classes: [Benign, Early, Pre, Pro]}
threshold: {positive: Pro}
split: {groups_pattern: '(\d)\.'}
image: {size: 32}
augmentation: {crop: 0, rotation: 0, flip: both, shift: 0}
embeddings: {size: 32}
model: {weights: none}
grid: {architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.001], epochs: [1]}
training: {threads: 1}
"""


@pytest.fixture(scope="module")
def conda(tmp_path_factory) -> dict[str, str]:
    """The variables of a shell with conda, without a GPU, and with conda-forge in a folder."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the local channel is made for Linux on x86-64")
    pytest.importorskip("rattler", reason="py-rattler, which solves and links, is not installed")
    pytest.importorskip("zstandard", reason="zstandard, which packs the channel, is not installed")
    from environments.channel import make_channel
    from environments.front_end import install_front_end

    folder = tmp_path_factory.mktemp("conda")
    names = {name for environment in ENVIRONMENTS for name in read_packages(environment)} - {"python"}
    names |= {text.partition(" ")[0] for environment in ENVIRONMENTS for text in read_dependencies(environment)[1]}
    make_channel(folder / "channels/conda-forge", sorted(names))
    programs = install_front_end(folder)
    yield {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "CONDA_ROOT": str(folder),
        "CONDA_CHANNEL_ALIAS": f"{(folder / 'channels').as_uri()}/",
        "CONDA_PKGS_DIRS": str(folder / "packages"),
        "CONDA_OVERRIDE_CUDA": "",
    }
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def call(project, conda, tmp_path_factory):
    """A function that calls Snakemake with conda at hand, an empty home and a Kaggle that serves synthetic smears."""
    folder = tmp_path_factory.mktemp("kaggle")
    make_smears(folder / "smears", 80, 48, 0)
    archive = Path(shutil.make_archive(str(folder / "smears"), "zip", folder / "smears"))
    (project.folder / "config/conda.yaml").write_text(CONFIGURATION)
    with serving(KaggleServer(archive.read_bytes())) as server:
        proxy = {"KAGGLE_API_ENVIRONMENT": "LOCALHOST", "HTTP_PROXY": server.address, "http_proxy": server.address}

        def snakemake(*arguments: str, **variables: str):
            everything = {**conda, **proxy, "HOME": str(folder), **variables}
            return project.snakemake(*arguments, configfile="config/conda.yaml", **everything)

        yield snakemake
    shutil.rmtree(project.folder / ".snakemake/conda")


@pytest.fixture(scope="module")
def traces(call, tmp_path_factory) -> dict[str, list[dict]]:
    """What each process of a rule's script has imported, by the rule's name, after a plain call with conda.

    As on a login node, a call before has made the environments alone.
    """
    folder = tmp_path_factory.mktemp("traces")
    alone = call("--use-conda", "--conda-create-envs-only", BLASTGRID_TRACE=str(folder))
    assert alone.returncode == 0, alone.output
    assert not list(folder.glob("*.json"))
    result = call("--use-conda", BLASTGRID_TRACE=str(folder))
    assert result.returncode == 0, result.output
    assert "Creating conda environment" not in result.output
    traces = {}
    for path in folder.glob("*.json"):
        trace = json.loads(path.read_text())
        if rule := re.fullmatch(r".*/\.snakemake/scripts/\w+\.(\w+)\.py", trace["script"]):
            traces.setdefault(rule[1], []).append(trace)
    return traces


def test_every_script_runs_in_the_environment_of_its_rule(traces, project):
    rules = read_rules()
    assert traces.keys() == rules.keys() - NOT_RUN
    for rule, processes in traces.items():
        for trace in processes:
            made_from = Path(f"{trace['prefix']}.yaml").read_text()
            assert made_from == (project.folder / f"envs/{rules[rule]}.yaml").read_text(), rule
            assert Path(trace["python"]).parent == Path(trace["prefix"]) / "bin"


def test_every_module_comes_from_the_environment(traces, project):
    scripts = project.folder / "workflow/scripts"
    for rule, processes in traces.items():
        for trace in processes:
            places = {name: Path(file) for name, file in trace["files"].items() if file and name != "__main__"}
            packages = {name: place for name, place in places.items() if "site-packages" in place.parts}
            outside = {name for name, place in packages.items() if not place.is_relative_to(trace["prefix"])}
            assert {name.partition(".")[0] for name in outside} <= {
                "snakemake", "snakemake_interface_common", "snakemake_interface_logger_plugins",
                "snakemake_interface_storage_plugins",
            }, rule  # fmt: skip
            assert "smear.environment" in places
            for place in set(places.values()) - set(packages.values()):
                assert place.is_relative_to(scripts) or place.is_relative_to(Path(sys.base_prefix)), rule


def test_a_second_call_does_nothing(traces, call):
    result = call("--sdm", "conda")
    assert "Nothing to be done" in result.output


def test_the_provenance_names_the_versions_of_the_environment(traces, project):
    provenance = json.loads((project.folder / f"results/conda/cells/{CELL}/provenance.json").read_text())
    assert {"python", "keras", "numpy"} < provenance["versions"].keys()
    assert {"tensorflow", "tensorflow-cpu"} & provenance["versions"].keys()


def test_results_are_those_of_a_call_without_conda(traces, call, project):
    """Bit for bit, with the same versions of all packages: tensors of the same split, and a training on them."""
    ours, plain = (project.folder / f"results/{experiment}" for experiment in ("conda", "plain"))
    shutil.copytree(ours / "split", plain / "split")
    target = f"results/plain/cells/{CELL}/metrics.json"
    result = call(target, "--config", "experiment=plain", "--rerun-triggers", "mtime")
    assert result.returncode == 0, result.output
    assert "Activating conda environment" not in result.output
    for name in ["tensors/train.npy", "tensors/validation.npy", f"cells/{CELL}/validation_predictions.csv"]:
        assert (ours / name).read_bytes() == (plain / name).read_bytes(), name
    states = [np.load(folder / f"cells/{CELL}/state.npz") for folder in (ours, plain)]
    assert states[0].files == states[1].files
    histories = [read_losses(folder / f"cells/{CELL}/history.csv") for folder in (ours, plain)]
    assert histories[0] == histories[1]


def read_losses(history: Path) -> list[list[str]]:
    """What is not a time or a speed in a history."""
    with history.open(newline="", encoding="utf-8") as file:
        columns = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy")
        return [[row[name] for name in columns] for row in csv.DictReader(file)]


@pytest.mark.parametrize(("cuda", "build"), [("", "0_local"), ("12.9", "cuda129_200")])
def test_a_login_node_gets_the_build_for_gpus_if_told_to(conda, tmp_path, cuda, build):
    """As on conda-forge, TensorFlow's build for GPUs has the higher number and needs the virtual package `__cuda`."""
    index = json.loads((Path(conda["CONDA_ROOT"]) / "channels/conda-forge/linux-64/repodata.json").read_text())
    (plain,) = (entry for entry in index["packages.conda"].values() if entry["name"] == "tensorflow")
    for_gpus = {**plain, "build": "cuda129_200", "build_number": 200, "depends": [*plain["depends"], "__cuda"]}
    index["packages.conda"][f"tensorflow-{plain['version']}-cuda129_200.conda"] = for_gpus
    for name, content in (("linux-64", index), ("noarch", {"info": {"subdir": "noarch"}, "packages": {}})):
        (tmp_path / "conda-forge" / name).mkdir(parents=True)
        (tmp_path / "conda-forge" / name / "repodata.json").write_text(json.dumps(content))
    solved = subprocess.run(
        ["conda", "env", "create", "--dry-run", "--file", "envs/train.yaml"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
        env={**os.environ, **conda, "CONDA_CHANNEL_ALIAS": f"{tmp_path.as_uri()}/", "CONDA_OVERRIDE_CUDA": cuda},
    )  # fmt: skip
    (line,) = re.findall(r"^tensorflow .*", solved.stdout, re.MULTILINE)
    assert line.split()[2] == build
