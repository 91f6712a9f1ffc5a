"""Trainings that are killed at random, against the same ones left alone.

    python benchmarks/kills.py [--kills 20] [--seed 0]

Two chains of a small network, of 10 and 60 epochs each, are trained while SIGKILL falls on Snakemake, on a training or
on both; the next call begins at once, while what was left behind may still live. Then they are trained once more, in
peace. Prints a table in Markdown: kills, epochs trained against the least possible, files that differ.
"""

import argparse
import csv
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TextIO

import rounds
from workflows import call, copy_workflow

EPOCHS = (10, 60)
GRID = f"{{architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001], epochs: {list(EPOCHS)}}}"
CELLS = [f"SmallCNN_{optimizer}_lr0.001_b32_s0_e{epochs}" for optimizer in ("adam", "rmsprop") for epochs in EPOCHS]
VICTIMS = ("Snakemake", "a training", "both")
LONGEST = 35  # seconds from a call to its kill
PATIENCE = 600  # seconds


def choose(experiment: str) -> dict[str, str]:
    """Options of a call for an experiment of this name."""
    dataset = "{synthetic: {images: 240, size: 64}}"
    training = "{threads: 1, share_epochs: true}"
    return {"experiment": experiment, "grid": GRID, "dataset": dataset, "image": "{size: 64}", "training": training}


def list_targets(experiment: str) -> list[str]:
    return [f"results/{experiment}/cells/{cell}/metrics.json" for cell in CELLS]


def find_trainers(folder: Path) -> list[int]:
    """The processes that train in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            here = (process / "cwd").resolve() == folder
            if here and b".train_cell.py" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


class Logs:
    """Every log that a training writes in an experiment, also those in whose place a later one has come."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.files: dict[tuple[str, int], TextIO] = {}

    def look(self) -> None:
        """Open the logs that are new."""
        for path in self.folder.glob("*.log"):
            file = path.open(encoding="utf-8", errors="replace")
            if self.files.setdefault((path.stem, os.fstat(file.fileno()).st_ino), file) is not file:
                file.close()

    def count_epochs(self) -> int:
        """Finished epochs in all of them."""
        texts = []
        for file in self.files.values():
            file.seek(0)
            texts.append(file.read())
        return sum(len(re.findall(r"  epoch +\d+/\d+  loss", text)) for text in texts)


def start(folder: Path, experiment: str) -> subprocess.Popen:
    """A call of Snakemake that does not ask whether an earlier one, which was killed, has left its lock."""
    command = [sys.executable, "-m", "snakemake", *list_targets(experiment), "--nolock", "--cores", "2"]
    options = [f"{key}={value}" for key, value in choose(experiment).items()]
    command += ["--configfile", "config/demo.yaml", "--config", *options]
    with (folder / "output").open("a") as output:
        return subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, start_new_session=True)


def wait(process: subprocess.Popen, logs: Logs, seconds: float) -> bool:
    """Watch a call for so long; whether it has ended by itself."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        logs.look()
        time.sleep(0.1)
    return process.poll() is not None


def kill(process: subprocess.Popen, victim: str, folder: Path, chance: random.Random) -> int:
    """Send SIGKILL; returns how many trainings it may have interrupted."""
    trainers = find_trainers(folder)
    if victim != "Snakemake" and trainers:
        os.kill(chance.choice(trainers), signal.SIGKILL)
    if victim != "a training":
        process.kill()
        process.wait()
        return len(trainers)
    return min(1, len(trainers))


def disturb(folder: Path, experiment: str, kills: int, chance: random.Random) -> tuple[int, int, Logs]:
    """Train with so many kills, or fewer where all is done before: kills, trainings that they met, all logs."""
    logs, struck, met = Logs(folder / f"results/{experiment}/logs/train_cell"), 0, 0
    while True:
        process = start(folder, experiment)
        # A call goes on after a training is killed, with the other chain, and may be struck again.
        while struck < kills and not wait(process, logs, chance.uniform(2, LONGEST)):
            victim = chance.choice(VICTIMS)
            met += kill(process, victim, folder, chance)
            struck += 1
            print(f"kill {struck}: {victim}", file=sys.stderr, flush=True)
            if victim != "a training":
                break
        if struck >= kills and process.poll() is None and not wait(process, logs, PATIENCE):
            raise RuntimeError((folder / "output").read_text()[-5000:])
        if process.poll() == 0:
            logs.look()
            return struck, met, logs


def digest_results(folder: Path) -> dict[str, str]:
    """SHA-256 of what cells have made, their histories without the wall times, by the files' names."""
    digests = {}
    for cell in CELLS:
        for name in ("state.npz", "model.keras", "validation_predictions.csv"):
            digests[f"{cell}/{name}"] = hashlib.sha256((folder / cell / name).read_bytes()).hexdigest()
        with (folder / cell / "history.csv").open(newline="") as file:
            rows = [{key: row[key] for key in row if "second" not in key} for row in csv.DictReader(file)]
        digests[f"{cell}/history.csv"] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return digests


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the kills")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        copy_workflow(folder)
        for experiment in ("peace", "kills"):
            tensors = [f"results/{experiment}/tensors/{split}.npy" for split in ("train", "validation")]
            call(folder, choose(experiment), *tensors, cores=1)
        chance = random.Random(arguments.seed)
        kills, met, logs = disturb(folder, "kills", arguments.kills, chance)
        call(folder, choose("peace"), *list_targets("peace"), cores=2)
        peace, killed = (digest_results(folder / f"results/{each}/cells") for each in ("peace", "kills"))
        differ = [path for path in peace if peace[path] != killed[path]]
        trained, least = logs.count_epochs(), 2 * max(EPOCHS)
    print(f"# Random kills\n\n{rounds.describe_machine()}. Epochs are those that their logs tell of.\n")
    print("| kills | trainings that they met | epochs trained | least possible | files compared | files that differ |")
    print("|---:|---:|---:|---:|---:|---|")
    print(f"| {kills} | {met} | {trained} | {least} | {len(peace)} | {', '.join(differ) or 'none'} |")


if __name__ == "__main__":
    main()
