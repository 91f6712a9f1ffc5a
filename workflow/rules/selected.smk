# Helpers of audit.smk, network.smk and report.smk: files of the selected grid cell, other looks at test images. No rule is
# defined here. Takes: the names that common.smk and features.smk give.

from smear.files import read_json
from smear.evaluation.looks import read_looks
from smear.records import check_files
from smear.training.tensors import TRAINING_SPLITS


def get_selected_cell(wildcards):
    """The name of the cell whose model is tested, once it is known."""
    chosen = checkpoints.select_cell.get(experiment=wildcards.experiment).output
    ask(check_files, [chosen.selected, chosen.digests])
    return read_json(chosen.selected)["model_cell"]


def get_selected_predictions(kind):
    """An input's function: predictions of the validation images, `csv`, or their records, of each fold if there are some."""
    name = {"csv": "validation_predictions.csv", "digests.json": "digests.json"}[kind]

    def get_paths(wildcards):
        chosen = CELLS[get_selected_cell(wildcards)]._replace(fold=None)
        folds = [cell.name for cell in CELLS.values() if cell._replace(fold=None) == chosen]
        return [f"results/{wildcards.experiment}/cells/{cell}/{name}" for cell in folds]

    return get_paths


def get_group_files():
    """What the report shows by group, as named inputs, where the user gave groups."""
    if not HAS_GROUPS:
        return {}
    folder = "results/{experiment}"
    return {
        "validation_by_group": f"{folder}/comparison/validation_by_group.csv",
        "validation_groups": f"{folder}/comparison/validation_groups.json",
        "test_by_group": f"{folder}/report/test_by_group.csv",
        "validation_groups_svg": f"{folder}/report/validation_groups.svg",
        "test_groups_svg": f"{folder}/report/test_groups.svg",
        "group_shares_svg": f"{folder}/report/group_shares.svg",
        "group_digests": ancient(
            [f"{folder}/comparison/validation_groups.digests.json", f"{folder}/report/groups.digests.json"]
        ),
    }


def get_positive(wildcards):
    """The class that the threshold is for, as it is: Snakemake would read wildcards into a plain text."""
    return POSITIVE


def get_frozen_threshold():
    """The threshold as named inputs of the final test, so that it is chosen before; nothing without a positive class."""
    if POSITIVE is None:
        return {}
    folder = "results/{experiment}/comparison"
    return {
        "threshold": f"{folder}/threshold.json",
        "threshold_digests": ancient(f"{folder}/threshold.digests.json"),
    }


def get_threshold_files():
    """What the report shows of the threshold, as named inputs, where there is one."""
    if POSITIVE is None:
        return {}
    folder = "results/{experiment}/report"
    return {
        **({"threshold_by_group": f"{folder}/threshold_by_group.csv"} if HAS_GROUPS else {}),
        "threshold": f"{folder}/threshold.json",
        "threshold_svg": f"{folder}/threshold.svg",
        "threshold_digests": ancient(f"{folder}/threshold.digests.json"),
    }


def get_selected_model(wildcards):
    return f"results/{wildcards.experiment}/cells/{get_selected_cell(wildcards)}/model.keras"


def get_selected_digests(wildcards):
    return f"results/{wildcards.experiment}/cells/{get_selected_cell(wildcards)}/digests.json"


def get_selected_provenance(wildcards):
    return f"results/{wildcards.experiment}/cells/{get_selected_cell(wildcards)}/provenance.json"


def get_selected_color(wildcards):
    return CELLS[get_selected_cell(wildcards)].color


def get_selected_fold(wildcards):
    """The fold whose model is tested; None without folds."""
    return CELLS[get_selected_cell(wildcards)].fold


def get_selected_images(folder, split, kind):
    """An input's function: a split's file, `npy`, `csv` or `digests.json`, in the color of the selected cell.

    folder: `tensors`, or `embeddings`.
    """

    def get_path(wildcards):
        color = mark_color(get_selected_color(wildcards))
        return f"results/{wildcards.experiment}/{folder}/{split}{color}.{kind}"

    return get_path


def get_selected_tensor(split, kind):
    return get_selected_images("tensors", split, kind)


def get_selected_embeddings(split, kind):
    return get_selected_images("embeddings", split, kind)


def get_baseline_inputs():
    """What the final test needs to fit the chosen baselines, as named inputs; their choice is made before it."""
    inputs = {
        "baselines": "results/{experiment}/comparison/baselines.json",
        "baselines_digests": ancient("results/{experiment}/comparison/baselines.digests.json"),
    }
    for split in TRAINING_SPLITS:
        # The model, which was trained on them, decides whether it is tested again.
        inputs[split] = ancient(get_selected_tensor(split, "npy"))
        inputs[f"{split}_rows"] = ancient(get_selected_tensor(split, "csv"))
        inputs[f"{split}_digests"] = ancient(get_selected_tensor(split, "digests.json"))
    for split in SPLITS if EMBEDDINGS else ():
        inputs[f"{split}_embeddings"] = ancient(get_selected_embeddings(split, "npy"))
        inputs[f"{split}_embedding_digests"] = get_selected_embeddings(split, "digests.json")
    return inputs


def get_test_memory(wildcards, input, attempt):
    """As `get_network_memory`, of the model and the test images alone: the baselines read their images one by one."""
    return get_network_memory(wildcards, [input.model, input.test], attempt)


def get_network_files():
    """What the report shows of changed images, as named inputs; a probe of them where embeddings are computed here."""
    folder = "results/{experiment}/audit"
    probed = EMBEDDINGS and not EMBEDDINGS["file"]
    records = ["network", "network_figures", *(["background_probe"] if probed else [])]
    return {
        **({"background_probe": f"{folder}/background_probe.csv"} if probed else {}),
        "network": f"{folder}/network.csv",
        "network_facts": f"{folder}/network.json",
        "network_svg": f"{folder}/network.svg",
        "network_sheet_svg": f"{folder}/network_sheet.svg",
        "network_digests": ancient(name_records(folder, *records)),
    }


def get_looks_of_others():
    """The data set's table of looks at test images, where other experiments are in it: their looks change the report.

    What this experiment has looked at, and its variants, is among the outputs of their tests.
    """
    table = Path(f"results/datasets/{DATASET}/test_looks.csv")
    others = table.exists() and any(look.experiment not in VARIANTS for look in ask(read_looks, table))
    return [str(table)] if others else []
