"""Progress as lines, and what these have in common with a bar."""

import sys
import time
from collections.abc import Mapping
from logging import LogRecord
from threading import Event, Thread

from snakemake_interface_logger_plugins.common import LogEvent

from smear.console.jobs import Jobs
from smear.status.watch import Watch, describe


class Display:
    """The jobs, the progress of the training, and a thread that looks after it.

    watch: None without a training. descriptions: the docstrings of rules by their names.
    """

    seconds = 1.0  # between two updates

    def __init__(self, watch: Watch | None, descriptions: Mapping[str, str]):
        self.jobs = Jobs(descriptions)
        self.watch = watch
        self.stopped = Event()
        self.thread = Thread(target=self.run, name="progress", daemon=True)

    def take(self, record: LogRecord) -> None:
        """Note what a record of Snakemake tells."""
        self.jobs.take(record)
        if self.watch and getattr(record, "event", None) == LogEvent.JOB_ERROR:
            self.watch.look(everywhere=True)

    def start(self) -> None:
        """Begin to show it."""
        self.thread.start()

    def run(self) -> None:
        while not self.stopped.wait(self.seconds):
            self.update()

    def update(self) -> None:
        """Show the present state."""

    def stop(self) -> None:
        """End the display; what is written stays."""
        self.stopped.set()
        if self.thread.is_alive():
            self.thread.join()


class Lines(Display):
    """A line for each job that starts, and one for the progress of the training when it has changed."""

    seconds = 600.0

    def __init__(self, watch: Watch | None, descriptions: Mapping[str, str]):
        super().__init__(watch, descriptions)
        self.last = watch and watch.look()

    def take(self, record: LogRecord) -> None:
        super().take(record)
        match getattr(record, "event", None):
            case LogEvent.JOB_INFO if record.output:
                self.write(self.jobs.describe_start(record))
            case LogEvent.JOB_FINISHED:
                self.update()

    def update(self) -> None:
        if self.watch:
            progress = self.watch.look(at_once=True)
            if (progress.done, progress.accuracy) != (self.last.done, self.last.accuracy):
                self.write(describe(progress))
            self.last = progress

    def write(self, text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)
