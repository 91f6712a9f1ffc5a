"""Every command that the documents show does what they say, and prints what they show."""

import re
import shutil

import pytest
from cluster.calls import start_slurm
from commands.collected import collect, find_blocks, read_document
from commands.known import CELL, CONTROL, GRID, KNOWN
from commands.small_project import make_small_project

pytestmark = pytest.mark.rare
COMMANDS = [text for text in collect() if text in KNOWN and KNOWN[text].kind != "elsewhere"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documented")
    with make_small_project(folder) as small:
        yield small
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    with start_slurm(tmp_path_factory.mktemp("slurm")) as slurm:
        yield slurm


@pytest.mark.parametrize("text", COMMANDS)
def test_command(small, text, request):
    way = KNOWN[text]
    if way.kind == "on slurm":
        request.getfixturevalue("slurm")
    outcome = small.try_command(text)
    assert outcome.status == 0, outcome.output
    for pattern in way.shows:
        assert re.search(pattern, outcome.output, re.M), (pattern, outcome.output)
    for file in way.makes:
        assert (outcome.folder / file).stat().st_size > 0, file
        assert not way.after or not (small.try_command(way.after).folder / file).exists(), file


def find_shown(file: str, beginning: str) -> str:
    """The block of a document that shows what is printed, by its beginning."""
    blocks = find_blocks(read_document(file))
    return next(block.text for block in blocks if not block.language and block.text.startswith(beginning))


def make_pattern(line: str) -> str:
    """A line of a document as a regular expression for any numbers, units, grid cells and experiments."""
    words = []
    for word in line.split():
        pattern = re.escape(re.sub(r"^results/\w+", "RESULTS", word))
        pattern = re.sub(r"EfficientNetB0\S*", r"\\S+", pattern).replace("RESULTS", r"results/\w+")
        pattern = re.sub(r"\d+(\\\.\d+)?", r"[\\d.,]+", pattern)
        pattern = re.sub(r"^(s|min|h|kB|MB|GB)(\\?[,;.)]*)$", r"(s|min|h|kB|MB|GB)\2", pattern)
        words.append(re.sub(r"^(cells|cores)\b", lambda match: f"{match[0]}?", pattern))
    return r"^ *" + r" +".join(words) + " *$"


def test_a_call_says_how_long_it_takes_and_what_it_writes(small):
    output = small.try_command(CONTROL).output
    duration, disk = find_shown("README.md", "blastgrid: no GPU found").splitlines()
    assert re.search(make_pattern(disk), output, re.M), output
    if "no GPU found" in output:
        assert re.search(make_pattern(duration), output, re.M), output


def test_the_status_is_as_it_is_shown(small):
    shown = find_shown("README.md", "results/grid\n  grid cell").splitlines()
    output = small.try_command("make status").output
    for line in (shown[0], shown[1], shown[2]):
        assert re.search(make_pattern(line), output, re.M), output
    assert re.search(r"^ *1 grid cells?: 1 done$", output, re.M)


def test_the_reasons_of_a_next_call_are_as_they_are_shown(small):
    (command,) = (text for text in KNOWN if text.startswith("make why CONFIG"))
    # The README's are images of a folder; those of Kaggle are not counted before a download.
    output = small.try_command(command).output.replace(" and 1,000 training images", "")
    first, *lines = find_shown("README.md", "results/tiny: the next call").splitlines()
    for line in [first, *(line for line in lines if line.split()[0] in ("compare_cells", "select_cell"))]:
        assert re.search(make_pattern(line), output, re.M), output


def test_a_damaged_file_stops_the_step_with_the_sentence_shown(small):
    folder = small.prepare(GRID)
    tensor = folder / "results/grid/tensors/train.npy"
    content = bytearray(tensor.read_bytes())
    content[-1] ^= 1
    tensor.write_bytes(content)
    outcome = small.call(f"{GRID} -f results/grid/cells/{CELL}/metrics.json", folder)
    assert outcome.status != 0
    sentence = " ".join(find_shown("docs/recipes.md", "blastgrid: results/grid/tensors").split())
    assert sentence in " ".join(outcome.output.split())


def test_without_conda_snakemake_says_what_is_missing(small):
    shown = re.search(r"Without one Snakemake says `(.*?)`", read_document("docs/environments.md"))[1]
    (small.folder / "bin/conda").rename(small.folder / "bin/none")
    try:
        outcome = small.call("snakemake --cores 4 --use-conda", small.prepare(None))
    finally:
        (small.folder / "bin/none").rename(small.folder / "bin/conda")
    assert outcome.status != 0
    assert shown in outcome.output
