"""The console of `--logger blastgrid`: a bar on a terminal, lines in a file, and nothing that gets lost."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
from command_line import ROOT, call_on_terminal, call_snakemake

LEADERBOARD = "results/tiny/comparison/leaderboard.csv"
RATES = "grid={architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001], epochs: [1, 3]}"
LOGGER = ["--logger", "blastgrid"]
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
# A workflow that says nothing of itself.
SMALL = """
rule all:
    input: "one", "two"

rule write_file:
    output: "{name}"
    params: sentence="job {name} has a word"
    shell: "echo {params} >&2; sleep ${{SLEEP:-0}}; touch {output}; [ {wildcards.name} != \\"$BAD\\" ]"

onsuccess:
    print("the last word", file=sys.stderr)
"""
# Before its first job, as this project's workflow does.
BEGUN = """
onstart:
    for handler in workflow.logger_manager.get_log_handlers():
        if hasattr(handler, "summarize"):
            handler.begin()
"""


def strip(output: str) -> str:
    """What was written to a terminal, without what moves the cursor and colors."""
    return re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", output).replace("\r", "")


def wait_for(words: bytes, written: bytearray) -> None:
    """Until these words were written, a minute at most."""
    end = time.monotonic() + 60
    while words not in written and time.monotonic() < end:
        time.sleep(0.05)


def get_variables(**variables: str) -> dict[str, str]:
    """Of a person at a terminal, who has neither CI nor NO_COLOR, wherever the tests run."""
    own = {"CI": "", "NO_COLOR": "", "TERM": "xterm-256color", "PYTHONPATH": str(ROOT / "workflow/scripts"), "BAD": ""}
    return {**os.environ, **own, **variables}


@pytest.fixture
def small(tmp_path):
    (tmp_path / "Snakefile").write_text(SMALL + BEGUN)
    return tmp_path


def call(folder: Path, *arguments: str, terminal: bool = True, act=None, **variables: str):
    command = [*arguments, "--cores", "1"]
    if terminal:
        return call_on_terminal(command, folder, get_variables(**variables), act)
    return call_snakemake(command, folder, get_variables(**variables))


def read_lines(text: str) -> list[str]:
    """What Snakemake has written, without what differs from run to run."""
    changing = r"\[.*\d\d:\d\d:\d\d \d{4}\]|(Date|Workflow ID|Command|Elapsed time|Complete log\(s\)): .*"
    return sorted(re.sub(changing, "", text).splitlines())


def read_logs(folder: Path) -> list[list[str]]:
    """The lines of Snakemake's own log files, by their age."""
    logs = sorted((folder / ".snakemake/log").glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
    return [read_lines(path.read_text()) for path in logs]


def test_the_run_in_a_file_is_plain_lines(finished):
    """`finished` itself was made with the logger."""
    assert not CONTROL.search(finished.output)
    assert "Select jobs" not in finished.output
    lines = finished.output.splitlines()
    started = r"[\d:]{8}  train_cell SmallCNN_adam\S+: train and validate one grid cell"
    assert any(re.fullmatch(started, line) for line in lines)
    assert any(re.fullmatch(r"[\d:]{8}  2 of 2 epochs, best validation accuracy \S+ %", line) for line in lines)
    assert finished.output.count("results/tiny/report/index.html") == 1
    assert len(lines) < 40
    log = read_logs(finished.folder)[0]
    assert "Select jobs to execute..." in log, "Snakemake's own log file has all as always"


def test_a_call_without_work_says_where_the_report_is(finished):
    result = finished.snakemake(*LOGGER, PYTHONPATH="workflow/scripts")
    assert result.returncode == 0, result.output
    assert "Nothing to be done" in result.output
    assert result.output.count("results/tiny/report/index.html") == 1


@pytest.fixture(scope="module")
def trained(finished):
    """Two more epochs of each optimizer, trained on a terminal."""
    return finished.snakemake(
        LEADERBOARD, *LOGGER, "--config", RATES, terminal=True, **get_variables(PYTHONPATH="workflow/scripts")
    )


@pytest.mark.rare
def test_the_bar_begins_where_the_grid_stands_and_ends_full(trained):
    assert trained.returncode == 0, trained.output
    text = strip(trained.output)
    counts = [int(count) for count in re.findall(r"(\d) of 6 epochs", text)]
    assert counts[0] == 2
    assert counts == sorted(counts)
    assert "; now: train and validate one grid cell" in text
    assert re.search(r"of 6 epochs, about \d+ s left, best validation accuracy \d+\.\d\d %", text)
    assert "Select jobs" not in text
    assert "blastgrid: this call writes" in text or "blastgrid: no GPU found" in text


@pytest.mark.rare
def test_the_terminal_is_left_as_it_was(trained):
    assert trained.output.count("\x1b[?25l") == trained.output.count("\x1b[?25h") - 1, "the cursor is not hidden"
    assert trained.output.endswith("\x1b[1A\x1b[2K"), "the bar is cleared"


@pytest.mark.parametrize("terminal", [True, False])
def test_errors_are_shown(small, terminal):
    result = call(small, *LOGGER, "--keep-going", terminal=terminal, BAD="one", SLEEP="0.6" if terminal else "0")
    assert result.returncode == 1
    text = strip(result.stdout)
    for words in ("job one has a word", "Error in rule write_file", "job two has a word", "did not complete success"):
        assert words in text
    assert "Removing output files of failed job" in text
    if terminal:
        # The bar is cleared before each line, or it would be a part of it and cleared with it.
        assert len(re.findall(r"(?:^|\n|\x1b\[2K)job (?:one|two) has a word\r\n", result.stdout)) == 2, result.stdout
        assert re.search(r"\d of 3 jobs; now: write file", text)
        assert "blastgrid: 1 of 3 jobs done" in text
    else:
        assert not CONTROL.search(result.stdout)


@pytest.mark.rare
def test_a_workflow_that_does_not_begin_it_has_a_bar(small):
    """What its first job writes at once may stand beside the bar, which begins with that job."""
    (small / "Snakefile").write_text(SMALL)
    result = call(small, *LOGGER, SLEEP="1")
    assert result.returncode == 0
    assert "job two has a word" in strip(result.stdout)
    assert re.search(r"\d of 3 jobs; now: write file", strip(result.stdout))


@pytest.mark.rare
def test_ctrl_c_ends_it_and_the_terminal_is_usable(small):
    def interrupt(process: int, written: bytearray) -> None:
        wait_for(b"has a word", written)
        os.kill(process, signal.SIGINT)

    result = call(small, *LOGGER, act=interrupt, SLEEP="3")
    assert result.returncode == 1
    assert "Terminating processes on user request" in strip(result.stdout)
    assert "of 3 jobs done" in strip(result.stdout)
    assert result.stdout.rindex("\x1b[?25h") > result.stdout.rindex("\x1b[?25l")


@pytest.mark.rare
def test_a_killed_call_leaves_the_cursor(small):
    def kill(process: int, written: bytearray) -> None:
        wait_for(b"of 3 jobs", written)
        os.kill(process, signal.SIGKILL)

    result = call(small, *LOGGER, act=kill, SLEEP="1")
    assert result.returncode == -signal.SIGKILL
    assert result.stdout.rindex("\x1b[?25h") > result.stdout.rindex("\x1b[?25l")


@pytest.mark.rare
@pytest.mark.parametrize(
    "arguments",
    [["--dry-run"], ["--quiet", "all"], ["--quiet", "progress"], ["--verbose"], ["--lint"], ["--unlock"], ["--touch"]],
)
def test_where_no_bar_is_wanted_the_console_is_as_always(small, arguments):
    if "--touch" in arguments:
        (small / "one").touch()
        (small / "two").touch()
    with_logger = strip(call(small, *arguments, *LOGGER).stdout)
    assert " of 3 jobs; now" not in with_logger
    if arguments[0] in ("--dry-run", "--lint", "--unlock"):
        without = strip(call(small, *arguments).stdout)
        assert read_lines(with_logger) == read_lines(without)


@pytest.mark.rare
def test_quiet_rules_names_none(small):
    text = strip(call(small, *LOGGER, "--quiet", "rules", SLEEP="0.6").stdout)
    assert "of 3 jobs" in text
    assert "write file" not in text


@pytest.mark.rare
@pytest.mark.parametrize("variables", [{"CI": "true"}, {"TERM": "dumb"}])
def test_in_ci_and_on_a_dumb_terminal_lines_are_written(small, variables):
    result = call(small, *LOGGER, **variables)
    assert result.returncode == 0
    assert not CONTROL.search(result.stdout.replace("\r\n", "\n"))
    assert "write_file one: write file" in result.stdout


@pytest.mark.rare
def test_the_log_file_is_as_without_the_logger(small):
    """Without it on the path, too: `--logger` alone needs it."""
    assert call(small, terminal=False, PYTHONPATH="").returncode == 0
    for name in ("one", "two"):
        (small / name).unlink()
    assert call(small, *LOGGER).returncode == 0
    plain, shown = read_logs(small)
    assert plain == shown
    assert "Select jobs to execute..." in shown
