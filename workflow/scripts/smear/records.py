"""Digest records: what a job wrote, in a JSON beside it, by which every reader sees that a file was cut or exchanged.

A record is named `….digests.json` (or `digests.json`) and holds for each file of its job, by name, its bytes, the
SHA-256 of its content and, of tables and tensors, its rows. Times and places do not count: results may move.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from smear.files import write_json
from smear.job import UserError
from smear.provenance import digest_file

MARK = "digests.json"


@contextmanager
def recorded(snakemake, *sources: str) -> Iterator[dict[str, str]]:
    """Around the work of a job: check what it reads, and record what it has written if its rule has a record.

    Yields the SHA-256 of each input that has a record. sources: names of inputs that the outputs belong to, row by row
    or image by image; their digests go into the record, and whoever reads several files of one source compares them.
    """
    digests = check_files(snakemake.input)
    yield digests
    outputs = list(map(Path, snakemake.output))
    for record in filter(is_record, outputs):
        made_from = {snakemake.input[name]: digests[snakemake.input[name]] for name in sources}
        write_record(record, [path for path in outputs if path != record], snakemake.rule, made_from)


def is_record(path: str | Path) -> bool:
    """Whether a file is a record, by its name."""
    name = Path(path).name
    return name == MARK or name.endswith(f".{MARK}")


def write_record(record: Path, paths: Iterable[Path], rule: str, made_from: dict[str, str] | None = None) -> None:
    """Record `paths`, which lie in the record's folder or below, as written by `rule`; made_from: SHA-256 by path."""
    files = {path.relative_to(record.parent).as_posix(): describe_file(path) for path in paths}
    sources = {Path(path).name: digest for path, digest in (made_from or {}).items()}
    content = {"record": record.name, "rule": rule, "files": files, "made_from": sources}
    write_json(content | {"sha256": digest_content(content)}, record)


def digest_content(content: dict) -> str:
    """SHA-256 of what a record says."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def describe_file(path: Path) -> dict:
    """`bytes`, `sha256` and, of a table or a tensor, `rows` of a file that was just written."""
    rows = len(np.load(path, mmap_mode="r")) if path.suffix == ".npy" else count_rows(path)
    facts = {"bytes": path.stat().st_size, "sha256": digest_file(path)}
    return facts if rows is None else facts | {"rows": rows}


def count_rows(path: Path) -> int | None:
    """Rows of a CSV file below its header; None for other files, and for one that is damaged beyond counting."""
    if path.suffix != ".csv":
        return None
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return max(sum(1 for _ in csv.reader(file)) - 1, 0)
    except (UnicodeDecodeError, csv.Error):
        return None


def check_files(paths: Iterable[str | Path]) -> dict[str, str]:
    """The SHA-256 of those of `paths` that a record among them tells of; each file is read once, a piece at a time.

    Errors: a UserError that names a file which is not as it was written, or a record that is none.
    """
    paths = list(dict.fromkeys(map(str, paths)))
    records = {path: read_record(path) for path in paths if is_record(path)}
    written = {
        str(Path(path).parent / name): (record["rule"], facts)
        for path, record in records.items()
        for name, facts in record["files"].items()
    }
    digests = {path: check_file(Path(path), *written[path]) for path in paths if path in written}
    check_sources(records, digests)
    return digests


def read_record(path: str | Path) -> dict:
    """A record. Errors: a UserError for one that is damaged or was written under another name."""
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
        whole = isinstance(record, dict) and record.pop("sha256", None) == digest_content(record)
    except (OSError, ValueError, RecursionError):
        whole = False
    if not whole:
        raise UserError(f"{path} is no whole digest record: {remedy(path)}")
    if record["record"] != Path(path).name:
        raise UserError(f"{path} is the digest record of other files: {remedy(path)}")
    return record


def check_file(path: Path, rule: str, facts: dict) -> str:
    """The SHA-256 of a file that is as it was written; a UserError for another one, with what differs."""
    if not path.is_file():
        raise UserError(f"{path} is missing: {remedy(path)}")
    size = path.stat().st_size
    if size == facts["bytes"] and (digest := digest_file(path)) == facts["sha256"]:
        return digest
    rows = count_rows(path)
    if rows is not None and "rows" in facts and rows != facts["rows"]:
        difference = f"it has {rows:,} rows instead of {facts['rows']:,}"
    elif size != facts["bytes"]:
        difference = f"it has {size:,} bytes instead of {facts['bytes']:,}"
    else:
        difference = "its content has another SHA-256"
    raise UserError(f"{path} is not as {rule} wrote it, {difference}: {remedy(path)}")


def check_sources(records: dict[str, dict], digests: dict[str, str]) -> None:
    """Raise a UserError where files that are read together were made from different ones of the same name."""
    known = {Path(path).name: (path, digest) for path, digest in digests.items()}
    for path, record in records.items():
        for name, digest in record["made_from"].items():
            other, wanted = known.setdefault(name, (f"those of {path}", digest))
            if digest != wanted:
                raise UserError(f"The files of {path} were made from another {name} than {other}: {remedy(path)}")


def remedy(path: str | Path) -> str:
    """How a file is made again: to be tried as it is written."""
    return (
        f"restore it from a copy, or delete it, call the same command with `-f {path}` at its end, in place of other "
        f"targets, and then the command as before."
    )
