# What a call says and does before its first job and after its last.
# Takes: the names that common.smk gives. Makes: results/<experiment>/cells.json.

import shutil

from smear.estimate import describe_hours
from smear.files import write_json
from smear.images.identity import write_identity
from smear.report.summary import summarize_results
from smear.scheduling.slurm_jobs import cancel_jobs, find_jobs
from smear.status.grid_file import write_cells
from smear.status.watch import Watch
from smear.why.made_with import record_made_with


def end_orphans():
    """End what an earlier call, which was killed, has left on the cluster: its trainings resume from their checkpoints.

    Snakemake's lock on this folder says that no other call is alive.
    """
    if not runs_here():
        for line in cancel_jobs(find_jobs(get_working_folder())):
            print(line, file=sys.stderr)


def record_cells():
    """Leave the names and hyperparameters of the grid's cells for `make status`."""
    shorter = {cell.name: before.name for cell, before in SHORTER.items()}
    cells = {name: cell._asdict() for name, cell in CELLS.items()}
    trained = [job.wildcards.experiment for job in list_trainings(list_jobs())]
    for experiment in dict.fromkeys([EXPERIMENT, *trained]):
        ask(write_cells, cells, Path(f"results/{experiment}"), shorter)


def record_code():
    """Leave the parameters and modules of this call's jobs, so that `make why` can name what has changed since."""
    ask(record_made_with, Path(f"results/{EXPERIMENT}"), list_described_jobs())


def accept_cells():
    """Take cells that `--touch` accepts for trained from the present data, settings and code, as Snakemake does.

    Their states keep the keys of what made them, so that no training of another code continues them.
    """
    for job in list_complete_jobs("train_cell"):
        if start := read_start(job.wildcards):
            record = start | {"made_from": get_origin(job.wildcards)}
            ask(write_json, record, Path(job.output.state).with_name("shorter.json"))


def tidy_running():
    """Remove the checkpoints of cells that are complete. The trainer leaves them: until Snakemake has recorded a cell as
    complete, a kill makes it run the job again, which then finds all epochs trained."""
    if only_touches():
        return
    for job in list_complete_jobs("train_cell"):
        shutil.rmtree(job.params.running, ignore_errors=True)


def announce_hints():
    """Say which names in the configuration are old ones."""
    for hint in HINTS:
        print(f"blastgrid: {hint}", file=sys.stderr)


def record_source():
    """Leave beside the data set what it is made from, so that no other source takes its place."""
    ask(write_identity, IDENTITY, Path(f"results/datasets/{DATASET}"))


def announce_source():
    """Say how the folders of the source are read, and what of it is left out."""
    for note in EXAMINED.notes if EXAMINED else []:
        print(f"blastgrid: {note}", file=sys.stderr)


def announce_start():
    """Say, before the work starts, how long the training takes on a CPU, and how much disk the call needs."""
    if only_touches():
        return
    jobs = list_trainings(list_planned_jobs())
    if jobs and runs_here() and not GPUS:
        cells = [take_own_epochs(CELLS[job.wildcards.cell], job.wildcards.experiment) for job in jobs]
        print(
            describe_hours(cells, count_train_images(), config["image"]["size"], count_cores()),
            file=sys.stderr,
        )
    if disk := describe_planned_disk():
        print(disk, file=sys.stderr)


def describe_results():
    """Where the report lies, and the three lines that matter; None while a part of it is missing."""
    if not all(map(os.path.exists, get_final_files())):
        return None
    try:
        return summarize_results(Path(f"results/{EXPERIMENT}"), OUTER_FOLDS)
    except UserError as error:
        # Nothing that this call was asked for: it may have made another damaged file again.
        return f"blastgrid: {error}"


def announce_results():
    """Print `describe_results`."""
    if summary := describe_results():
        print(summary, file=sys.stderr)


def show_progress():
    """Let `--logger blastgrid` show the progress of this call; it begins before the first job writes to the terminal."""
    if only_touches():
        return
    for display in find_progress_loggers():
        planned, cells = (
            [(f"results/{job.wildcards.experiment}", job.wildcards.cell) for job in list_trainings(jobs)]
            for jobs in (list_planned_jobs(), list_jobs())
        )
        display.begin(Watch(cells, planned) if planned else None, get_descriptions())


def offer_summary():
    """Let `--logger blastgrid` say where the report is when there is nothing to do, as no handler below is called then."""
    for display in find_progress_loggers():
        display.summarize = describe_results


offer_summary()


onstart:
    announce_hints()
    check_weights()
    end_orphans()
    record_source()
    record_cells()
    record_code()
    announce_source()
    announce_start()
    show_progress()


onsuccess:
    # The checkpoint has added jobs.
    record_code()
    tidy_running()
    if only_touches():
        accept_cells()
    announce_results()


onerror:
    tidy_running()
