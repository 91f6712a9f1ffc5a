"""A `conda` for tests, which answers what Snakemake asks: py-rattler, the library under pixi, solves and links.

It takes channels in folders alone: `CONDA_CHANNEL_ALIAS`, which conda reads too, says where conda-forge is. What an
environment asks pip for comes from there as well.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import yaml
from rattler import Channel, ChannelConfig, Gateway, VirtualPackage, VirtualPackageOverrides, install, solve

VERSION = "24.7.1"  # the least that Snakemake 9.27 takes
ANSWERS = {
    ("--version",): f"conda {VERSION}",
    ("clean", "-y", "--tarballs"): "",
    ("config", "--get", "channel_priority", "--json"): json.dumps({"get": {"channel_priority": "strict"}}),
}


async def solve_environment(file: Path) -> list:
    """The packages that an environment's file asks for, with strict priority of its channels."""
    wanted = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings = ChannelConfig(channel_alias=os.environ["CONDA_CHANNEL_ALIAS"])
    return await solve(
        sources=[Channel(name, settings) for name in wanted["channels"] if name != "nodefaults"],
        specs=[
            text for entry in wanted["dependencies"] for text in ([entry] if isinstance(entry, str) else entry["pip"])
        ],
        gateway=Gateway(),
        platforms=["linux-64", "noarch"],
        virtual_packages=VirtualPackage.detect(VirtualPackageOverrides.from_env()),
    )


async def create(file: Path, prefix: Path) -> None:
    """Make the environment that `file` describes in `prefix`."""
    packages = await solve_environment(file)
    await install(packages, target_prefix=prefix, show_progress=False, cache_dir=os.environ["CONDA_PKGS_DIRS"])


def install_front_end(folder: Path) -> Path:
    """Make `folder/bin/conda`, which runs this file with this Python, and `activate`; return `folder/bin`."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "conda").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" "$@"\n')
    (programs / "conda").chmod(0o755)
    (programs / "activate").write_text('export CONDA_PREFIX="$1" PATH="$1/bin:$PATH"\n')
    return programs


def main(arguments: list[str]) -> None:
    match arguments:
        case ["info", "--json"]:
            print(json.dumps({"conda_prefix": os.environ["CONDA_ROOT"], "platform": "linux-64"}))
        case ["env", "create", "--dry-run", "--file", file]:
            for package in asyncio.run(solve_environment(Path(file))):
                print(package.name.normalized, package.version, package.build)
        case ["env", "create", "--quiet", "--no-default-packages", "--file", file, "--prefix", prefix]:
            asyncio.run(create(Path(file), Path(prefix)))
        case _ if tuple(arguments) in ANSWERS:
            print(ANSWERS[tuple(arguments)])
        case _:
            sys.exit(f"this stand-in for conda does not answer {arguments}")


if __name__ == "__main__":
    main(sys.argv[1:])
    # Threads of py-rattler outlive the event loop and, now and then, crash an interpreter that is being taken down.
    sys.stdout.flush()
    os._exit(0)
