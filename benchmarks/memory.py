"""Peak memory of a streamed epoch as the data grow, which is to stay flat.

    python benchmarks/memory.py [--images 240] [--size 224]

One process for each number of images, with the small network. Prints a table in Markdown.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import rounds
import speed

GROWTH = (1, 4, 16)


def write_tensor(folder: Path, images: int, size: int) -> dict[str, str]:
    """A tensor of gray images and their labels, in files."""
    import numpy as np

    tensor, labels = folder / f"x{images}.npy", folder / f"y{images}.npy"
    pixels = np.lib.format.open_memmap(tensor, "w+", np.uint8, (images, size, size, 3))
    for row in range(images):
        pixels[row] = row % 251
    np.save(labels, np.arange(images) % 4)
    return {"tensor": str(tensor), "labels": str(labels)}


def read_peak() -> float:
    """The peak resident size of this process in MB; `getrusage` would begin with its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


def measure(options: dict) -> None:
    """Print the peak resident size in MB before an epoch, and after it."""
    training = speed.build_training(options)
    before = read_peak()
    training.fit_epoch(1)
    print(before, read_peak())


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        return measure(json.loads(sys.argv[2]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=240)
    parser.add_argument("--size", type=int, default=224)
    arguments = parser.parse_args()
    options = {"architecture": "SmallCNN", "threads": 2, "augmented": False, "resident": False}
    print(f"# Memory of a streamed epoch\n\n{rounds.describe_machine()}. SmallCNN, {arguments.size} px, batch 32.\n")
    print("| images | tensor, MB | at the start, MB | peak, MB |\n|---:|---:|---:|---:|")
    for factor in GROWTH:
        images = factor * arguments.images
        with tempfile.TemporaryDirectory() as folder:
            files = write_tensor(Path(folder), images, arguments.size)
            command = [sys.executable, __file__, "--worker", json.dumps(options | files)]
            result = subprocess.run(command, capture_output=True, text=True, check=True)
            megabytes = Path(files["tensor"]).stat().st_size / 1e6
        before, peak = map(float, result.stdout.split()[-2:])
        print(f"| {images:,} | {megabytes:,.0f} | {before:,.0f} | {peak:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
