"""What a log says last: whether its job failed, and why."""

import re
from pathlib import Path

END = 1 << 16  # bytes
STAMPED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ")
TRACEBACK = "Traceback (most recent call last):"


def find_error(path: Path) -> str | None:
    """The sentence that a failed job's log ends in: a user's mistake, or the exception below a traceback."""
    lines = read_end(path)
    last = max((place for place, line in enumerate(lines) if STAMPED.match(line)), default=-1)
    traces = [place for place, line in enumerate(lines) if line == TRACEBACK]
    if traces and traces[-1] > last:
        raised = [line for line in lines[traces[-1] + 1 :] if not line.startswith(" ")]
        # Ctrl-C on the workflow reaches its jobs, and is no fault of theirs.
        return None if raised[:1] == ["KeyboardInterrupt"] else (raised or [TRACEBACK])[0]
    message = STAMPED.sub("", lines[last], count=1) if last >= 0 else ""
    return message.removeprefix("error: ") if message.startswith("error: ") else None


def read_end(path: Path) -> list[str]:
    """The last lines of a file, blank ones left out; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - END))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return [line.rstrip() for line in text.split("\n") if line.strip()]
