"""Chance that depends on a name alone, so that what is drawn for one image is the same whatever others there are."""

import hashlib


def lot(seed: int, name: str) -> float:
    """A number from 0 to 1, uniform over names and seeds."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
