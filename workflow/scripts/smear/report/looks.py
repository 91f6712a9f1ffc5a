"""The looks that the test images have had, in words and as a table."""

from smear.evaluation.looks import Look


def count_looks(found: list[tuple[Look, int]]) -> str:
    """The number of looks, for a table: each with how many of the test images it saw."""
    return "1 look at these images" if len(found) == 1 else f"{len(found):,} looks at these images"


def describe_looks(found: list[tuple[Look, int]], images: int, files: int) -> str:
    """Say how many looks `images` test images have had; a look counts that saw one of them or more.

    files: how many of them differ in their bytes, as a look counts them.
    """
    experiments = len({look.experiment for look, _ in found})
    whole = sum(shared == files for _, shared in found)
    looks = f"{len(found):,} look{'s' * (len(found) != 1)}"
    copies = f" ({files:,} different files)" if files < images else ""
    text = (
        f"These {images:,} test images{copies} have had {looks}, by {experiments:,} "
        f"experiment{'s' * (experiments != 1)}, as far as looks are recorded beside the data set."
    )
    if whole < len(found):
        text += f" {len(found) - whole:,} of the looks saw only some of them; a look at a single one counts."
    # The names of experiments have no slash, and those of variants have one.
    variants = sum("/" in look.experiment for look, _ in found)
    if variants:
        whose = f"{variants:,} of them are those" if variants > 1 else "1 of them is that"
        text += f" {whose} of outer folds or a split by image, with models of their own; nothing is selected by them."
    if len(found) - variants > 1:
        text += " A result that was picked after several looks is optimistic."
    return text


def looks_table(found: list[tuple[Look, int]]) -> list[dict]:
    """A row for each look, the oldest first: its columns and, as `shared`, how many of the test images it saw."""
    return [look._asdict() | {"shared": shared} for look, shared in found]
