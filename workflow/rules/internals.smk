# Every use of what Snakemake has and does not document, as seen in version 9.27.1. No rule is defined here.
# An update of Snakemake is to be checked against this file alone; `min_version` in the Snakefile is for the documented.

from pathlib import Path

from snakemake.io import sourcecache_entry

# Not `workflow.basedir`: in another workflow that uses this one as a module, that is the other one's.
ROOT = Path(workflow.current_basedir.get_path_or_uri(secret_free=False)).parents[1]


def is_main_workflow():
    """Whether Snakemake was called with this workflow, and not with another one that uses it as a module."""
    return workflow.modifier.is_main_snakefile()


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


def list_planned_jobs():
    """Jobs that this call runs, as far as it can know before its checkpoint; those of a dry run, too."""
    return list(workflow.dag.needrun_jobs(exclude_finished=False))


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
