"""The looks at test images: one row of `test_looks.csv` beside the data set for each, of all experiments.

A look belongs to the images that it saw, by their content: their SHA-256 lie in `test_images/<digest>.txt` beside the
table, a line each, and the digest of that list is the look's `test_images`. Rows are added and never changed.
"""

import csv
import errno
import fcntl
import hashlib
import io
import os
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from smear.files import write_text
from smear.job import UserError

FOLDER = "test_images"
MADE_OF = ("experiment", "model", "configuration", "test_images")


class Look(NamedTuple):
    """One look: when (UTC), of which experiment, digests of the images, the model and its settings, how many images."""

    when: str
    experiment: str
    test_images: str
    model: str
    configuration: str
    images: int
    why: str


def digest_images(images: Iterable[str]) -> str:
    """SHA-256 of the sorted list of images, which are SHA-256 of files themselves."""
    return hashlib.sha256(list_images(images).encode()).hexdigest()


def list_images(images: Iterable[str]) -> str:
    """The text of the file that names images: a line each, sorted, none twice."""
    return "".join(f"{image}\n" for image in sorted(set(images)))


def add_look(table: Path, experiment: str, images: Collection[str], model: str, configuration: str) -> Look:
    """Add a row to `table`, whole or not at all, while other jobs may do so too, and return it.

    images: SHA-256 of the test images' files. model, configuration: digests.
    """
    digest = digest_images(images)
    names = table.with_name(FOLDER) / f"{digest}.txt"
    if not names.exists():
        write_text(list_images(images), names)
    with table.open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = os.fstat(file.fileno()).st_size
        file.seek(0)
        earlier = parse_looks(file.read().decode(errors="replace"), table)
        look = Look(
            when=datetime.now(UTC).isoformat(timespec="seconds"),
            experiment=experiment,
            test_images=digest,
            model=model,
            configuration=configuration,
            images=len(set(images)),
            why="",
        )
        look = look._replace(why=explain(look, [each for each in earlier if count_shared(each, table, images)]))
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([look] if end else [Look._fields, look])
        append(file, text.getvalue().encode(), end)
    return look


def append(file, line: bytes, end: int) -> None:
    """Write to the end of a file; what a full disk has cut is taken back."""
    try:
        if file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file.fileno())
    except OSError as error:
        os.ftruncate(file.fileno(), end)
        error.filename = file.name
        raise


def explain(look: Look, earlier: list[Look]) -> str:
    """Why a look was made: what is new in it, beside the last one of `earlier` that saw some of the same images."""
    if not earlier:
        return "first look at these images"
    changed = [name.replace("_", " ") for name in MADE_OF if getattr(look, name) != getattr(earlier[-1], name)]
    return f"other than before: {', '.join(changed)}" if changed else "made again: nothing has changed"


def read_looks(table: Path) -> list[Look]:
    """All rows of the table, the oldest first, while no job adds one. Errors: see `parse_looks`."""
    with table.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return parse_looks(file.read().decode(errors="replace"), table)


def parse_looks(text: str, table: Path) -> list[Look]:
    """All rows of the table's text. Errors: a UserError that names a line which is none."""
    looks, header = [], ",".join(Look._fields)
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if number == 1 and line == f"{header}\n":
            continue
        fields = next(csv.reader([line]), [])
        if number == 1 or len(fields) != len(Look._fields) or not fields[5].isdecimal() or not line.endswith("\n"):
            raise UserError(
                f"Line {number} of {table} is no look at test images; restore the file from a copy, or remove the "
                f"line (the look is then not counted), under the first line {header}."
            )
        looks.append(Look(*fields)._replace(images=int(fields[5])))
    return looks


def count_shared(look: Look, table: Path, images: Collection[str]) -> int:
    """How many of `images` a look saw. Errors: a UserError where the list of its images is lost or damaged."""
    path = table.with_name(FOLDER) / f"{look.test_images}.txt"
    try:
        seen = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        seen = []
    if digest_images(seen) != look.test_images:
        raise UserError(
            f"{path} is not the list of test images that {table} names; restore it from a copy, or remove the rows "
            "with that digest, whose looks are then not counted."
        )
    return len(set(seen) & set(images))


def write_looks(found: list[tuple[Look, int]], path: str | Path) -> None:
    """Write what `find_looks` has found: the columns of a look and `shared`, how many of the images it saw."""
    text = io.StringIO()
    rows = [[*look, shared] for look, shared in found]
    csv.writer(text, lineterminator="\n").writerows([[*Look._fields, "shared"], *rows])
    write_text(text.getvalue(), path)


def write_looks_of(experiments: Collection[str], table: Path, images: Collection[str], path: str | Path) -> None:
    """Write which looks of these experiments saw some of `images`, as `write_looks` does."""
    write_looks([(look, shared) for look, shared in find_looks(table, images) if look.experiment in experiments], path)


def read_found(path: str | Path) -> list[tuple[Look, int]]:
    """What `write_looks` has written."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        rows = [(Look(*row[:-1]), int(row[-1])) for row in list(csv.reader(file))[1:]]
    return [(look._replace(images=int(look.images)), shared) for look, shared in rows]


def find_looks(table: Path, images: Collection[str]) -> list[tuple[Look, int]]:
    """The looks that saw some of `images`, the oldest first, each with how many of them it saw."""
    found = [(look, count_shared(look, table, images)) for look in read_looks(table)]
    return [(look, shared) for look, shared in found if shared]
