"""Ask Snakemake what a call with these arguments would run, without running it, and say why."""

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from smear.status.grid_file import read_hyperparameters
from smear.why.causes import find_causes
from smear.why.damage import find_damage
from smear.why.made_with import read_made_with
from smear.why.plan import OFFERED, Plan
from smear.why.table import render


def make_plan(arguments: list[str]) -> Plan:
    """The plan of a call with these arguments; ends the process with what Snakemake says where it fails."""
    from snakemake.cli import main as call_snakemake

    # The rules read the command line themselves, for names that look like numbers.
    sys.argv = ["snakemake", *arguments, "--dry-run", "--quiet", "rules", "progress"]
    said = io.StringIO()
    status = 0
    try:
        with redirect_stdout(said), redirect_stderr(said):
            call_snakemake()
    except SystemExit as end:
        status = end.code
    if status:
        sys.exit(status if isinstance(status, str) else said.getvalue().strip() or status)
    return OFFERED[-1]()


def read_known(experiment: str | None) -> dict[str, dict] | None:
    """The hyperparameters of the grid cells of the last call, None where nothing is known, or asked for."""
    try:
        return experiment and (read_hyperparameters(Path("results") / experiment) or None)
    except ValueError:
        return None


def explain(plan: Plan) -> str:
    """The text for a plan, with what is known of the last call."""
    made_with = read_made_with(plan.experiment)
    known_cells = {job.experiment: read_known(job.experiment) for job in plan.jobs}
    causes = [find_causes(job, plan, known_cells[job.experiment], made_with) for job in plan.jobs]
    return render(plan, causes, list(find_damage(plan.experiment, plan.dataset)))


if __name__ == "__main__":
    try:
        print(explain(make_plan(sys.argv[1:])), flush=True)
    except BrokenPipeError:
        # Who reads has seen enough, see `smear.status`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
