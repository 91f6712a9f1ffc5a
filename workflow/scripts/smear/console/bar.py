"""The progress as a bar at the foot of a terminal. Needs rich."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from smear.console.capture import Capture
from smear.console.jobs import Jobs
from smear.console.lines import Display
from smear.status.watch import Progress, Watch, describe

WIDEST, NARROWEST = 40, 8  # columns of the bar alone
MARGIN = 3  # columns at its right: the `^C` that a terminal writes itself must not begin a line
GAP = 2


class Bar(Display):
    """Two lines that are drawn again and again below what is written: the jobs, and a bar of the epochs of the grid.

    Without a training the bar is one of the jobs. color: whether the terminal's colors are used.
    """

    seconds = 0.5

    def __init__(self, watch: Watch | None, descriptions: Mapping[str, str], color: bool = True):
        super().__init__(watch, descriptions)
        descriptors = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]
        self.file = os.fdopen(os.dup(2), "w", encoding=sys.stderr.encoding, errors="replace")
        self.console = Console(file=self.file, force_terminal=True, highlight=False, no_color=not color)
        self.live = Live(
            console=self.console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False, transient=True
        )
        self.capture = Capture(descriptors, self.write)

    def start(self) -> None:
        self.live.start()
        # rich hides the cursor, and a process that is killed would leave it hidden.
        self.console.show_cursor(True)
        self.capture.start()
        self.update()
        super().start()

    def update(self) -> None:
        try:
            size = os.get_terminal_size(self.file.fileno())
            if size.columns and size.lines:
                self.console.size = size
            progress = self.watch.look() if self.watch else None
            self.live.update(render(self.jobs, progress, self.console.width), refresh=True)
        except OSError:
            # The terminal is gone, and the work goes on.
            self.stopped.set()

    def write(self, line: str) -> None:
        """Write a line above the bar."""
        self.console.print(Text.from_ansi(line), soft_wrap=True)

    def stop(self) -> None:
        super().stop()
        self.capture.stop()
        with suppress(OSError):  # of a terminal that is gone
            self.live.stop()
            if self.jobs.done != self.jobs.total:
                parts = [f"blastgrid: {self.jobs.count()} done"]
                if self.watch:
                    parts.append(describe(self.watch.look(at_once=True)._replace(seconds_left=None)))
                self.write(", ".join(parts))
            self.file.close()


def render(jobs: Jobs, progress: Progress | None, columns: int) -> Group:
    """The lines of a bar, shorter than `columns`. progress: of the training, None without one."""
    words = describe(progress) if progress else ""
    done, total = (progress.done, progress.epochs) if progress else (jobs.done, jobs.total)
    room = columns - GAP - MARGIN
    width = max(NARROWEST, min(WIDEST, room - len(words)))
    line = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
    line.add_row(ProgressBar(total=total or 1, completed=done, width=width), shorten(words, room - width))
    return Group(shorten(jobs.describe(), columns - MARGIN), line)


def shorten(text: str, columns: int) -> Text:
    """A text in one line."""
    line = Text(text, no_wrap=True)
    line.truncate(max(0, columns), overflow="ellipsis")
    return line
