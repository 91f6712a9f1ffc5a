"""The class folders of a data set: found among relative paths, alike in a folder and an archive, and their counts."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from smear.job import UserError

IMAGE_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
SYSTEM_FILES = ("Thumbs.db", "desktop.ini", "__MACOSX")
TOP = PurePosixPath(".")


def list_paths(folder: str | Path) -> list[str]:
    """Relative paths of all files and folders below `folder`, sorted; as in a zip, a folder's ends in a slash."""
    found = []
    for where, folders, files in os.walk(folder, followlinks=True):
        base = Path(where).relative_to(folder).as_posix()
        prefix = "" if base == "." else f"{base}/"
        found += [f"{prefix}{name}/" for name in folders] + [f"{prefix}{name}" for name in files]
    return sorted(found)


def find_class_folders(
    paths: Iterable[str], variant: str | None, classes: list[str] | None, source: str
) -> dict[str, list[str]]:
    """Map each class to the files directly in its folder, both sorted: {class: [path, …]}.

    Class folders are folders with images that lie beside each other. Where a data set has several such sets (`Original`
    and its `Segmented` twins), `variant` names the folder that holds the wanted one; it is not needed where there is
    only one set, nor where the class folders lie at the top. `classes` restricts to some of them. Hidden files are
    passed over. Errors: a UserError that says what was found, `source` naming where.
    """
    everything = {folder: files for folder, files in group_by_folder(paths).items() if folder != TOP}
    with_images = (folder for folder, files in everything.items() if any(map(is_image, files)))
    root = choose_root({folder.parent for folder in with_images}, variant, source)
    folders = {folder.name: files for folder, files in everything.items() if folder.parent == root}
    return {name: sorted(folders[name]) for name in check_classes(folders, classes, source)}


def group_by_folder(paths: Iterable[str]) -> dict[PurePosixPath, list[str]]:
    """The files directly in each folder, what is hidden left out; paths are looked at as text, for they may be many."""
    texts = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition("/")
        files = texts[folder]  # an empty folder counts as well
        if name and not is_hidden(name):
            files.append(path)
    found = defaultdict(list)
    for text, files in texts.items():
        folder = PurePosixPath(text)
        if not any(map(is_hidden, folder.parts)):
            found[folder] += files
    return found


def is_hidden(name: str) -> bool:
    """Whether a file or folder is an operating system's own: `.DS_Store`, `Thumbs.db`, `__MACOSX`."""
    return name.startswith(".") or name in SYSTEM_FILES


def is_image(path: str) -> bool:
    """Whether a file is named like an image."""
    return path.lower().endswith(IMAGE_SUFFIXES)


def choose_root(roots: set[PurePosixPath], variant: str | None, source: str) -> PurePosixPath:
    """The folder that holds the class folders: the one that `variant` names, else the top, else the only one."""
    if not roots:
        raise UserError(
            f"{source} holds no class folders with images: put the images of each class into a folder named like it."
        )
    named = sorted(root for root in roots if root.name == variant)
    if len(named) > 1:
        raise UserError(f"dataset.variant: {source} has several folders {variant}: {', '.join(map(str, named))}.")
    if named:
        return named[0]
    if TOP in roots:
        return TOP
    if variant is None and len(roots) == 1:
        return next(iter(roots))
    names = ", ".join(sorted(str(root) for root in roots))
    problem = "is not set" if variant is None else f"is {variant}, which is not there"
    raise UserError(
        f"dataset.variant {problem}: in {source} class folders lie inside {names}; set it to one of these names."
    )


def check_classes(folders: dict[str, list[str]], classes: list[str] | None, source: str) -> list[str]:
    """The classes to take, sorted; a UserError where one is missing, without images, or alone."""
    for name in classes or []:
        if name not in folders:
            raise UserError(
                f"dataset.classes names {name}, but {source} has no such class folder; it has: "
                f"{', '.join(sorted(folders))}."
            )
    wanted = sorted(classes or folders)
    for name in wanted:
        if not any(map(is_image, folders[name])):
            raise UserError(
                f"The class folder {name} of {source} holds no images; remove it, fill it, or list the classes to "
                f"take in dataset.classes."
            )
    if len(wanted) < 2:
        raise UserError(f"{source} holds one class only ({wanted[0]}); a classifier needs at least two.")
    return wanted


def check_expected(counts: dict[str, int], expected: dict[str, int] | None, source: str) -> None:
    """Raise a UserError where the images of a class are not as many as `dataset.expected` says."""
    if expected is None:
        return
    expected = {str(name): images for name, images in expected.items()}  # YAML reads a class named 0 as a number
    faults = [
        f"{name} has {counts.get(name, 0):,} instead of {expected.get(name, 0):,}"
        for name in sorted(counts.keys() | expected.keys())
        if counts.get(name, 0) != expected.get(name, 0)
    ]
    if faults:
        raise UserError(f"{source} does not hold the images that dataset.expected names: {', '.join(faults)}.")
