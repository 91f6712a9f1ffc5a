"""The threshold that was chosen for a model before its test, inside its `.keras` file.

A `.keras` file is a zip archive; Keras does not look at members that it does not know.
"""

import json
import zipfile
from pathlib import Path

MEMBER = "threshold.json"
KEPT = ("positive", "classes", "threshold", "target", "rule")


def add_threshold(model: str | Path, chosen: dict) -> None:
    """Put a threshold into the file of a model, which has none. chosen: what `comparison/threshold.json` holds."""
    text = json.dumps({name: chosen[name] for name in KEPT}, sort_keys=True)
    # A fixed date, so that the same model is the same file.
    with zipfile.ZipFile(model, "a") as archive:
        archive.writestr(zipfile.ZipInfo(MEMBER, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)


def read_threshold(model: str | Path) -> dict | None:
    """The threshold in the file of a model: `positive`, `classes`, `threshold`, `target`, `rule`; None without one."""
    with zipfile.ZipFile(model) as archive:
        return json.loads(archive.read(MEMBER)) if MEMBER in archive.namelist() else None
