"""The sources of images: what each needs of the configuration, and a look at its images before any work starts."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from smear.configuration.classes import find_positive_faults
from smear.configuration.threshold import find_threshold_faults
from smear.disk import estimate_synthetic
from smear.images.announcements import describe_source
from smear.images.archive import Limits, describe_encoding, find_contents, open_archive
from smear.images.class_folders import ClassFolders, Selection, check_expected
from smear.images.entries import is_image
from smear.images.identity import Identity, write_facts
from smear.images.label_table import LabelTable, read_label_table
from smear.images.labeled import find_classes
from smear.images.levels import TABLE
from smear.images.listing import list_folder
from smear.job import UserError, show_path
from smear.split.labels import check_labels, merge_counts
from smear.split.planning import check_split, examine_groups
from smear.synthetic.classes import count_images

LONGEST_NAME = 200


class Examined(NamedTuple):
    """What a look at a source has shown.

    counts: images of each class of the source. notes: sentences for the user. found: the class folders, and content: a
    digest of names, sizes and times of their files, None where the source has no files before its rule has run. copied:
    bytes that its images take in `results`; links take none.
    """

    counts: dict[str, int]
    notes: list[str]
    found: ClassFolders | None = None
    content: str | None = None
    copied: int = 0

    def list_sources(self) -> dict[str, str] | None:
        """The path in the source of each image, by its `image_id`."""
        if self.found is None:
            return None
        return {image_id: path for image_id, path in self.found.list_sources().items() if is_image(path)}


def examine_source(dataset: dict) -> Examined | None:
    """A look at the source's images; None where only a download can show them, a UserError where it is unusable."""
    look = SOURCES[dataset["source"]].look
    if look is None:
        read_labels(dataset)  # what the table says by itself is seen before the download
    return look and look(dataset)


def check_examined(config: dict, examined: Examined | None) -> dict[str, int] | None:
    """Images of each class of the task; None where only a download can tell.

    Errors: a UserError where the counts are not the expected ones or too small to be split, where `dataset.labels`,
    `dataset.positive` or `threshold.positive` does not fit the classes, or where images do not do for `split.unit` or
    the user's table.
    """
    dataset = config["dataset"]
    sources = examined and examined.list_sources()
    groups = examine_groups(config, sources)
    if examined is None:
        return None
    origin = show_path(dataset["path"]) if dataset["path"] else f"the source {dataset['source']}"
    check_expected(examined.counts, dataset["expected"], origin[0].upper() + origin[1:] if not sources else origin)
    check_labels(dataset["labels"], examined.counts, origin, selectable=sources is not None)
    counts = merge_counts(examined.counts, dataset["labels"])
    faults = find_positive_faults(dataset["positive"], list(counts))
    if faults := faults or find_threshold_faults(config, counts, downloads=False):
        raise UserError(faults[0], faults[0].remedies)
    examined.notes.extend(check_split(config, counts, sources, groups))
    return counts


def select(dataset: dict) -> Selection:
    """What `dataset` says about which files are taken."""
    return Selection(dataset["variant"], dataset["layout"], dataset["classes"], read_labels(dataset))


def read_labels(dataset: dict) -> LabelTable | None:
    """The user's table of labels, if there is one."""
    if not dataset["labels_csv"]:
        return None
    return read_label_table(dataset["labels_csv"], dataset["labels_columns"], dataset["unmatched"] == "drop")


def check_folder(path: str) -> Path:
    """The folder of that path; a UserError where there is none."""
    folder = Path(path)
    if folder.is_file():
        archive = folder.suffix.lower() == ".zip"
        raise UserError(
            f"dataset.path: {show_path(path)} is a file and no folder; "
            + ("set dataset.source: archive." if archive else "give the folder that holds the class folders."),
            [{"dataset": {"source": "archive"}}] if archive else [],
        )
    if not folder.is_dir():
        raise UserError(
            f"dataset.path: {show_path(path)} does not exist; give the folder that holds the class folders."
        )
    return folder


def look_at_folder(dataset: dict) -> Examined:
    """A look at the class folders in the data set's folder."""
    folder, path = check_folder(dataset["path"]), dataset["path"]
    listing = list_folder(folder)
    found = find_classes(listing, select(dataset), path)
    content = hashlib.sha256()
    for file in sorted(file for files in found.files.values() for file in files):
        content.update(os.fsencode(f"{file}\0{describe_file(folder / file)}\n"))
    notes = describe_source(found, listing, path, dataset["variant"])
    return Examined(found.count_images(), notes, found, content.hexdigest())


def describe_file(path: Path) -> str:
    """Size and time of a file; of what cannot be followed, its reason, for the catalog names it."""
    try:
        status = path.stat()
    except OSError as error:
        return error.strerror or type(error).__name__
    return f"{status.st_size}\0{status.st_mtime_ns}"


def look_at_archive(dataset: dict) -> Examined:
    """A look at the class folders in the data set's zip archive."""
    path, encoding = dataset["path"], dataset["archive_encoding"]
    with open_archive(path, encoding) as archive:
        limits = Limits(dataset["max_files"], dataset["max_gigabytes"])
        listing, found, members = find_contents(archive, select(dataset), limits, path)
        notes = describe_source(found, listing, path, dataset["variant"])
        notes += describe_encoding(archive, encoding, path)
    content = hashlib.sha256()
    for name in sorted(members):
        content.update(os.fsencode(f"{name}\0{members[name].file_size}\0{members[name].CRC}\n"))
    copied = sum(member.file_size for member in members.values())
    return Examined(found.count_images(), notes, found, content.hexdigest(), copied)


def look_at_synthetic(dataset: dict) -> Examined:
    drawn = dataset["synthetic"]
    return Examined(count_images(drawn["images"]), [], copied=estimate_synthetic(drawn["images"], drawn["size"]))


def identify_source(dataset: dict, examined: Examined | None) -> Identity:
    """What the data set of this configuration is made from."""
    source, found = dataset["source"], examined and examined.found
    if source == "synthetic":
        return Identity(source, write_facts(dataset["synthetic"]))
    variant = None if found and found.layout.variant_missing else dataset["variant"]
    table = read_labels(dataset)
    layout = str(found.layout) if found else TABLE if table else dataset["layout"]
    level = found.layout.depth if found else None
    classes = sorted(dataset["classes"]) if dataset["classes"] else None
    # Not `resolve`: links are followed when two are compared.
    path, handle = dataset["path"], dataset["handle"]
    origin = handle.partition("/versions/")[0] if source == "kaggle" else os.path.abspath(path)  # noqa: PTH100
    given = describe_table(table, dataset["labels_columns"]) if table else ()
    return Identity(source, origin, variant, layout, classes, examined and examined.content, level, *given)


def describe_table(table: LabelTable, columns: dict[str, str]) -> tuple[str, str]:
    """A table of labels as a data set records it: its place and columns, and a digest of what it says."""
    content = json.dumps(sorted(zip(table.images, (label or "" for label in table.labels), strict=True)))
    place = f"{os.path.abspath(table.path)} ({columns['image']}, {columns['label']})"  # noqa: PTH100 as the origin
    return place, hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()


def derive_name(dataset: dict) -> str:
    """A name for the data set's folder, from its source: the Kaggle name, the folder's or the archive's own name."""
    text = SOURCES[dataset["source"]].name(dataset)[:LONGEST_NAME]
    safe = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in text)
    return safe.lstrip("._-") or "images"


def name_kaggle(dataset: dict) -> str:
    return (dataset["handle"] or "").partition("/")[2].partition("/")[0] or "kaggle"


def name_archive(dataset: dict) -> str:
    return PurePosixPath(dataset["path"] or "archive").stem


def name_folder(dataset: dict) -> str:
    return PurePosixPath(dataset["path"] or "folder").name


def name_synthetic(dataset: dict) -> str:
    drawn = dataset["synthetic"]
    return f"synthetic-{drawn['images']}-{drawn['size']}px-s{drawn['seed']}"


class Source(NamedTuple):
    """What is known of a source before its rule has run.

    name: of the data set's folder, from the configuration's `dataset`. needs: the key of `dataset` that must be set.
    look: a look at its images; None where only a download can show them.
    """

    name: Callable[[dict], str]
    needs: str | None = None
    look: Callable[[dict], Examined] | None = None

    @property
    def downloads(self) -> bool:
        """Whether only a download can tell which classes there are."""
        return self.look is None


SOURCES = {
    "kaggle": Source(name_kaggle, "handle"),
    "archive": Source(name_archive, "path", look_at_archive),
    "folder": Source(name_folder, "path", look_at_folder),
    "synthetic": Source(name_synthetic, look=look_at_synthetic),
}
