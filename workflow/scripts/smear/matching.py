"""Matching the names of a user's table with images: exactly, or as alike as one system's names are with another's."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from smear.images.entries import IMAGE_SUFFIXES


class Match(NamedTuple):
    """The row of each image, None where there is none.

    shared: names of the table that belong to several images. differences: how many names match in spite of what.
    """

    rows: list[int | None]
    shared: list[str]
    differences: dict[str, int]

    @property
    def missing(self) -> int:
        return self.rows.count(None)


def same(name: str) -> str:
    return name


def unify(name: str) -> str:
    """A name with composed accents and forward slashes, and nothing before its first folder."""
    name = unicodedata.normalize("NFC", name.strip()).replace("\\", "/")
    return name.removeprefix("./").lstrip("/")


def fold(name: str) -> str:
    return unify(name).casefold()


def drop_suffix(name: str) -> str:
    """A folded name without the suffix of an image."""
    name = fold(name)
    return next((name[: -len(suffix)] for suffix in IMAGE_SUFFIXES if name.endswith(suffix)), name)


FORMS: dict[str, Callable[[str], str]] = {
    "exactly": same,
    "with accents, slashes or folders written in another way": unify,
    "in another case": fold,
    "without the extension": drop_suffix,
}


def match_names(image_ids: list[str], names: list[str], sources: dict[str, str]) -> Match:
    """The row among `names` of each image, named as `<Class>/<name>`, as `<name>`, or by its path in the source.

    sources: that path by `image_id`. A form of writing is tried on the images that the stricter ones have left, and a
    name counts where it is the only one of its form.
    """
    rows: list[int | None] = [None] * len(image_ids)
    shared, differences, taken = [], {}, set()
    for difference, form in FORMS.items():
        counts = Counter(map(form, names))
        known = {form(name): row for row, name in enumerate(names) if counts[form(name)] == 1}
        claims = {}
        for number, image_id in enumerate(image_ids):
            if rows[number] is None:
                keys = (form(key) for key in list_names(image_id, sources.get(image_id), difference != "exactly"))
                row = next((known[key] for key in keys if key in known and known[key] not in taken), None)
                if row is not None:
                    claims.setdefault(row, []).append(number)
        for row, numbers in claims.items():
            if len(numbers) > 1:
                shared.append(names[row])
                continue
            rows[numbers[0]] = row
        taken |= set(claims)
        if (found := sum(len(numbers) == 1 for numbers in claims.values())) and difference != "exactly":
            differences[difference] = found
    return Match(rows, shared, differences)


def list_names(image_id: str, source: str | None, alike: bool) -> Iterable[str]:
    """The names that an image may have in a table, the fullest first; alike: those of its path in the source, too."""
    yield image_id
    if source:
        yield source
    yield PurePosixPath(image_id).name
    if source and alike:
        parts = source.split("/")
        for start in range(1, len(parts)):
            yield "/".join(parts[start:])
