"""Files that are not as they were written, as far as their size tells."""

from collections.abc import Iterator
from pathlib import Path

from smear.job import UserError
from smear.records import MARK, read_record
from smear.split.variants import list_folders


def find_damage(experiment: Path, dataset: Path) -> Iterator[str]:
    """A few words on each file that has another size than its record says, and on each damaged record.

    What is missing is none: Snakemake knows of it. Contents are compared by the jobs that read them.
    """
    folders = [dataset]
    for one in list_folders(experiment):
        folders += [*one.glob("*/"), *one.glob("cells/*/")]
    for record in sorted(path for folder in folders for path in folder.glob(f"*{MARK}")):
        try:
            files = read_record(record)["files"]
        except UserError:
            yield f"{record} is no whole digest record"
            continue
        for path, facts in ((record.parent / name, facts) for name, facts in files.items()):
            if path.is_file() and path.stat().st_size != facts["bytes"]:
                yield f"{path} has {path.stat().st_size:,} bytes instead of {facts['bytes']:,}"
