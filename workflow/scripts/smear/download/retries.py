"""Work over a network that may break: which errors pass by themselves, and when to try again."""

import time
from collections.abc import Callable
from typing import TypeVar

import requests

from smear.job import log

TIMEOUT = (5, 15)  # seconds to connect, and between two pieces of an answer
PAUSES = (1, 2, 4)  # seconds before the second, the third and the fourth attempt

Result = TypeVar("Result")


def with_retries(work: Callable[[], Result], *passing: type[Exception]) -> Result:
    """Return what `work` returns, begun again after a network error that may pass or an error of a kind in `passing`.

    Raises the error of the last attempt, and at once one that will not pass.
    """
    for pause in PAUSES:
        try:
            return work()
        except (requests.RequestException, *passing) as error:
            if not may_pass(error):
                raise
            log.warning("%s: trying again in %g s", failure_kind(error), pause)
            time.sleep(pause)
    return work()


def may_pass(error: Exception) -> bool:
    """Whether the same request may succeed later: no answer at all, a busy server, or its fault."""
    status = status_of(error)
    return status is None or status == requests.codes.too_many_requests or status >= 500


def failure_kind(error: Exception) -> str:
    """Name an error without its text, which may hold a signed address or the password of a proxy."""
    status = status_of(error)
    return type(error).__name__ if status is None else f"HTTP status {status}"


def status_of(error: Exception) -> int | None:
    """The HTTP status that a server answered with, None where it did not answer."""
    response = getattr(error, "response", None)
    return None if response is None else response.status_code
