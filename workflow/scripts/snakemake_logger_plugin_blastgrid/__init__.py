"""Snakemake's console as progress that a person can read: `snakemake --logger blastgrid`.

Snakemake finds this package by its name, where `workflow/scripts` is on the Python path, and imports it in every call
there. So `smear.console`, which costs time, is imported when the first job starts. By then the workflow has imported
`smear`, which could otherwise come from another copy of the project.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from logging import LogRecord
from types import MappingProxyType

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

NOTHING_TO_DO = "Nothing to be done"

HIDDEN_EVENTS = (
    LogEvent.WORKFLOW_STARTED,
    LogEvent.RESOURCES_INFO,
    LogEvent.RUN_INFO,
    LogEvent.RULEGRAPH,
    LogEvent.GROUP_INFO,
    LogEvent.JOB_INFO,
    LogEvent.JOB_STARTED,
    LogEvent.JOB_FINISHED,
    LogEvent.PROGRESS,
)
# Beginnings of what Snakemake says in every run, whatever happens in it.
HIDDEN_TEXTS = (
    "Assuming unrestricted shared filesystem",
    "Building DAG of jobs",
    "Conda environments: ignored",
    "DAG of jobs will be updated after completion",
    "Group jobs: inactive",
    "Select jobs to execute",
    "Singularity containers: ignored",
    "Updating checkpoint dependencies",
    "Using shell:",
    "host:",
)

COLORS = {"WARNING": "\033[33m", "ERROR": "\033[31m", "CRITICAL": "\033[31m"}


class LogHandler(LogHandlerBase):
    """Shows the progress of the jobs, and beside it what Snakemake, the workflow and its jobs have to say.

    Where the console shall be as it always is, Snakemake's own handler writes to it and this one does nothing: in a dry
    run, with `--verbose` and its like, and with `--quiet progress`.

    summarize: of the workflow, what it says after the last job, or None.
    """

    summarize: Callable[[], str | None] = staticmethod(lambda: None)

    def __post_init__(self) -> None:
        settings = self.common_settings
        quiet = {kind.name.lower() for kind in settings.quiet or ()}
        self.plain = settings.dryrun or settings.verbose or settings.debug_dag or bool({"all", "progress"} & quiet)
        self.terminal = sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")
        self.color = self.terminal and not settings.nocolor and not os.environ.get("NO_COLOR")
        self.early: list[LogRecord] = []  # before there is a display
        self.display = None

    @property
    def writes_to_stream(self) -> bool:
        return not self.plain

    @property
    def writes_to_file(self) -> bool:
        return False

    @property
    def has_filter(self) -> bool:
        return False

    @property
    def has_formatter(self) -> bool:
        return False

    @property
    def needs_rulegraph(self) -> bool:
        return False

    def begin(self, watch=None, descriptions: Mapping[str, str] = MappingProxyType({})) -> None:
        """Show progress from now on: a bar on a terminal, else lines.

        watch: of the training (`smear.status.watch.Watch`), None without one. descriptions: the docstrings of rules by
        their names. To be called before the first job: what starts earlier writes to the terminal without asking.
        """
        if self.plain or self.display is not None:
            return
        with self.lock:
            display = self.make_display(watch, descriptions)
            for record in self.early:
                display.take(record)
            display.start()
            self.display = display

    def make_display(self, watch, descriptions: Mapping[str, str]):
        from smear.console.lines import Lines

        if self.terminal and not os.environ.get("CI"):
            try:
                from smear.console.bar import Bar
            except ImportError:
                self.write("blastgrid: the package rich is not installed; progress is shown as lines.", "WARNING")
            else:
                return Bar(watch, descriptions, self.color)
        return Lines(watch, descriptions)

    def emit(self, record: LogRecord) -> None:
        if self.plain:
            return
        try:
            if getattr(record, "event", None) == LogEvent.JOB_STARTED:
                # A workflow that has not begun it, or `--no-hooks`.
                self.begin()
            if self.display is not None:
                self.display.take(record)
            else:
                self.early.append(record)
            if is_shown(record) and (text := self.format(record)):
                self.write(text, record.levelname)
                if text.startswith(NOTHING_TO_DO) and (summary := self.summarize()):
                    self.write(summary)
        except Exception:
            self.handleError(record)

    def write(self, text: str, level: str = "INFO") -> None:
        """Write lines that stay, as the workflow does; level: of logging, which decides their color."""
        color = COLORS.get(level) if self.color else None
        print(f"{color}{text}\033[0m" if color else text, file=sys.stderr, flush=True)

    def close(self) -> None:
        display, self.display = self.display, None
        if display is not None:
            display.stop()
        super().close()


def is_shown(record: LogRecord) -> bool:
    """Whether a record is for the reader: all warnings and errors are, and what is not known to be of every run."""
    if record.levelno >= logging.WARNING:
        return True
    if getattr(record, "event", None) in HIDDEN_EVENTS:
        return False
    return not str(record.msg).startswith(HIDDEN_TEXTS)
