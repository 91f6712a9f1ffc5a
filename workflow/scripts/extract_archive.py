"""Take the wanted class folders out of a zip archive."""

import shutil
import sys
import zipfile
from pathlib import Path, PurePosixPath

from smear.images.class_folders import find_class_folders
from smear.job import UserError, log, logged_to
from tqdm import tqdm


def extract_classes(archive: Path, folder: Path, variant: str | None, classes: list[str] | None) -> dict[str, int]:
    """Extract the class folders to `folder/<Class>/<name>` and return the number of files of each.

    Members are placed by class and file name alone, so that no path inside the archive can lead elsewhere.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            members = find_class_folders(file.namelist(), variant, classes, str(archive))
            for name, paths in members.items():
                (folder / name).mkdir(parents=True)
                for path in tqdm(paths, name, file=sys.stderr, unit=" files", mininterval=2, ascii=True):
                    with file.open(path) as source, (folder / name / PurePosixPath(path).name).open("xb") as target:
                        shutil.copyfileobj(source, target)
    except (zipfile.BadZipFile, EOFError, FileNotFoundError) as error:
        raise UserError(
            f"{archive} is no readable zip archive ({error}); download it again or correct its path."
        ) from error
    return {name: len(paths) for name, paths in members.items()}


def main(snakemake) -> None:
    params = snakemake.params
    counts = extract_classes(
        Path(snakemake.input.archive), Path(snakemake.output.images), params.variant, params.classes
    )
    log.info("extracted %s", ", ".join(f"{name} {count}" for name, count in counts.items()))


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
