"""Take the wanted class folders out of a zip archive."""

import shutil
import sys
from pathlib import Path

import smear.environment
from smear.images.announcements import describe_source
from smear.images.archive import Limits, describe_encoding, find_contents, open_archive
from smear.images.class_folders import ClassFolders, Selection, check_expected
from smear.images.labeled import read_selection
from smear.images.source_table import write_sources, write_unmatched
from smear.job import check_space, log, logged_to
from tqdm import tqdm


def extract_classes(
    path: Path,
    folder: Path,
    selection: Selection,
    limits: Limits,
    expected: dict | None = None,
    encoding: str | None = None,
) -> ClassFolders:
    """Extract the class folders to `folder/<Class>/<name>` and return what was found.

    Members are placed by class and file name alone. Errors: a UserError for an archive that cannot be read, is hostile,
    or holds other numbers of images than `expected`, and where the disk is too small.
    """
    with open_archive(path, encoding) as archive:
        listing, found, members = find_contents(archive, selection, limits, str(path))
        check_expected(found.count_images(), expected, str(path))
        folder.mkdir(parents=True, exist_ok=True)
        check_space(folder, sum(member.file_size for member in members.values()), f"Unpacking {path}")
        for name, files in found.files.items():
            (folder / name).mkdir()
            for inside, own in tqdm(files.items(), name, file=sys.stderr, unit=" files", mininterval=2, ascii=True):
                with archive.open(members[inside]) as source, (folder / name / own).open("xb") as copy:
                    shutil.copyfileobj(source, copy)
        notes = describe_source(found, listing, str(path), selection.variant)
        for line in notes + describe_encoding(archive, encoding, str(path)):
            log.info("%s", line)
    return found


def main(snakemake) -> None:
    params, output = snakemake.params, snakemake.output
    found = extract_classes(
        Path(snakemake.input.archive),
        Path(output.images),
        read_selection(snakemake),
        Limits(params.max_files, params.max_gigabytes),
        params.expected,
        params.archive_encoding,
    )
    write_sources(found, output.sources)
    write_unmatched(found, output.get("unmatched"))
    log.info("extracted %s", ", ".join(f"{name} {len(files)}" for name, files in found.files.items()))


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
