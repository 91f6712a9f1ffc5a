# Every use of what Snakemake has and does not document, as seen in version 9.27.1. No rule is defined here.
# An update of Snakemake is to be checked against this file alone; `min_version` in the Snakefile is for the documented.

import os
from pathlib import Path

from snakemake.io import sourcecache_entry

# Not `workflow.basedir`: in another workflow that uses this one as a module, that is the other one's.
ROOT = Path(workflow.current_basedir.get_path_or_uri(secret_free=False)).parents[1]


def is_main_workflow():
    """Whether Snakemake was called with this workflow, and not with another one that uses it as a module."""
    return workflow.modifier.is_main_snakefile()


def set_default_target(name):
    """Say what a call without targets makes, where an included file defines it; Snakemake takes none from there."""
    workflow.default_target = name


def get_command_line_config():
    """What `--config` says, as Snakemake reads it."""
    return workflow.config_settings.config


def set_command_line_config(key, value):
    """Change what `--config` says of a key, here and for the calls of Snakemake in jobs elsewhere."""
    workflow.config_settings.config[key] = value
    others = [text for text in workflow.config_settings.config_args if not text.startswith(f"{key}=")]
    workflow.config_settings.config_args = [*others, f"{key}='{value}'"]


def runs_here():
    """Whether jobs run on this machine, and not on a cluster; Snakemake does not know it while it reads the rules."""
    return workflow.local_exec


def uses_own_environments():
    """Whether rules get environments of their own, by `--use-conda` and its like."""
    return bool(workflow.deployment_settings.deployment_method)


def get_cores():
    """The value of `--cores`."""
    return workflow.cores


def get_working_folder():
    """The folder that the call works in, where its jobs on a cluster are submitted."""
    return Path(workflow.workdir_init)


def offer_resource(name, amount):
    """Set a resource of this machine, as `--resources` does, unless the command line sets it."""
    if name not in workflow.global_resources:
        workflow.register_resource(name, amount)


def keep_name(path, shown):
    """An input that Snakemake records as `shown`, whatever its path: another path alone is then no new set of inputs."""
    return sourcecache_entry(path, shown)


def find_progress_loggers():
    """The handlers of `--logger blastgrid`: one, or none without that option."""
    return [handler for handler in workflow.logger_manager.get_log_handlers() if hasattr(handler, "summarize")]


def get_descriptions():
    """The docstrings of the rules by their names."""
    return {rule.name: rule.docstring for rule in workflow.rules if rule.docstring}


def list_jobs():
    """All jobs between the sources and the targets, whether they run or not, each behind those that it waits for."""
    return [job for level in workflow.dag.toposorted() for job in sorted(level, key=str)]


def list_planned_jobs():
    """Jobs that this call runs, as far as it can know before its checkpoint; those of a dry run, too."""
    planned = set(workflow.dag.needrun_jobs(exclude_finished=False))
    return [job for job in list_jobs() if job in planned]


def find_reasons(job):
    """Why a planned job runs, as Snakemake knows it, by the names of `Planned` in smear/why/plan.py."""
    reason, persistence = workflow.dag.reason(job), workflow.persistence
    # Snakemake does not look at the parameters of jobs that run because of others.
    changed = persistence.params_changed(job)
    upstream = workflow.dag.dependencies[job].items()
    return {
        "gone": frozenset(changed.only_old),
        "come": frozenset(changed.only_new),
        # Not by Snakemake's records, in which `--touch` writes outputs that are not there as well.
        "made": any(os.path.exists(path) for path in job.output),
        "missing": tuple(sorted(map(str, reason.missing_output))),
        "newer": tuple(sorted(map(str, reason.updated_input - reason.updated_input_run))),
        "other_inputs": bool(reason.input_changed),
        "forced": reason.forced,
        "environment": bool(reason.software_stack_changed),
        "follows": tuple(sorted(before.rule.name for before, files in upstream if files & reason.updated_input_run)),
    }


def only_touches():
    """Whether the call accepts files as they are, by `--touch`, and runs nothing."""
    return workflow.touch


def list_complete_jobs(rule_name):
    """Jobs whose outputs are complete, made by this call or before, of one rule."""
    return [
        job
        for job in workflow.dag.jobs
        if job.rule.name == rule_name and (workflow.dag.finished(job) or not workflow.dag.needrun(job))
    ]
