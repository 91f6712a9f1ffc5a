"""Looking at the user's images before any work starts."""

import hashlib
import zipfile
from pathlib import Path

from smear.dataset import find_positive_faults
from smear.images.archive import UNREADABLE, Limits, find_members
from smear.images.class_folders import find_class_folders, is_image, list_paths
from smear.images.class_sizes import check_class_sizes, check_expected
from smear.job import UserError
from smear.split.labels import check_labels, merge_counts
from smear.split.sequence import check_numbered
from smear.synthetic.classes import count_images


def list_source_images(dataset: dict) -> dict[str, list[str]] | None:
    """Images of each class that a folder or an archive holds, by their names; None for other sources.

    Errors: a UserError for a missing or unusable folder, and for a missing, unusable or hostile archive.
    """
    match dataset["source"]:
        case "folder":
            paths = list_paths(check_folder(dataset["path"]))
            found = find_class_folders(paths, dataset["variant"], dataset["classes"], dataset["path"])
        case "archive":
            found = list_members(dataset)
        case _:
            return None
    return {name: list(filter(is_image, files)) for name, files in found.items()}


def check_source(config: dict) -> dict[str, int] | None:
    """Images of each class of the task that the source holds; None where only a download can tell.

    Errors: those of `list_source_images`, and a UserError where the counts are not the expected ones, or too small to
    be split, where `dataset.labels` or `dataset.positive` does not fit the source's classes, or where the names do not
    do for `split.unit`.
    """
    dataset, split = config["dataset"], config["split"]
    names = list_source_images(dataset)
    if names is None and dataset["source"] != "synthetic":
        return None
    if names is None:
        counts = count_images(dataset["synthetic"]["images"])
    else:
        counts = {name: len(images) for name, images in names.items()}
    check_expected(counts, dataset["expected"], dataset["path"] or "The source synthetic")
    check_labels(dataset["labels"], counts, dataset["path"] or "the source synthetic", selectable=names is not None)
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
    folder = check_folder(dataset["path"])
    found = find_class_folders(list_paths(folder), dataset["variant"], dataset["classes"], dataset["path"])
    digest = hashlib.sha256()
    for path in (path for paths in found.values() for path in paths):
        status = (folder / path).stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
