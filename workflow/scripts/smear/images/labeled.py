"""The class of each file of a source: that of its folder, or that of the user's table of labels."""

from collections import defaultdict
from difflib import get_close_matches

from smear.images.class_folders import (
    ClassFolders,
    LeftOut,
    Selection,
    TableMatch,
    find_class_folders,
    refuse_missing,
    refuse_unreadable,
)
from smear.images.entries import is_image
from smear.images.label_table import KEY, LabelTable, read_label_table
from smear.images.layout import TABLE, Layout, Place, Undecided, find_variant
from smear.images.layout_faults import explain
from smear.images.listing import Listing
from smear.images.names import name_files
from smear.job import UserError, list_some, show_name, show_path
from smear.matching import Match, match_names

NEAR = 2000  # names of the source among which one like a missing name is looked for
NO_LABEL, NO_IMAGE = "no label", "no image"


def read_selection(snakemake) -> Selection:
    """What a job is to take, from its parameters and the table of labels among its inputs, if there is one."""
    params, path = snakemake.params, snakemake.input.get("labels")
    table = path and read_label_table(path, params.labels_columns, params.unmatched == "drop")
    return Selection(params.variant, params.layout, params.classes, table or None)


def find_classes(listing: Listing, selection: Selection, source: str) -> ClassFolders:
    """The files of a source by class, as the configuration's `dataset` says; see `find_class_folders` for errors."""
    if selection.table is None:
        return find_class_folders(listing, selection, source)
    return find_labeled(listing, selection, selection.table, source)


def find_labeled(listing: Listing, selection: Selection, table: LabelTable, source: str) -> ClassFolders:
    """The files of a source that a table of labels names, by their labels.

    Errors: a UserError where names belong to several files, where images have no label or labels no image, unless the
    table may drop them, and where fewer than two classes are left.
    """
    images = [path for path in listing.files if is_image(path)]
    try:
        place, missing = find_variant(images, selection.variant)
    except Undecided as error:
        offers = ((number, try_offer(listing, selection, offer)) for number, offer in enumerate(error.offers))
        works = {number: classes for number, classes in offers if classes}
        raise explain(error, works, selection.variant, source) from None
    inside = [path for path in listing.files if place.split_path(path) is not None]
    match = match_names(inside, table.images, {path: path for path in inside})
    if match.shared:
        raise refuse_shared(match.shared, inside, listing, selection, source)
    labels = {path: table.labels[row] for path, row in zip(inside, match.rows, strict=True) if row is not None}
    left_out = list_left_out(inside, match, table)
    lost = [one for one in left_out if one.reason == NO_IMAGE]
    if lost and listing.unreadable:
        raise refuse_unreadable(sorted(listing.unreadable), listing, source)
    labels = {path: label for path, label in labels.items() if label is not None}
    if not any(map(is_image, labels)):
        raise refuse_foreign(table, [path for path in inside if is_image(path)], source)
    wanted = check_wanted(labels, selection.classes)
    if left_out and not table.drop:
        raise refuse_left_out(left_out, len(list(filter(is_image, inside))))
    common = find_common([path for path in inside if is_image(path)], place)
    files = defaultdict(dict)
    for path in sorted(labels):
        if labels[path] in wanted:
            files[labels[path]][path] = place.split_path(path)[common:]
    layout = Layout(place, (TABLE,), missing)
    named = {name: name_files(files[name]) for name in wanted}
    return ClassFolders(layout, named, TableMatch(table.path, left_out, match.differences))


def try_offer(listing: Listing, selection: Selection, offer: dict) -> list[str] | None:
    """The classes that a piece of configuration leads to; None where it leads to another error."""
    try:
        return list(find_classes(listing, selection._replace(**offer), "").files)
    except UserError:
        return None


def list_left_out(paths: list[str], match: Match, table: LabelTable) -> list[LeftOut]:
    """The images without a label, and then the rows without an image; files that are no images need none."""
    rows = {row: path for path, row in zip(paths, match.rows, strict=True) if row is not None}
    bare = [path for path, row in zip(paths, match.rows, strict=True) if row is None and is_image(path)]
    bare += [path for row, path in rows.items() if table.labels[row] is None]
    left_out = [LeftOut(path, "", NO_LABEL) for path in sorted(bare)]
    for row, (name, label) in enumerate(zip(table.images, table.labels, strict=True)):
        if row not in rows:
            left_out.append(LeftOut(name, label or "", NO_IMAGE))
    return left_out


def find_common(paths: list[str], place: Place) -> int:
    """How many folders all of the paths share below the place."""
    folders = [place.split_path(path)[:-1] for path in paths]
    shortest, longest = min(folders), max(folders)
    pairs = enumerate(zip(shortest, longest, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(shortest), len(longest)))


def check_wanted(labels: dict[str, str], classes: list[str] | None) -> list[str]:
    """The classes to take of those that images have, sorted; a UserError where one is missing, or alone."""
    found = sorted({label for path, label in labels.items() if is_image(path)})
    take = [{"dataset": {"classes": found}}] if len(found) > 1 else []
    refuse_missing(classes, found, f"{KEY} gives no image of the source this label", take)
    wanted = sorted(classes or found)
    if len(wanted) < 2:
        raise UserError(
            f"{KEY} gives the images one label only ({show_name(wanted[0])}); a classifier needs at least two classes."
        )
    return wanted


def refuse_left_out(left_out: list[LeftOut], images: int) -> UserError:
    """The error for images without a label and labels without an image."""
    bare, lost = ([one.name for one in left_out if one.reason == reason] for reason in (NO_LABEL, NO_IMAGE))
    parts = []
    if bare:
        parts.append(f"has no label for {len(bare):,} of {images:,} images ({list_some(bare)})")
    if lost:
        parts.append(f"names {len(lost):,} images that are not in the source ({list_some(lost)})")
    return UserError(
        f"{KEY} {' and '.join(parts)}. Complete the table, or set dataset.unmatched: drop to leave them out and have "
        f"them listed in unmatched.csv.",
        [{"dataset": {"unmatched": "drop"}}],
    )


def refuse_foreign(table: LabelTable, images: list[str], source: str) -> UserError:
    """The error for a table none of whose names is an image of the source."""
    if not images:
        return UserError(f"{show_path(source)} holds no images, of which {KEY} could name any.")
    name = table.images[0] if table.images else ""
    near = get_close_matches(name, images[:NEAR], n=1, cutoff=0.3) or images[:1]
    return UserError(
        f"{KEY}: none of the {len(table.images):,} names of {show_path(table.path)}, such as {show_name(name)}, has a "
        f"label and is an image of {show_path(source)}, such as {show_name(near[0])}; name each image by its file name "
        f"or its path in the source."
    )


def refuse_shared(names: list[str], paths: list[str], listing: Listing, selection: Selection, source: str) -> UserError:
    """The error for names of the table that several files have, with the folders that would tell them apart."""
    ending = names[0].replace("\\", "/").rpartition("/")[2].casefold()
    owners = [path for path in paths if path.casefold().rpartition("/")[2].startswith(ending)]
    offers = [{"variant": path.rpartition("/")[0]} for path in owners if "/" in path]
    works = [offer for offer in offers[:10] if try_offer(listing, selection, offer)]
    choice = f", or set dataset.variant: {show_name(works[0]['variant'])}" if works else ""
    return UserError(
        f"{KEY} names {show_name(names[0])}, which is several files of {show_path(source)} ({list_some(owners)}); "
        f"write their paths in the source{choice}.",
        [{"dataset": offer} for offer in works],
    )
