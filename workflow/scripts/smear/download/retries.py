"""Work over a network that may break: which errors pass by themselves, and when to try again."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import requests

from smear.job import log

TIMEOUT = (5, 15)  # seconds to connect, and between two pieces of an answer
PAUSES = (1, 2, 4)  # seconds before the second, the third and the fourth attempt
LONGEST_PAUSE = 300  # seconds, where a server asks for more
BUSY = (requests.codes.too_many_requests, requests.codes.service_unavailable)

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
            pause = max(pause, asked_pause(error))
            log.warning("%s: trying again in %g s", failure_kind(error), pause)
            time.sleep(pause)
    return work()


def may_pass(error: Exception) -> bool:
    """Whether the same request may succeed later: no answer at all, a busy server, or its fault."""
    status = status_of(error)
    return status is None or status == requests.codes.too_many_requests or status >= 500


def asked_pause(error: Exception) -> float:
    """Seconds that a busy server asks to wait by `Retry-After`, a number or a date (RFC 9110, 10.2.3); 0 without."""
    if status_of(error) not in BUSY:
        return 0
    text = error.response.headers.get("Retry-After", "").strip()
    return min(float(text) if text.isascii() and text.isdigit() else seconds_until(text), LONGEST_PAUSE)


def seconds_until(date: str) -> float:
    """Seconds from now to an HTTP date; 0 for the past, and for a text that is no date."""
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, round((moment - datetime.now(UTC)).total_seconds(), 1))


def failure_kind(error: Exception) -> str:
    """Name an error without its text, which may hold a signed address or the password of a proxy."""
    status = status_of(error)
    return type(error).__name__ if status is None else f"HTTP status {status}"


def status_of(error: Exception) -> int | None:
    """The HTTP status that a server answered with, None where it did not answer."""
    response = getattr(error, "response", None)
    return None if response is None else response.status_code
