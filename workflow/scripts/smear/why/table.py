"""What a call would run again as lines for a terminal, one for each stage and cause."""

from collections.abc import Iterable

from smear.durations import format_duration
from smear.job import show_path
from smear.why.causes import Cause
from smear.why.plan import Plan, Planned

TRAINING = "train_cell"
SHOWN = 4  # details of a cause


def render(plan: Plan, causes: Iterable[list[Cause]], damage: list[str]) -> str:
    """The whole text. causes: of each job of the plan."""
    lines = [f"damaged: {sentence}; a job that reads it stops, and says what to do" for sentence in damage]
    if not plan.jobs:
        return "\n".join([f"{plan.experiment}: nothing to be done", *(f"  {line}" for line in lines)])
    groups = {}
    for job, found in zip(plan.jobs, causes, strict=True):
        groups.setdefault((job.rule, *dict.fromkeys(cause.head for cause in found)), []).append((job, found))
    rows = [describe_group(plan, rule, members) for (rule, *_), members in groups.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    lines += ["  ".join(f"{text:<{width}}" for text, width in zip(row, [*widths, 0], strict=True)) for row in rows]
    total = f"{plan.experiment}: the next call runs {len(plan.jobs)} job{'s' * (len(plan.jobs) != 1)}"
    if plan.hours is not None and any(job.cell for job in plan.jobs):
        total += f"; the time is estimated for {plan.basis}"
    return "\n".join([total, *(f"  {line.rstrip()}" for line in lines), *([plan.disk] if plan.disk else [])])


def describe_group(plan: Plan, rule: str, members: list[tuple[Planned, list[Cause]]]) -> tuple[str, str, str, str]:
    """The texts of one line: stage, how many jobs, how long, why."""
    jobs = [job for job, _ in members]
    causes = describe([cause for _, found in members for cause in found])
    return rule, count(jobs), describe_hours(plan, jobs), causes


def count(jobs: list[Planned]) -> str:
    """How many there are, and of what."""
    kind = "grid cell" if jobs[0].rule == TRAINING else "job"
    return f"{len(jobs)} {kind}{'s' * (len(jobs) != 1)}"


def describe(causes: list[Cause]) -> str:
    """Causes of alike jobs: each head once, with all that is said to it."""
    details = {}
    for cause in causes:
        details.setdefault(cause.head, {})[cause.detail] = None
    return "; ".join(f"{head} {list_details(list(filter(None, each)))}".strip() for head, each in details.items())


def list_details(details: list[str]) -> str:
    """The first of some details, whole, and how many more there are."""
    more = f" and {len(details) - SHOWN} more" if len(details) > SHOWN else ""
    return ", ".join(map(show_path, details[:SHOWN])) + more


def describe_hours(plan: Plan, jobs: list[Planned]) -> str:
    """How long trainings take; nothing for other stages, which take minutes, and where there is no estimate."""
    if plan.hours is None or jobs[0].rule != TRAINING:
        return ""
    return f"about {format_duration(3600 * plan.hours([(job.experiment, job.cell) for job in jobs]))}"
