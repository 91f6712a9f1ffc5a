"""The commands that the documents show: in blocks of shell, whole ones in running text, and in comments of config/."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
# What was decided and what has changed is history, and its commands are those of their time.
HISTORY = ("CHANGELOG.md", "docs/decisions.md")
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.M | re.S)
SHELL = ("sh", "bash")
# In running text, code that begins with one of these is a command; alone, it is the program's name.
PROGRAMS = ("make", "python", "snakemake", "source")
COMMENT = re.compile(r"""((?:'[^']*'|"[^"]*"|(?<=\S)\#|[^'"#])*)""")


class Command(NamedTuple):
    """A command as one line, without its comment, and where it stands."""

    text: str
    file: str
    line: int


class Block(NamedTuple):
    """A block of code: its language, `""` for none, its text, and the line in which the text begins."""

    language: str
    text: str
    line: int


def list_documents(root: Path = ROOT) -> list[str]:
    """The documents whose commands are run, relative to the root."""
    paths = [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("config/*.md"), *root.glob("config/*.yaml")]
    names = (path.relative_to(root).as_posix() for path in paths)
    return sorted(name for name in names if name not in HISTORY)


def read_document(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def find_blocks(text: str) -> list[Block]:
    """All blocks of code of a document."""
    return [Block(match[2], match[3], count_lines(text, match.start(3))) for match in BLOCK.finditer(text)]


def count_lines(text: str, place: int) -> int:
    """The number of the line of a place in a text, from 1 on."""
    return text.count("\n", 0, place) + 1


def find_commands(file: str, text: str) -> list[Command]:
    """The commands of a document, in their order."""
    found = [*read_blocks(text), *read_sentences(text)] if file.endswith(".md") else [*read_comments(text)]
    return [Command(" ".join(command.split()), file, line) for line, command in sorted(found)]


def read_blocks(text: str) -> Iterator[tuple[int, str]]:
    for block in find_blocks(text):
        line = block.line
        for command in re.split(r"(?<!\\)\n", block.text if block.language in SHELL else ""):
            if bare := COMMENT.match(command.replace("\\\n", " "))[1].strip():
                yield line, bare
            line += command.count("\n") + 1


def read_sentences(text: str) -> Iterator[tuple[int, str]]:
    """Code in running text, paragraph by paragraph, since a line's end may stand in it."""
    without_blocks = BLOCK.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for paragraph in re.finditer(r"(?:.*\S.*\n?)+", without_blocks):
        for code in re.finditer(r"`([^`]+)`", paragraph[0]):
            program, *arguments = code[1].split()
            if program in PROGRAMS and arguments:
                yield count_lines(text, paragraph.start() + code.start()), code[1]


def read_comments(text: str) -> Iterator[tuple[int, str]]:
    """Indented lines of comments, in a configuration file."""
    for match in re.finditer(rf"^# {{2,}}((?:{'|'.join(PROGRAMS)}) .*)$", text, re.M):
        yield count_lines(text, match.start()), match[1]


def collect() -> dict[str, Command]:
    """Each command of the documents by its text, where it stands first."""
    found: dict[str, Command] = {}
    for file in list_documents():
        for command in find_commands(file, read_document(file)):
            found.setdefault(command.text, command)
    return found
