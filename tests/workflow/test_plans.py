"""What calls would run, and with what inputs: dry runs of a finished project."""

import json
import re
from graphlib import TopologicalSorter

import pytest
from rules_figure import read_arrows, read_stages

PLAIN = "{architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001], epochs: [1]}"
MORE_RATES = f"grid=[{PLAIN}, {PLAIN.replace('adam, rmsprop', 'adam').replace('0.001', '0.002')}]"


def test_no_training_no_audit_and_no_selection_reads_test_images(finished):
    """Nor does any of them wait for the test; embeddings are turned on, which makes those of the test images, too."""
    text = finished.snakemake("--dry-run", "--forceall", "--config", "embeddings={size: 32}").output
    before = "train_cell|audit_shortcuts|compare_cells|compare_baselines|select_cell|select_baselines"
    blocks = re.findall(rf"(?:rule|checkpoint) (?:{before}):\n    input: (.*)\n", text)
    assert len(blocks) == 2 + 5
    assert not [block for block in blocks if re.search(r"(tensors|embeddings)/test|/report/", block)]
    # What looks into the selected network is planned once that is known.
    text = finished.snakemake("--dry-run", "-f", "results/tiny/audit/network.csv").output
    (block,) = re.findall(r"rule perturb_validation:\n(?:    .*\n)+", text)
    assert "tensors/validation.npy" in block
    assert "tensors/test" not in block


def test_every_file_that_has_a_record_is_read_with_it(finished):
    """What a job reads of what others wrote is checked: the record of each such file is among the job's inputs too."""
    text = finished.snakemake("--dry-run", "--forceall", "--config", MORE_RATES).output
    jobs = re.findall(r"^(?:rule|checkpoint|localrule|localcheckpoint) (\w+):\n    input: (.*)\n", text, re.M)
    assert len(jobs) > 12
    records = {
        (record.parent / name).relative_to(finished.folder).as_posix(): record.relative_to(finished.folder).as_posix()
        for record in (finished.folder / "results").rglob("*digests.json")
        for name in json.loads(record.read_text())["files"]
    }
    for rule, inputs in jobs:
        inputs = inputs.split(", ")
        unchecked = {path for path in inputs if records.get(path, inputs[0]) not in inputs}
        assert rule == "all" or not unchecked, rule
        readable = [path for path in inputs if path.startswith("results/")]
        folders = ("results/datasets/synthetic-80-48px-s0/images", "results/tiny/cells/SmallCNN_adam_lr0.002")
        bare = [path for path in readable if path not in records and "digests.json" not in path]
        assert rule == "all" or not [path for path in bare if not path.startswith(folders)], rule


def test_outer_folds_and_a_split_by_image_are_jobs_beside_the_experiment(finished):
    jobs = finished.jobs("--config", "split={outer_folds: 2}", "reproduction=true")
    wanted = {"split_outer_folds": 1, "pool_outer_folds": 1, "judge_claims": 1, "render_reproduction": 1}
    wanted |= dict.fromkeys(("split_images", "compare_cells", "select_cell", "audit_shortcuts"), 3)
    assert {name: jobs[name] for name in wanted} == wanted
    assert jobs["train_cell"] == 2 * 3, "none of the experiment itself"


def test_a_second_seed_trains_its_own_grid_cells_alone(finished):
    jobs = finished.jobs("--config", f"grid={PLAIN.replace('}', ', seed: [0, 1]}')}")
    assert (jobs["train_cell"], jobs["compare_cells"]) == (2, 1)


@pytest.mark.rare
def test_the_figure_of_the_rules_leads_where_files_do(finished):
    """What a rule reads comes from its own stage, or from one that the arrows of docs/images/dag.dot lead from."""
    settings = ["split={outer_folds: 2}", "reproduction=true", "embeddings={size: 32}", "augmentation={flip: both}"]
    result = finished.snakemake("--rulegraph", "--forceall", "--config", *settings, "threshold={positive: Early}")
    rules = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)"', result.output, re.M))
    links = {(rules[first], rules[then]) for first, then in re.findall(r"^\s*(\d+) -> (\d+)$", result.output, re.M)}
    stages = {rule: stage for stage, names in read_stages().items() for rule in names}
    found = {(stages[one], stages[two]) for one, two in links if "all" not in (one, two) and stages[one] != stages[two]}
    before = {stage: {first for first, then in read_arrows() if then == stage} for stage in read_stages()}
    for stage in TopologicalSorter(before).static_order():
        before[stage] |= {earlier for one in before[stage] for earlier in before[one]}
    assert len(found) > 20
    assert not [(one, two) for one, two in found if one not in before[two]]
    assert read_arrows() - found == {("weights", "training")}, "SmallCNN starts from random weights"
