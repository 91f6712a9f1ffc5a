"""Snakemake with one change: jobs are asked for their states every second, and not after up to three minutes."""

import sys

from snakemake.cli import main
from snakemake_executor_plugin_slurm import Executor

Executor.next_seconds_between_status_checks = property(lambda executor: 1, lambda executor, seconds: None)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
