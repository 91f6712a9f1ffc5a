"""How shares are written."""

import pytest
from smear.formats import percent, percentage


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.97839, 2, "97.84"), (1, 2, "100.00"), (0.99996, 2, "99.99"), (24_999 / 25_000, 2, "99.99"),
        (0.9996, 1, "99.9"), (0.996, 0, "99"), (1, 0, "100"), (0, 2, "0.00"), (0.99994, 2, "99.99"),
    ],
)  # fmt: skip
def test_only_the_whole_is_100_percent(share, digits, text):
    assert percentage(share, digits) == text
    assert percent(share, digits) == f"{text}\N{NO-BREAK SPACE}%"
