"""A proposal as a YAML file: a block for each section, and the reasons as comments, one below the other."""

import shlex
from itertools import groupby
from pathlib import Path

import yaml

from smear.job import list_some, show_name
from smear.propose.entries import Entry
from smear.propose.proposal import Proposal

WIDEST = 56  # of what stands before a comment: a longer line has it above
INDENT = "  "


def render(proposal: Proposal, path: Path, images: str) -> str:
    """The text of the file `path`. images: the source as the user named it."""
    seen = proposal.seen
    classes = list_some((f"{show_name(name, 32)} {count:,}" for name, count in seen.counts.items()), 6)
    layout = seen.examined.found.layout
    head = [
        f"snakemake --cores {proposal.machine.cores} --configfile {path}",
        *([f"make run {quote_for_make(images)} NAME={path.stem}"] if images.isprintable() else []),
        "",
        "Proposed for these images on this machine; the file is yours now: edit it, no call writes it again.",
        "Without it, `make run` proposes a new one. config/README.md explains every key.",
        f"Seen: {seen.images:,} images of {len(seen.counts)} classes, read as {layout}: {classes}.",
    ]
    lines = [f"# {line}".rstrip() for line in head]
    for section, entries in groupby(proposal.entries, lambda entry: entry.key.partition(".")[0]):
        lines += ["", *write_section(section, list(entries))]
    return "\n".join(lines) + "\n"


def quote_for_make(images: str) -> str:
    """The argument of make that names the images, for a shell."""
    return shlex.quote(f"IMAGES={images}".replace("$", "$$"))


def write_section(section: str, entries: list[Entry]) -> list[str]:
    """The lines of one section, comments below each other."""
    inner = [(entry.key.partition(".")[2], entry) for entry in entries]
    if not inner[0][0]:
        pairs = [(f"{section}: {write_value(entries[0].value)}", entries[0].comment)]
    else:
        pairs = [(f"{INDENT}{key}: {write_value(entry.value)}", entry.comment) for key, entry in inner]
    width = max((len(text) for text, comment in pairs if comment and len(text) <= WIDEST), default=0)
    lines = [f"{section}:"] if inner[0][0] else []
    for text, comment in pairs:
        comment = show_name(comment, 400)
        if comment and len(text) > WIDEST:
            lines += [f"{text[: len(text) - len(text.lstrip())]}# {comment}", text]
        else:
            lines.append(f"{text:{width}}  # {comment}" if comment else text)
    return lines


class OneLine(yaml.SafeDumper):
    """Writes a text in one line, with escapes for line breaks."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


OneLine.add_representer(str, OneLine.represent_text)


def write_value(value: object) -> str:
    """A value in one line of YAML, as it is read again."""
    text = yaml.dump(
        value, Dumper=OneLine, default_flow_style=True, allow_unicode=True, width=float("inf"), sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...")
