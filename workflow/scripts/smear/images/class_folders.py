"""Finding the class folders of a data set among relative paths, the same in a folder and in an archive."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from smear.job import UserError

IMAGE_SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
TOP = PurePosixPath(".")


def list_paths(folder: str | Path) -> list[str]:
    """Relative paths of all files and folders below `folder`, sorted; as in a zip, a folder's ends in a slash."""
    found = []
    for where, folders, files in os.walk(folder, followlinks=True):
        base = Path(where).relative_to(folder)
        found += [f"{(base / name).as_posix()}/" for name in folders] + [(base / name).as_posix() for name in files]
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
    visible = {text: path for text in paths if not is_hidden(path := PurePosixPath(text))}
    root = choose_root({path.parent.parent for path in visible.values() if is_image(path)}, variant, source)
    folders = defaultdict(list)
    for text, path in visible.items():
        if text.endswith("/") and path.parent == root:
            folders[path.name]
        elif not text.endswith("/") and path.parent.parent == root and len(path.parts) > 1:
            folders[path.parent.name].append(text)
    return {name: sorted(folders[name]) for name in check_classes(folders, classes, source)}


def is_hidden(path: PurePosixPath) -> bool:
    """Whether a path is an operating system's own: `.DS_Store`, `Thumbs.db`, `__MACOSX/…`."""
    return any(part.startswith(".") or part in ("Thumbs.db", "desktop.ini", "__MACOSX") for part in path.parts)


def is_image(path: PurePosixPath) -> bool:
    """Whether a path is named like an image in a class folder."""
    return len(path.parts) > 1 and path.suffix.lower() in IMAGE_SUFFIXES


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
        if not any(is_image(PurePosixPath(path)) for path in folders[name]):
            raise UserError(
                f"The class folder {name} of {source} holds no images; remove it, fill it, or list the classes to "
                f"take in dataset.classes."
            )
    if len(wanted) < 2:
        raise UserError(f"{source} holds one class only ({wanted[0]}); a classifier needs at least two.")
    return wanted
