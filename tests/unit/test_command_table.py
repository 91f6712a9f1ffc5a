"""The table of documented commands has each of them, and no other."""

import pytest
from commands.collected import Command, collect, find_commands, list_documents
from commands.known import KNOWN

KINDS = {"run", "dry run", "on slurm", "elsewhere"}


def find_unknown(commands: dict[str, Command]) -> list[str]:
    return [
        f"{command.file}, line {command.line}: nothing tries `{text}`; add it to KNOWN in tests/commands/known.py"
        for text, command in commands.items()
        if text not in KNOWN
    ]


def test_every_command_of_the_documents_is_tried():
    unknown = find_unknown(collect())
    assert not unknown, "\n".join(unknown)


def test_the_table_has_no_command_that_is_shown_nowhere():
    gone = KNOWN.keys() - collect().keys()
    assert not gone, f"remove from KNOWN in tests/commands/known.py what no document shows: {', '.join(sorted(gone))}"


def test_an_unknown_command_is_named_with_its_place_and_the_remedy():
    text = "# A page\n\n```sh\nmake demo\nmake coffee  # strong\n```\n"
    commands = {command.text: command for command in find_commands("docs/page.md", text)}
    assert find_unknown(commands) == [
        "docs/page.md, line 5: nothing tries `make coffee`; add it to KNOWN in tests/commands/known.py"
    ]


@pytest.mark.parametrize("text", KNOWN)
def test_a_way_has_a_reason_unless_it_is_the_plain_one(text):
    way = KNOWN[text]
    assert way.kind in KINDS
    assert way.reason or (way.kind == "run" and not way.more)
    assert way.after is None or KNOWN[way.after].kind == "run"


def test_what_is_collected():
    text = """Call `make demo`, or `snakemake --cores 4
--touch`; `make` alone is a program, `make_demo x` none.

```sh
snakemake --cores 4 \\
  --config dataset='{path: /set #1}'   # your own
CUDA=1 make x

# a comment
```
```yaml
make: no command
```
    """
    found = find_commands("docs/page.md", text)
    assert [(command.line, command.text) for command in found] == [
        (1, "make demo"),
        (1, "snakemake --cores 4 --touch"),
        (5, "snakemake --cores 4 --config dataset='{path: /set #1}'"),
        (7, "CUDA=1 make x"),
    ]
    (command,) = find_commands("config/x.yaml", "# Take it:\n#   snakemake --cores 4\nkey: 1\n# python -m\n")
    assert command == Command("snakemake --cores 4", "config/x.yaml", 2)


def test_the_documents_are_those_of_the_project():
    documents = list_documents()
    assert {"README.md", "CONTRIBUTING.md", "config/README.md", "config/laptop.yaml", "docs/recipes.md"} <= {*documents}
    assert "docs/decisions.md" not in documents
