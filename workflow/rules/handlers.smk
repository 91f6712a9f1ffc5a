# What a call says and does before its first job and after its last.
# Takes: the names that common.smk gives. Makes: results/<experiment>/cells.json.

import shutil

from smear.estimate import count_training, describe_hours
from smear.images.identity import write_identity
from smear.report.summary import summarise_results
from smear.scheduling.slurm_jobs import cancel_jobs, find_jobs
from smear.status.grid_file import write_cells


def count_train_images():
    """Training images of one cell, as far as they are known before the work starts."""
    if CLASS_COUNTS is None:
        return None
    return count_training(CLASS_COUNTS, config["split"]["fractions"], FOLDS)


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
    ask(write_cells, cells, Path(f"results/{EXPERIMENT}"), shorter)


def tidy_running():
    """Remove the checkpoints of cells that are complete. The trainer leaves them: until Snakemake has recorded a cell as
    complete, a kill makes it run the job again, which then finds all epochs trained."""
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
    """Say, before training starts on a CPU, how long it will take."""
    folder = Path(f"results/{EXPERIMENT}/cells")
    waiting = [cell for name, cell in CELLS.items() if not (folder / name / "metrics.json").exists()]
    if waiting and runs_here() and not GPUS:
        # Of each, the epochs that it does not take over from its shorter run.
        own = [
            cell._replace(epochs=cell.epochs - SHORTER[cell].epochs) if cell in SHORTER else cell for cell in waiting
        ]
        cores = min(get_cores(), os.cpu_count())
        print(describe_hours(own, count_train_images(), config["image"]["size"], cores), file=sys.stderr)


def announce_results():
    """Say where the report lies, and the three lines that matter; nothing while a part of it is missing."""
    if all(map(os.path.exists, get_final_files())):
        try:
            print(summarise_results(Path(f"results/{EXPERIMENT}")), file=sys.stderr)
        except UserError as error:
            # Nothing that this call was asked for: it may have made another damaged file again.
            print(f"blastgrid: {error}", file=sys.stderr)


onstart:
    announce_hints()
    end_orphans()
    record_source()
    record_cells()
    announce_source()
    announce_start()


onsuccess:
    tidy_running()
    announce_results()


onerror:
    tidy_running()
