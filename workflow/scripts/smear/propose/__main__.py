"""Propose a configuration for the user's images, and run the workflow with it: `python -m smear.propose IMAGES`."""

import argparse
import os
import shlex
import sys
from pathlib import Path

import yaml

from smear.files import write_text
from smear.job import UserError, show_name
from smear.propose.naming import choose_name, name_file
from smear.propose.plan import Machine
from smear.propose.proposal import SCHEMA, propose
from smear.propose.summary import summarize
from smear.propose.writing import render, write_value
from smear.scheduling.gpus import find_gpus


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m smear.propose", description=__doc__)
    parser.add_argument("images", metavar="IMAGES", help="a folder of class folders, or a zip archive of them")
    parser.add_argument("--name", metavar="NAME", help="of the experiment; that of the folder by default")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="CPU cores to use; all by default")
    parser.add_argument("--dataset", metavar="'{key: value}'", help="keys of the section dataset, in YAML")
    parser.add_argument("--backend", help="training.backend of this call")
    parser.add_argument("-n", "--dry-run", action="store_true", help="write the file, then plan the run alone")
    return parser.parse_args(arguments)


def read_keys(text: str | None) -> dict:
    """Keys of the section `dataset` that the user has given in YAML."""
    if not text:
        return {}
    try:
        keys = yaml.safe_load(text)
    except yaml.YAMLError:
        keys = None
    if not isinstance(keys, dict):
        raise UserError(
            f"DATASET is {show_name(text)}; write keys of dataset in YAML, such as '{{variant: Original}}'."
        )
    return keys


def name_source(images: str) -> dict:
    """The source of the images, in the section `dataset`."""
    source = "archive" if Path(images).is_file() or images.lower().endswith(".zip") else "folder"
    return {"source": source, "path": images}


def prepare(options: argparse.Namespace, gpus: int) -> Path:
    """The configuration file for the images: the one that is there, else a proposal; says what it is."""
    if not options.images:
        raise UserError("IMAGES is empty; name a folder of class folders, or a zip archive: make run IMAGES=/folder.")
    if options.cores < 1:
        raise UserError(f"CORES is {options.cores}; at least 1 is needed.")
    if not Path("Snakefile").is_file():
        raise UserError("This is not the folder of blastgrid, which has the Snakefile; go there and call again.")
    name = choose_name(options.images, options.name, SCHEMA)
    path = name_file(name)
    if path.exists():
        print(
            f"blastgrid: {path} is there already and used as it is. For a new proposal remove or rename it, or call "
            f"with another NAME."
        )
        return path
    machine = Machine(min(options.cores, os.cpu_count()), gpus)
    proposal = propose(name, name_source(options.images) | read_keys(options.dataset), machine)
    write_text(render(proposal, path, options.images), path)
    print(summarize(proposal, path, options.images))
    return path


def explain(error: UserError, keys: str | None) -> str:
    """The sentence of an error, with the argument that does what it offers for `dataset`, beside the present keys."""
    pieces = [
        remedy["dataset"] for remedy in error.remedies if isinstance(remedy, dict) and list(remedy) == ["dataset"]
    ]
    lines = [f"blastgrid: {error}"]
    if pieces:
        text = shlex.quote(write_value(read_keys(keys) | pieces[0]))
        lines.append(f"blastgrid: for the first of these, call make run with DATASET={text}")
    return "\n".join(lines)


def run(path: Path, options: argparse.Namespace) -> None:
    """Become Snakemake, so that what ends this process ends the run."""
    command = ["snakemake", "--cores", str(options.cores), "--configfile", str(path)]
    command += ["--config", f"training={{backend: {options.backend}}}"] if options.backend else []
    command += ["--dry-run"] if options.dry_run else []
    print(f"Run:     {shlex.join(command)}", flush=True)
    # The logger shows the progress alone, so that the command above is the same run.
    logger = [] if options.dry_run else ["--logger", "blastgrid"]
    os.execv(sys.executable, [sys.executable, "-m", *command, *logger])


def main(arguments: list[str]) -> None:
    options = read_arguments(arguments)
    try:
        path = prepare(options, len(find_gpus()))
    except UserError as error:
        sys.exit(explain(error, options.dataset))
    run(path, options)


if __name__ == "__main__":
    main(sys.argv[1:])
