"""The console of `--logger blastgrid`: which records it shows, its words, its bar and its lines."""

import io
import logging
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text
from smear.console.bar import render
from smear.console.jobs import LONGEST, Jobs
from smear.console.lines import Lines
from smear.status.watch import Progress
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.tests import MockOutputSettings, TestLogHandlerBase
from snakemake_logger_plugin_blastgrid import LogHandler, is_shown

PROGRESS = Progress(34, 80, 2760, 0.9712)
TRAIN = "Train and validate one grid cell, from the state of its shorter run where there is one."
PLUGIN = Path(__file__).parents[2] / "workflow/scripts"


class TestContract(TestLogHandlerBase):
    """What Snakemake asks of every logger plugin."""

    __test__ = True

    def get_log_handler_cls(self):
        return LogHandler

    def get_log_handler_settings(self):
        return None


def make_record(event=None, level=logging.INFO, text="", **values) -> logging.LogRecord:
    record = logging.LogRecord("snakemake.logging", level, "", 0, text, None, None)
    record.__dict__.update(values, event=event)
    return record


def start(number, rule="train_cell", **wildcards):
    """A job that starts."""
    return make_record(
        LogEvent.JOB_INFO, jobid=number, rule_name=rule, wildcards=wildcards, output=["file"], text=f"Rule: {rule}"
    )


def make_jobs(*rules: str) -> Jobs:
    jobs = Jobs({"train_cell": TRAIN, "all": "The report, and more."})
    jobs.take(make_record(LogEvent.RUN_INFO, stats={"train_cell": 4, "total": 20}))
    for number, rule in enumerate(rules):
        jobs.take(start(number, rule))
    return jobs


def draw(jobs: Jobs, progress: Progress | None, columns: int = 100) -> list[str]:
    console = Console(file=io.StringIO(), width=columns, force_terminal=True, color_system="standard")
    console.print(render(jobs, progress, columns))
    return [Text.from_ansi(line).plain.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (make_record(text="Select jobs to execute..."), False),
        (make_record(LogEvent.JOB_STARTED, text="Execute 1 jobs..."), False),
        (make_record(LogEvent.RUN_INFO, text="Job stats:"), False),
        (start(1), False),
        (make_record(text="Creating conda environment envs/train.yaml..."), True),
        (make_record(text="Unlocked working directory."), True),
        (make_record(text="Terminating processes on user request, this might take some time."), True),
        (make_record(LogEvent.SHELLCMD, text="touch file"), True),
        (make_record(LogEvent.JOB_ERROR, logging.ERROR), True),
        (make_record(LogEvent.GROUP_ERROR, logging.ERROR), True),
        (make_record(LogEvent.ERROR, logging.ERROR), True),
        (make_record(level=logging.WARNING, text="Using shell: no"), True),
        (make_record(level=logging.INFO, text=None), True),
    ],
)
def test_what_is_of_every_run_is_hidden_and_all_else_shown(record, shown):
    assert is_shown(record) == shown


def test_the_bar_shows_jobs_epochs_time_and_accuracy():
    jobs = make_jobs("train_cell", "train_cell", "plot_fields")
    jobs.take(make_record(LogEvent.PROGRESS, done=7, total=20))
    assert draw(jobs, PROGRESS) == [
        "7 of 20 jobs; now: train and validate one grid cell (2), plot fields",
        "━" * 11 + "╺" + "━" * 15 + "  34 of 80 epochs, about 46 min left, best validation accuracy 97.12 %",
    ]


def test_without_a_training_the_bar_is_one_of_jobs():
    jobs = make_jobs("plot_fields")
    jobs.take(make_record(LogEvent.PROGRESS, done=5, total=20))
    assert draw(jobs, None) == ["5 of 20 jobs; now: plot fields", "━" * 10 + "╺" + "━" * 29]


@given(st.integers(1, 300), st.lists(st.sampled_from(["train_cell", "a", "b", "c", "d"])), st.booleans())
def test_a_bar_is_two_lines_on_any_terminal(columns, rules, trains):
    lines = draw(make_jobs(*rules), PROGRESS if trains else None, columns)
    assert all(len(line) <= columns for line in lines)
    assert columns < 12 or len(lines) == 2


def test_jobs_that_end_are_no_longer_named():
    jobs = make_jobs("train_cell", "train_cell", "plot_fields")
    jobs.take(make_record(LogEvent.JOB_FINISHED, job_id=0))
    jobs.take(make_record(LogEvent.JOB_ERROR, logging.ERROR, jobid=2))
    assert jobs.describe() == "0 of 20 jobs; now: train and validate one grid cell"
    jobs.take(make_record(LogEvent.JOB_FINISHED, job_id=1))
    assert jobs.describe() == "0 of 20 jobs"


def test_many_rules_at_once_are_counted():
    assert make_jobs(*"aabcde").describe() == "0 of 20 jobs; now: a (2), b, c, 2 more"


@given(st.text())
def test_words_for_a_rule_are_one_short_line(docstring):
    words = Jobs({"rule": docstring}).describe_rule("rule")
    assert len(words) <= LONGEST
    assert not set(words) & set("\n\r\t")


def make_lines(capsys, watch=None):
    lines = Lines(watch, {"train_cell": TRAIN})
    lines.stop()
    return lines, lambda: [line.partition("  ")[2] for line in capsys.readouterr().err.splitlines()]


def test_lines_name_each_job_that_starts(capsys):
    lines, read = make_lines(capsys)
    lines.take(start(1, cell="SmallCNN_adam", experiment="grid", color=""))
    lines.take(start(2, "link_folder"))
    lines.take(make_record(LogEvent.JOB_INFO, jobid=3, rule_name="all", output=[]))
    assert read() == ["train_cell SmallCNN_adam: train and validate one grid cell", "link_folder: link folder"]


def test_lines_tell_progress_when_it_has_changed(capsys):
    states = [PROGRESS, PROGRESS, PROGRESS._replace(done=44, seconds_left=60), PROGRESS._replace(done=44)]
    lines, read = make_lines(capsys, SimpleNamespace(look=lambda **how: states.pop(0)))
    for _ in range(3):
        lines.take(make_record(LogEvent.JOB_FINISHED, job_id=1))
    assert read() == ["44 of 80 epochs, about 60 s left, best validation accuracy 97.12 %"]


def test_snakemake_finds_the_plugin_by_its_name():
    call = [sys.executable, "-c", "from snakemake_interface_logger_plugins.registry import *; import sys;"]
    call[-1] += "print(LoggerPluginRegistry().is_installed('blastgrid'), *{'rich', 'smear'} & set(sys.modules))"
    variables = os.environ | {"PYTHONPATH": str(PLUGIN)}
    found = subprocess.run(call, env=variables, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True"], "every call of Snakemake imports it"


def make_handler(**settings) -> LogHandler:
    """A handler as Snakemake makes one, on a terminal."""
    common = MockOutputSettings()
    common.__dict__.update(settings)
    handler = LogHandler(common, None)
    handler.terminal = True
    return handler


def test_without_rich_there_are_lines_and_a_word_about_it(monkeypatch, capsys):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setitem(sys.modules, "rich.live", None)
    monkeypatch.delitem(sys.modules, "smear.console.bar")
    handler = make_handler()
    handler.begin()
    handler.close()
    assert "the package rich is not installed" in capsys.readouterr().err


@pytest.mark.parametrize("settings", [{"dryrun": True}, {"verbose": True}, {"debug_dag": True}])
def test_where_the_console_shall_be_as_always_snakemake_writes_it(settings, capsys):
    handler = make_handler(**settings)
    assert not handler.writes_to_stream
    handler.emit(make_record(level=logging.ERROR, text="once"))
    assert capsys.readouterr().err == ""


def test_without_work_the_workflow_says_where_the_results_are(capsys):
    handler = make_handler()
    handler.summarize = lambda: "Report: here"
    handler.emit(make_record(text="Nothing to be done (all requested files are present and up to date)."))
    assert capsys.readouterr().err.splitlines()[1:] == ["Report: here"]
