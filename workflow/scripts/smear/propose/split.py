"""How the images may be split: proposals for `split` and `fields`, the most wanted first."""

from collections.abc import Iterator
from typing import NamedTuple

from smear.images.levels import SPLIT
from smear.job import show_name
from smear.propose.entries import Entry
from smear.propose.groups import suggest_groups
from smear.propose.look import Seen
from smear.propose.table import FEW, FEW_FRACTIONS, FOLDS, SINGLE_CELL
from smear.split.targets import TEST, propose_fractions, split_sizes, write_shares


class SplitProposal(NamedTuple):
    """Entries for `split` and `fields`, with the values in them that the time depends on."""

    entries: list[Entry]
    fractions: dict[str, float]
    folds: int


def propose_splits(seen: Seen, fractions: dict[str, float]) -> Iterator[SplitProposal]:
    """Splits to be tried, each after those that are more wanted. fractions: those of the workflow by default."""
    smallest = min(seen.counts, key=seen.counts.get)
    shares, why = choose_fractions(seen.counts, fractions)
    for unit in propose_units(seen):
        by_folders = unit[0].value == "folders"
        for folds in [0] if by_folders else list_folds(seen.counts, shares):
            entries = list(unit)
            if not by_folders:
                entries.append(Entry("split.fractions", shares, why))
                comment = f"cross-validation: {show_name(smallest)} has {seen.counts[smallest]:,} images"
                entries.append(Entry("split.folds", folds, comment if folds else "5 trains every grid cell five times"))
            entries.append(propose_search(seen))
            yield SplitProposal(entries, shares, folds)


def propose_units(seen: Seen) -> Iterator[list[Entry]]:
    """What may be kept together."""
    reason = ""
    layout = seen.examined.found.layout
    if SPLIT in layout.levels:
        yield [Entry("split.unit", "folders", "the folders are named like splits, and used as they are")]
        reason = "the folders named like splits are incomplete: split anew; "
    if suggestion := suggest_groups(layout, seen.sources, len(seen.counts)):
        example = f"{suggestion.groups:,} groups of {seen.images:,} images, such as {show_name(suggestion.example, 32)}"
        yield [
            Entry("split.unit", "group", f"{reason}images of one group stay in one split"),
            Entry(
                "split.groups_pattern",
                suggestion.pattern,
                f"in the names{' of folders' * ('/' in suggestion.pattern)}: {example}",
            ),
        ]
        reason += "a class lies in too few of the groups that the names suggest; "
    if seen.has_fields:
        yield [Entry("split.unit", "field", f"{reason}captures of one microscope field stay in one split")]
    else:
        yield [Entry("split.unit", "image", f"{reason or 'no groups in the names: '}every image by itself")]


def propose_search(seen: Seen) -> Entry:
    """Whether repeat captures are searched for."""
    if seen.has_fields:
        return Entry("fields.search", "auto", "images that may show overlapping fields: compared with each other")
    small = seen.side <= SINGLE_CELL
    what = f"{seen.side} px: single blood cells" if small else "captures of one field cannot be told from chance here"
    return Entry("fields.search", "none", f"{what}; no search for repeat captures")


def choose_fractions(counts: dict[str, int], usual: dict[str, float]) -> tuple[dict[str, float], str]:
    """Shares of the splits, and why."""
    smallest = min(counts.values())
    if smallest >= FEW:
        return usual, f"the smallest class has {smallest:,} images"
    for shares in (FEW_FRACTIONS, propose_fractions(counts), usual):
        if shares and min(split_sizes(smallest, shares).values()) >= 1:
            return shares, f"larger shares than {write_shares(usual)}: the smallest class has {smallest} images"
    # The workflow says which class is too small.
    return usual, ""


def list_folds(counts: dict[str, int], fractions: dict[str, float]) -> list[int]:
    """Numbers of folds to be tried: with a small class those that give it an image in each, then none."""
    smallest = min(counts.values())
    folds = min(FOLDS, smallest - split_sizes(smallest, fractions)[TEST])
    return [folds, 0] if smallest < FEW and folds > 1 else [0]
