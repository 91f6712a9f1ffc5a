"""Fetch the published ImageNet weights of one architecture, from a file placed by hand or from Keras' storage."""

import shutil
from pathlib import Path

import smear.environment
import requests
from smear.download.resumable import download, read_md5
from smear.download.retries import TIMEOUT, failure_kind, with_retries
from smear.files import atomic_write
from smear.job import UserError, log, logged_to

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def download_weights(url: str, path: Path) -> None:
    """Write the body of `url` to `path`. Raises `requests.RequestException`."""
    log.info("asking for %s", url)
    with requests.get(url, stream=True, timeout=TIMEOUT) as offer:
        offer.raise_for_status()
        download(offer, None, path, "the weights")


def fetch(url: str, md5: str | None, path: Path) -> None:
    """Download `url` to `path`. Raises `UserError` where it cannot be had after several attempts."""
    try:
        with_retries(lambda: download_weights(url, path))
    except requests.RequestException as error:
        which = f"file (MD5 {md5})" if md5 else "file"
        raise UserError(
            f"The weights at {url} cannot be had ({failure_kind(error)}): check the network and the proxy, or put the "
            f"{which} at {place_by_hand(url)} yourself, or do without it (model: "
            "{weights: none}, embeddings: none)."
        ) from error


def place_by_hand(url: str) -> str:
    """Where a user puts the file of `url` who has it from elsewhere, seen from the working directory."""
    return f"resources/weights/{url.rpartition('/')[2]}"


def check(path: Path, md5: str | None, architecture: str, origin: str, remedy: str) -> None:
    """Raise `UserError` unless the bytes at `path`, which came from `origin`, are the published ones.

    Where no MD5 is published, any HDF5 file passes.
    """
    found = read_md5(path).hex()
    if md5 is None:
        log.warning("Keras publishes no MD5 of these weights of %s; this file has %s", architecture, found)
        with path.open("rb") as file:
            expected, found = "an HDF5 file", file.read(len(HDF5_SIGNATURE))
        passes = found == HDF5_SIGNATURE
    else:
        expected, passes = f"MD5 {md5}", found == md5
    if not passes:
        raise UserError(
            f"{origin} does not hold the published weights of {architecture}: expected {expected}, "
            f"got {found}; {remedy}."
        )


def main(snakemake) -> None:
    url, md5, architecture = snakemake.params.url, snakemake.params.md5, snakemake.params.architecture
    local = next(iter(snakemake.input), None)  # `input.local` itself is a file or a list, as its function answers
    with atomic_write(snakemake.output.weights) as temporary:
        if local:
            shutil.copyfile(local, temporary)
            check(temporary, md5, architecture, local, f"download {url} again, or remove {local}")
        else:
            fetch(url, md5, temporary)
            check(temporary, md5, architecture, url, f"get the file elsewhere and put it at {place_by_hand(url)}")


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
