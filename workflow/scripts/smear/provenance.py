"""What made a result: versions, commit, settings, inputs, device."""

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

WORKFLOW = Path(__file__).parents[3]


def get_versions(packages: Iterable[str]) -> dict[str, str]:
    """Versions of Python and of those `packages` that are installed."""
    versions = {"python": platform.python_version()}
    for package in packages:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def get_commit() -> str | None:
    """The workflow's git commit, with `-modified` behind it if files differ; None outside a checkout."""
    command = ["git", "-C", str(WORKFLOW), "describe", "--always", "--abbrev=40", "--dirty=-modified", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def digest_file(path: str | Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
