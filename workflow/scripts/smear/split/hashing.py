"""Deterministic hash assignment: chance that depends on a name alone, whatever other images there are."""

import hashlib


def hash_fraction(seed: int, name: str) -> float:
    """A number from 0 to 1, uniform over names and seeds."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
