# Helpers of outer.smk, report.smk and pruning.smk: the files of the outer folds. No rule is defined here.
# Takes: the names that common.smk gives.

from smear.split.variants import name_outer_fold

OUTER_FOLDS = config["split"]["outer_folds"]


def name_experiments(experiment=EXPERIMENT):
    """The outer folds' folders in results/, in their order."""
    return [name_outer_fold(experiment, fold) for fold in range(1, OUTER_FOLDS + 1)]


def name_in_folds(name):
    """A file of each outer fold, in their order."""
    return [f"results/{fold}/{name}" for fold in name_experiments("{experiment}")]


def get_reported_files(wildcards):
    """What must be there before models are removed: of a variant of the experiment its test, for it has no report."""
    names = ["test_predictions.csv", "model.keras"]
    if wildcards.experiment == EXPERIMENT:
        names = ["index.html", "model_card.md", "model.keras"]
    return [f"results/{wildcards.experiment}/report/{name}" for name in names]


def get_outer_files():
    """What the report shows of the outer folds, as named inputs, where there are some."""
    if not OUTER_FOLDS:
        return {}
    folder = "results/{experiment}/outer"
    return {
        "outer": f"{folder}/metrics.json",
        "outer_choices": f"{folder}/choices.csv",
        "outer_comparison": f"{folder}/comparison.csv",
        "outer_svg": f"{folder}/choices.svg",
        "outer_looks": f"{folder}/test_looks.csv",
        "outer_digests": ancient(f"{folder}/digests.json"),
    }
