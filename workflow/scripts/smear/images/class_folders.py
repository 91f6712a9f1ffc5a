"""The class folders of a source and the files of each, found alike in a folder and in an archive."""

from collections import defaultdict
from typing import NamedTuple

from smear.images.entries import is_image, name_suffixes
from smear.images.label_table import LabelTable
from smear.images.layout import Layout, Undecided, decide_layout
from smear.images.layout_faults import explain, explain_nothing
from smear.images.listing import Listing
from smear.images.names import escape_name, is_plain, name_files
from smear.job import UserError, list_some, show_name, show_path


class Selection(NamedTuple):
    """What the configuration's `dataset` says about which files are taken, and as what: see `labeled.find_classes`."""

    variant: str | None = None
    layout: str | None = None
    classes: list[str] | None = None
    table: LabelTable | None = None


class LeftOut(NamedTuple):
    """An image without a label, or a row of a table of labels without an image."""

    name: str
    label: str
    reason: str


class TableMatch(NamedTuple):
    """How the files of a source and a table of labels fit together; differences: see `matching.Match`."""

    path: str
    left_out: list[LeftOut]
    differences: dict[str, int]


class ClassFolders(NamedTuple):
    """What was found in a source: `files` has, by class, the name in the data set of each file by its path.

    match: of a table of labels; None where folders are the classes.
    """

    layout: Layout
    files: dict[str, dict[str, str]]
    match: TableMatch | None = None

    def count_images(self) -> dict[str, int]:
        """Files of each class that are named like images."""
        return {name: sum(map(is_image, files)) for name, files in self.files.items()}

    def list_sources(self) -> dict[str, str]:
        """The path in the source of each file by its `image_id`, sorted; what is no text in it is escaped."""
        found = {f"{name}/{own}": path for name, files in self.files.items() for path, own in files.items()}
        return {image_id: escape_name(found[image_id]) for image_id in sorted(found)}


def find_class_folders(listing: Listing, selection: Selection, source: str) -> ClassFolders:
    """The class folders of a source, as `dataset.variant` and `dataset.layout` say, else as the folders show.

    All files of a class folder are taken, however deep, so that the catalog can name those that are no images. Errors:
    a UserError that says what was found, `source` naming where, and how to decide.
    """
    try:
        layout = decide_layout(listing.files, selection.variant, selection.layout)
    except Undecided as error:
        if listing.unreadable:
            raise refuse_unreadable(sorted(listing.unreadable), listing, source) from None
        if error.reason == "no folders":
            raise explain_nothing(listing, source) from None
        works = {
            index: classes
            for index, offer in enumerate(error.offers)
            if (classes := try_offer(listing, selection, offer))
        }
        raise explain(error, works, selection.variant, source) from None
    found = defaultdict(dict)
    for path in listing.files:
        if split := layout.split_class(path):
            found[split[0]][path] = split[1]
    for path in listing.empty:
        if split := layout.split_class(f"{path}/"):
            found[split[0]] |= {}
    check_readable(layout, listing, selection.classes, source)
    check_links(layout, listing, selection.classes, source)
    wanted = check_classes(found, selection.classes, listing, source)
    return ClassFolders(layout, {name: name_files(dict(sorted(found[name].items()))) for name in wanted})


def try_offer(listing: Listing, selection: Selection, offer: dict) -> list[str] | None:
    """The classes that a piece of configuration leads to; None where it leads to another error."""
    try:
        return list(find_class_folders(listing, selection._replace(**offer), "").files)
    except UserError:
        return None


def check_readable(layout: Layout, listing: Listing, classes: list[str] | None, source: str) -> None:
    """Raise a UserError for a folder that cannot be listed and may hold images of the wanted classes."""
    hidden = []
    for path in listing.unreadable:
        split = layout.split_class(f"{path}/")
        if classes is None or split is None or split[0] in classes:
            hidden.append(path)
    if hidden:
        others = sorted({split[0] for path in listing.files if is_image(path) and (split := layout.split_class(path))})
        lost = {split and split[0] for split in (layout.split_class(f"{path}/") for path in hidden)}
        others = [] if None in lost else [name for name in others if name not in lost]
        raise refuse_unreadable(hidden, listing, source, others)


def check_links(layout: Layout, listing: Listing, classes: list[str] | None, source: str) -> None:
    """Raise a UserError for a link to nothing that stands among the class folders and may be one."""
    for path in listing.broken:
        parts = layout.place.split_path(path)
        if parts is None or len(parts) != layout.depth + 1 or is_image(path):
            continue
        if classes and parts[-1] not in classes:
            continue
        found = (layout.split_class(image) for image in listing.files if is_image(image))
        others = sorted({split[0] for split in found if split})
        raise UserError(
            f"{show_name(path)} in {show_path(source)} stands among the class folders but is a link to a place that "
            f"does not exist; correct or remove it, or list the classes to take in dataset.classes.",
            [{"dataset": {"classes": others}}] if len(others) > 1 else [],
        )


def refuse_unreadable(paths: list[str], listing: Listing, source: str, others: list[str] | None = None) -> UserError:
    """The error for folders that may not be listed. others: classes that can be taken without them."""
    reason = listing.unreadable[paths[0]]
    remedies, leave_out = [], ""
    if others and len(others) > 1:
        remedies, leave_out = [{"dataset": {"classes": others}}], ", or leave its class out of dataset.classes"
    return UserError(
        f"{len(paths)} folder{'s' * (len(paths) > 1)} of {show_path(source)} cannot be read: "
        f"{list_some([path or '.' for path in paths])} ({reason}). Give yourself the right to read and enter "
        f"{'them' if len(paths) > 1 else 'it'} (chmod u+rx){leave_out}.",
        remedies,
    )


def refuse_missing(classes: list[str] | None, found: list[str], lack: str, remedies: list[dict]) -> None:
    """Raise a UserError for names in `dataset.classes` that are not among those found; lack: what the source lacks."""
    if missing := [name for name in classes or [] if name not in found]:
        raise UserError(
            f"dataset.classes names {list_some(missing)}, but {lack}; it has: {list_some(found, 8)}.", remedies
        )


def check_classes(folders: dict[str, dict], classes: list[str] | None, listing: Listing, source: str) -> list[str]:
    """The classes to take, sorted; a UserError where one is missing, without images, badly named, or alone."""
    filled = sorted(name for name, files in folders.items() if any(map(is_image, files)) and is_plain(name))
    take = [{"dataset": {"classes": filled}}] if len(filled) > 1 else []
    shown = show_path(source)
    refuse_missing(classes, sorted(folders), f"{shown} has no such class folder", take)
    wanted = sorted(classes or folders)
    if odd := [name for name in wanted if not is_plain(name)]:
        raise UserError(
            f"The class folder {list_some(odd)} of {shown} has a name with control characters or bytes that are not "
            f"UTF-8; rename it, or list the classes to take in dataset.classes.",
            take,
        )
    for name in wanted:
        if not any(map(is_image, folders[name])):
            held = f" (only {list_some(name_suffixes(list(folders[name])))})" if folders[name] else ""
            linked = [path for path in listing.repeated if path.rpartition("/")[2] == name]
            held = " of its own, since it links to another folder of the source" if linked else held
            raise UserError(
                f"The class folder {show_name(name)} of {shown} holds no images{held}; remove it, fill it, or list "
                f"the classes to take in dataset.classes.",
                take,
            )
    if len(wanted) < 2:
        raise UserError(f"{shown} holds one class only ({show_name(wanted[0])}); a classifier needs at least two.")
    return wanted


def check_expected(counts: dict[str, int], expected: dict[str, int] | None, source: str) -> None:
    """Raise a UserError where the images of a class are not as many as `dataset.expected` says."""
    if expected is None:
        return
    faults = [
        f"{show_name(name)} has {counts.get(name, 0):,} instead of {expected.get(name, 0):,}"
        for name in sorted(counts.keys() | expected.keys())
        if counts.get(name, 0) != expected.get(name, 0)
    ]
    if faults:
        raise UserError(
            f"{show_path(source)} does not hold the images that dataset.expected names: {list_some(faults)}. Set it to "
            f"the numbers that the source should have, or to null.",
            [{"dataset": {"expected": None}}],
        )
