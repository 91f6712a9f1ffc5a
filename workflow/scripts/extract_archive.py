"""Take the wanted class folders out of a zip archive."""

import shutil
import sys
import zipfile
from pathlib import Path, PurePosixPath

import smear.environment
from smear.images.archive import UNREADABLE, Limits, find_members
from smear.images.class_folders import check_expected, is_image
from smear.job import UserError, check_space, log, logged_to
from tqdm import tqdm


def extract_classes(
    archive: Path, folder: Path, variant: str | None, classes: list[str] | None, limits: Limits, expected: dict | None
) -> dict[str, int]:
    """Extract the class folders to `folder/<Class>/<name>` and return the number of files of each.

    Members are placed by class and file name alone. Errors: a UserError for an archive that cannot be read, is hostile,
    or holds other numbers of images than `expected`, and where the disk is too small.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            found = find_members(file, variant, classes, limits, str(archive))
            check_expected(count_images(found), expected, str(archive))
            folder.mkdir(parents=True, exist_ok=True)
            needed = sum(member.file_size for members in found.values() for member in members)
            check_space(folder, needed, f"Unpacking {archive}")
            for name, members in found.items():
                (folder / name).mkdir()
                for member in tqdm(members, name, file=sys.stderr, unit=" files", mininterval=2, ascii=True):
                    target = folder / name / PurePosixPath(member.filename).name
                    with file.open(member) as source, target.open("xb") as copy:
                        shutil.copyfileobj(source, copy)
    except (*UNREADABLE, FileNotFoundError) as error:
        raise UserError(
            f"{archive} is no readable zip archive ({error}); download it again or correct its path."
        ) from error
    return {name: len(members) for name, members in found.items()}


def count_images(found: dict[str, list[zipfile.ZipInfo]]) -> dict[str, int]:
    """Members of each class that are named like images."""
    return {name: sum(is_image(member.filename) for member in members) for name, members in found.items()}


def main(snakemake) -> None:
    params = snakemake.params
    counts = extract_classes(
        Path(snakemake.input.archive),
        Path(snakemake.output.images),
        params.variant,
        params.classes,
        Limits(params.max_files, params.max_gigabytes),
        params.expected,
    )
    log.info("extracted %s", ", ".join(f"{name} {count}" for name, count in counts.items()))


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
