"""The sources of images: what each needs of the configuration, and a look at its images before any work starts."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from smear.configuration.classes import find_positive_faults
from smear.images.archive import UNREADABLE, Limits, find_members
from smear.images.class_folders import check_expected, find_class_folders, is_image, list_paths
from smear.job import UserError
from smear.split.labels import check_labels, merge_counts
from smear.split.sequence import check_numbered
from smear.split.targets import check_class_sizes
from smear.synthetic.classes import count_images


def check_source(config: dict) -> dict[str, int] | None:
    """Images of each class of the task that the source holds; None where only a download can tell.

    Errors: a UserError for a folder or an archive that is missing, unusable or hostile, where the counts are not the
    expected ones or too small to be split, where `dataset.labels` or `dataset.positive` does not fit the source's
    classes, or where the names do not do for `split.unit`.
    """
    dataset, split = config["dataset"], config["split"]
    source, names = SOURCES[dataset["source"]], None
    if source.list_files:
        names = {name: list(filter(is_image, files)) for name, files in source.list_files(dataset).items()}
        counts = {name: len(images) for name, images in names.items()}
    elif source.count_images:
        counts = source.count_images(dataset)
    else:
        return None
    check_expected(counts, dataset["expected"], dataset["path"] or f"The source {dataset['source']}")
    origin = dataset["path"] or f"the source {dataset['source']}"
    check_labels(dataset["labels"], counts, origin, selectable=names is not None)
    counts = merge_counts(counts, dataset["labels"])
    if faults := find_positive_faults(dataset["positive"], list(counts)):
        raise UserError(faults[0])
    check_class_sizes(counts, split["fractions"])
    if names and split["unit"] == "sequence" and not split["groups_csv"]:
        check_numbered(image for images in names.values() for image in images)
    return counts


def check_folder(path: str) -> Path:
    """The folder of that path; a UserError where there is none."""
    folder = Path(path).expanduser()
    if not folder.is_dir():
        problem = "is not a folder" if folder.exists() else "does not exist"
        raise UserError(f"dataset.path: {path} {problem}; give the folder that holds the class folders.")
    return folder


def list_folder(dataset: dict) -> dict[str, list[str]]:
    """Paths of the files of each wanted class in the data set's folder; a UserError where it is unusable."""
    paths = list_paths(check_folder(dataset["path"]))
    return find_class_folders(paths, dataset["variant"], dataset["classes"], dataset["path"])


def list_members(dataset: dict) -> dict[str, list[str]]:
    """Names of the wanted members of each class in the data set's zip archive; a UserError where it is unusable."""
    path = dataset["path"]
    if not Path(path).is_file():
        raise UserError(f"dataset.path: {path} does not exist; give the zip archive that holds the class folders.")
    limits = Limits(dataset["max_files"], dataset["max_gigabytes"])
    try:
        with zipfile.ZipFile(path) as archive:
            found = find_members(archive, dataset["variant"], dataset["classes"], limits, path)
    except UNREADABLE as error:
        raise UserError(f"dataset.path: {path} is no readable zip archive ({error}).") from error
    return {name: [member.filename for member in members] for name, members in found.items()}


def digest_source(dataset: dict) -> str:
    """A digest of names, sizes and times of a folder's images: it changes as one is added, removed or replaced."""
    folder, found = check_folder(dataset["path"]), list_folder(dataset)
    digest = hashlib.sha256()
    for path in (path for paths in found.values() for path in paths):
        status = (folder / path).stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def derive_name(dataset: dict) -> str:
    """A name for the data set's folder, from its source: the Kaggle name, the folder's or the archive's own name."""
    text = SOURCES[dataset["source"]].name(dataset)
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


def count_synthetic(dataset: dict) -> dict[str, int]:
    return count_images(dataset["synthetic"]["images"])


class Source(NamedTuple):
    """What is known of a source before its rule has run.

    name: of the data set's folder, from the configuration's `dataset`. needs: the key of `dataset` that must be set.
    list_files: names of the files of each class; None for a source that has none before its rule. count_images: for
    such a one, images of each class; None where only a download can tell.
    """

    name: Callable[[dict], str]
    needs: str | None = None
    list_files: Callable[[dict], dict[str, list[str]]] | None = None
    count_images: Callable[[dict], dict[str, int]] | None = None

    @property
    def downloads(self) -> bool:
        """Whether only a download can tell which classes there are."""
        return not (self.list_files or self.count_images)


SOURCES = {
    "kaggle": Source(name_kaggle, "handle"),
    "archive": Source(name_archive, "path", list_members),
    "folder": Source(name_folder, "path", list_folder),
    "synthetic": Source(name_synthetic, count_images=count_synthetic),
}
