"""The jobs of a call, as Snakemake's log records tell of them."""

import re
from collections import Counter
from collections.abc import Mapping
from logging import LogRecord

from snakemake_interface_logger_plugins.common import LogEvent

LONGEST = 60  # letters of what a rule does
MOST = 3  # rules named as running at a time


class Jobs:
    """How many jobs are done, and which are running.

    descriptions: the docstrings of rules by their names.
    """

    def __init__(self, descriptions: Mapping[str, str]):
        self.descriptions = descriptions
        self.done = 0
        self.total: int | None = None
        self.running: dict[int, str] = {}  # rules by the numbers of their jobs

    def take(self, record: LogRecord) -> None:
        """Note what a record tells."""
        match getattr(record, "event", None):
            case LogEvent.RUN_INFO:
                self.total = record.stats["total"]
            case LogEvent.PROGRESS:
                self.done, self.total = record.done, record.total
            case LogEvent.JOB_INFO:
                self.running[record.jobid] = record.rule_name
            case LogEvent.JOB_FINISHED:
                self.running.pop(record.job_id, None)
            case LogEvent.JOB_ERROR:
                self.running.pop(record.jobid, None)

    def describe(self) -> str:
        """All in one line: `7 of 20 jobs; now: train and validate one grid cell (2), draw …`."""
        counts = Counter(self.running.values())
        rules = [
            self.describe_rule(rule) + (f" ({jobs})" if jobs > 1 else "") for rule, jobs in counts.most_common(MOST)
        ]
        more = [f"{len(counts) - MOST} more"] if len(counts) > MOST else []
        return "; ".join([self.count()] + ([f"now: {', '.join(rules + more)}"] if rules else []))

    def count(self) -> str:
        """How many are done, e.g. `7 of 20 jobs`."""
        return f"{self.done} jobs" if self.total is None else f"{self.done} of {self.total} jobs"

    def describe_rule(self, rule: str) -> str:
        """What a rule does: the first clause of its docstring, else its name in words."""
        text = self.descriptions.get(rule) or rule.replace("_", " ")
        clause = re.split(r"[,;:.](?:\s|$)", " ".join(text.split()), maxsplit=1)[0]
        # Names such as Keras' stay as they are.
        clause = clause[:1].lower() + clause[1:] if clause[1:2].islower() else clause
        return clause if len(clause) <= LONGEST else f"{clause[: LONGEST - 2].rsplit(' ', 1)[0]} …"

    def describe_start(self, record: LogRecord) -> str:
        """The line for a job that starts: its rule, its wildcards that differ within a call, what it does."""
        wildcards = [value for name, value in record.wildcards.items() if name not in ("dataset", "experiment")]
        return f"{' '.join([record.rule_name, *filter(None, wildcards)])}: {self.describe_rule(record.rule_name)}"
