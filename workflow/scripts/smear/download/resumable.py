"""Downloading a large file so that it is resumed after a cut, by a later process too."""

import base64
import hashlib
import time
from pathlib import Path

import requests

from smear.download.retries import TIMEOUT
from smear.job import MIB, check_space, log

CHUNK = 1 << 16  # bytes that a cut may lose
REPORT_EVERY = 10  # seconds between two lines of progress


class DamagedDownload(Exception):  # noqa: N818
    """What has arrived is not what the server holds; it has been removed."""


def download(offer: requests.Response, md5: str | None, path: Path, title: str) -> None:
    """Complete `path` to the body of `offer`, an answer whose body has not been read, and check its MD5 (Base64).

    Raises `requests.RequestException`, after which `path` holds what has arrived, and `DamagedDownload`.
    """
    size = read_length(offer)
    start = path.stat().st_size if path.exists() else 0
    if size is None or start > size or not offer.history:
        start = 0
    if start < (size or 1):
        announce(start, size, title)
        request_rest(offer, start, size, path, title)
    if md5 and md5 != base64.b64encode(read_md5(path)).decode():
        path.unlink()
        raise DamagedDownload(f"MD5 is not {md5}")


def request_rest(offer: requests.Response, start: int, size: int | None, path: Path, title: str) -> None:
    """Write the body of `offer` from byte `start` on."""
    if not offer.history:  # the answer itself is the body, and no address to ask again
        return write_body(offer, 0, size, path, title)
    # Asked again even for the whole: the Kaggle clients set no limit to a server's silence.
    headers = {"Range": f"bytes={start}-", "Accept-Encoding": "identity"}
    with requests.get(offer.url, stream=True, timeout=TIMEOUT, headers=headers) as response:
        response.raise_for_status()
        if response.status_code != requests.codes.partial_content:
            start = 0
        write_body(response, start, size, path, title)


def write_body(response: requests.Response, start: int, size: int | None, path: Path, title: str) -> None:
    """Write the body of `response` at byte `start` of `path`, with a line of progress now and then."""
    if size is not None:
        check_space(path.parent, size - start, f"The rest of {title}" if start else f"Downloading {title}")
    done, told = start, time.monotonic()
    with path.open("ab" if start else "wb") as file:
        for chunk in response.iter_content(CHUNK):
            file.write(chunk)
            done += len(chunk)
            if time.monotonic() - told >= REPORT_EVERY:
                log.info("%s", describe_progress(done, size))
                told = time.monotonic()
    log.info("%s", describe_progress(done, size))


def announce(start: int, size: int | None, title: str) -> None:
    of_size = "" if size is None else f" of {size / MIB:.1f} MiB"
    if start:
        log.info("%s: resuming after the %.1f MiB%s that an earlier attempt left", title, start / MIB, of_size)
    else:
        log.info("%s: downloading%s", title, of_size.removeprefix(" of"))


def describe_progress(done: int, size: int | None) -> str:
    """How far a download is: `12.0 of 48.0 MiB (25 %)`."""
    if not size:
        return f"{done / MIB:.1f} MiB"
    return f"{done / MIB:.1f} of {size / MIB:.1f} MiB ({100 * done / size:.0f} %)"


def read_length(response: requests.Response) -> int | None:
    """Bytes of the whole body, None where the server does not say."""
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None


def read_md5(path: Path) -> bytes:
    """The MD5 of a file: storage servers state it in Base64, Keras in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").digest()
