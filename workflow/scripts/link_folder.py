"""Give a folder of the user's images the place of the workflow's own, by links: nothing is copied or moved."""

import os
from pathlib import Path

import smear.environment
from smear.images.announcements import describe_source
from smear.images.class_folders import ClassFolders, Selection
from smear.images.labeled import find_classes, read_selection
from smear.images.listing import list_folder
from smear.images.source_table import write_sources, write_unmatched
from smear.job import log, logged_to


def link_classes(source: Path, folder: Path, selection: Selection) -> ClassFolders:
    """Link the files of the class folders in `source` as `folder/<Class>/<name>`; return what was found."""
    listing = list_folder(source)
    found = find_classes(listing, selection, str(source))
    for name, files in found.files.items():
        (folder / name).mkdir(parents=True)
        for path, own in files.items():
            # Not `resolve`: links that lead in a circle are for the catalog to name.
            (folder / name / own).symlink_to(os.path.realpath(source / path))
    for line in describe_source(found, listing, str(source), selection.variant):
        log.info("%s", line)
    return found


def main(snakemake) -> None:
    params, output = snakemake.params, snakemake.output
    found = link_classes(Path(params.path), Path(output.images), read_selection(snakemake))
    write_sources(found, output.sources)
    write_unmatched(found, output.get("unmatched"))
    log.info("linked %s", ", ".join(f"{name} {len(files)}" for name, files in found.files.items()))


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
