"""Give a folder of the user's images the place of the workflow's own, by links: nothing is copied or moved."""

from pathlib import Path, PurePosixPath

import smear.environment
from smear.images.class_folders import find_class_folders, list_paths
from smear.job import log, logged_to


def link_classes(source: Path, folder: Path, variant: str | None, classes: list[str] | None) -> dict[str, int]:
    """Link the files of the class folders in `source` as `folder/<Class>/<name>`; return the number of each."""
    found = find_class_folders(list_paths(source), variant, classes, str(source))
    for name, paths in found.items():
        (folder / name).mkdir(parents=True)
        for path in paths:
            (folder / name / PurePosixPath(path).name).symlink_to((source / path).resolve())
    return {name: len(paths) for name, paths in found.items()}


def main(snakemake) -> None:
    params = snakemake.params
    counts = link_classes(Path(params.path), Path(snakemake.output.images), params.variant, params.classes)
    log.info("linked %s", ", ".join(f"{name} {count}" for name, count in counts.items()))


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
