"""Whether files can be had over the network, asked before any work starts."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import requests

from smear.download.retries import PAUSES, TIMEOUT, failure_kind, may_pass
from smear.job import UserError

AT_ONCE = 8  # questions


class Wanted(NamedTuple):
    """A file of published weights that a call would download, and where a user may put it instead."""

    architecture: str
    url: str
    md5: str | None
    placed: str


def ask_server(url: str) -> str | None:
    """What keeps a file from being had, in a word or two; None where the server offers it. Its body is not read.

    Asked once more where that may help, and no more often: the download itself is patient.
    """
    problem = None
    for pause in (PAUSES[0], 0):
        try:
            # GET, since proxies and storages answer HEAD in ways of their own.
            with requests.get(url, stream=True, timeout=TIMEOUT) as offer:
                offer.raise_for_status()
                return None
        except requests.RequestException as error:
            problem = failure_kind(error)
            if not may_pass(error):
                break
            time.sleep(pause)
    return problem


def check_available(wanted: Iterable[Wanted]) -> None:
    """Raise a UserError that names all files which cannot be had."""
    wanted = sorted(wanted)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        problems = list(pool.map(ask_server, [one.url for one in wanted]))
    missing = [(one, problem) for one, problem in zip(wanted, problems, strict=True) if problem]
    if not missing:
        return
    names = ", ".join(one.architecture for one, _ in missing)
    files = "".join(f"\n  {describe(one)}: {problem}" for one, problem in missing)
    raise UserError(
        f"The published weights of {names} cannot be had. Check the network and the proxy, or put these files there "
        f"yourself, or leave them out (grid.architecture), or do without (model: {{weights: none}}, embeddings: none):"
        f"{files}"
    )


def describe(one: Wanted) -> str:
    """Where a file would be put, and where it comes from."""
    return f"{one.placed}  from {one.url}" + (f" (MD5 {one.md5})" if one.md5 else "")
