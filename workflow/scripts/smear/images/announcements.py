"""What is said about a source that can be used: how its folders are read, and what of it is left out or altered."""

from pathlib import Path

import pandas as pd

from smear.images.class_folders import ClassFolders, TableMatch
from smear.images.entries import is_image
from smear.images.levels import SPLIT
from smear.images.listing import Listing
from smear.images.names import is_plain
from smear.job import list_some, log, show_name, show_path
from smear.report.value_range import describe_range


def describe_source(found: ClassFolders, listing: Listing, source: str, variant: str | None = None) -> list[str]:
    """Sentences on how a source is read: its layout first, then what a user would not expect."""
    layout, shown = found.layout, show_path(source)
    place = f" inside {show_path(layout.place.root)}" if layout.place.root else ""
    place = f" inside the folders {show_name(layout.place.between[1])}" if layout.place.between else place
    counts = found.count_images()
    classes = f"{len(counts)} classes ({list_some(counts)}), {sum(counts.values()):,} images"
    taken = {path for files in found.files.values() for path in files}
    if found.match:
        lines = [f"{shown} is read with the labels of {show_path(found.match.path)}{place}: {classes}."]
        lines += describe_match(found.match)
        named = {one.name for one in found.match.left_out}
        outside = [path for path in listing.files if is_image(path) and path not in taken and path not in named]
        what = ("has the label of another class", "have labels of other classes")
    else:
        lines = [f"{shown} is read as {layout}{place}: {classes}. {describe_levels(found)}".strip()]
        lines += describe_deeper(found)
        outside = [path for path in listing.files if is_image(path) and layout.split_class(path) is None]
        what = ("lies outside of the class folders", "lie outside of the class folders")
    if variant and not layout.variant_missing:  # the images of other variants are not expected
        outside = [path for path in outside if layout.place.split_path(path) is not None]
    if outside:
        many = len(outside) > 1
        lines.append(
            f"{len(outside):,} image{'s' * many} of {shown} {what[many]} and {'are' if many else 'is'} left out: "
            f"{list_some(outside)}."
        )
    if layout.variant_missing:
        lines.append(f"dataset.variant is {show_name(variant)}, which {shown} does not have and does not need.")
    if listing.repeated:
        lines.append(f"Links to folders that are listed already are not followed: {list_some(listing.repeated)}.")
    if left := [path for path in listing.unreadable if path not in taken]:
        lines.append(f"Folders that cannot be read are left out: {list_some(left)}.")
    if odd := [path for path in taken if not is_plain(path.rpartition("/")[2])]:
        lines.append(
            f"{len(odd)} file name{'s' * (len(odd) > 1)} with control characters or bytes that are not UTF-8 "
            f"{'are' if len(odd) > 1 else 'is'} written with %XX: {list_some(sorted(odd))}."
        )
    return lines


def describe_differences(differences: dict[str, int], path: str | Path) -> list[str]:
    """What is said of names of a user's table that match though they are written otherwise: see `matching.Match`."""
    return [f"{count:,} names of {show_path(path)} match the images {how}." for how, count in differences.items()]


def describe_match(match: TableMatch) -> list[str]:
    """Sentences on names of a table of labels that match in spite of a difference, and on what it leaves out."""
    lines = describe_differences(match.differences, match.path)
    for reason, what in (("no label", "images without a label"), ("no image", "labels without an image")):
        if names := [one.name for one in match.left_out if one.reason == reason]:
            lines.append(f"{len(names):,} {what} are left out and listed in unmatched.csv: {list_some(names)}.")
    return lines


def describe_levels(found: ClassFolders) -> str:
    """What becomes of the levels that are not the class."""
    others = [name for name in found.layout.levels if name != "class"]
    if SPLIT in others:
        return "With split.unit: folders its splits are used as they are; any other unit merges them and splits anew."
    if others:
        return f"The folders of the level {' and '.join(others)} stand in the column source of catalog.csv."
    return ""


def describe_deeper(found: ClassFolders) -> list[str]:
    """A sentence on images that lie deeper in their class folder than the layout has levels, if any."""
    levels = len(found.layout.levels)
    deeper = [
        path
        for files in found.files.values()
        for path in files
        if is_image(path) and len(found.layout.split_class(path)[1]) > levels
    ]
    if not deeper:
        return []
    return [
        f"{len(deeper):,} image{'s' * (len(deeper) > 1)} in folders inside the class folders "
        f"{'are' if len(deeper) > 1 else 'is'} taken as well: {list_some(sorted(deeper))}."
    ]


def warn_of_range(high: pd.Series) -> None:
    """Log a warning where the images of a data set use a small part of their range; high: see `value_range.py`."""
    if sentence := describe_range(high, "none"):
        log.warning("%s", sentence)
