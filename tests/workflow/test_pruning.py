"""`training.keep: selected`: what is removed, and that nothing which was made is made again for it."""

import os
import shutil

import pytest
from conftest import Project

ADAM, RMSPROP = "SmallCNN_adam_lr0.001_b32_s0_e1", "SmallCNN_rmsprop_lr0.001_b32_s0_e1"
KEEP = "training={threads: 1, keep: selected}"
PLAIN = "{{architecture: [SmallCNN], optimizer: [{}], learning_rate: [{}], epochs: [{}]}}"
LARGER = f"grid=[{PLAIN.format('adam, rmsprop', 0.001, '1, 2')}, {PLAIN.format('adam', 0.002, 1)}]"


def read_files(folder) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def pruned(finished):
    """The finished project with the files of before as `before`, and one of `selected` and `other` pruned."""
    text = (finished.folder / "results/tiny/comparison/selected.json").read_text()
    finished.selected, finished.other = (ADAM, RMSPROP) if ADAM in text else (RMSPROP, ADAM)
    finished.before = read_files(finished.folder / "results")
    model = finished.folder / "results/tiny/report/model.keras"
    whole, status = model.read_bytes(), model.stat()
    model.write_bytes(whole[:-1])
    finished.refused = finished.snakemake("--config", KEEP)
    finished.after_refusal = read_files(finished.folder / "results/tiny/cells")
    model.write_bytes(whole)
    os.utime(model, ns=(status.st_atime_ns, status.st_mtime_ns))
    result = finished.snakemake("--config", KEEP)
    assert result.returncode == 0, result.output
    return finished


def test_nothing_is_removed_while_the_report_lacks_a_whole_model(pruned):
    assert pruned.refused.returncode == 1
    assert "results/tiny/report/model.keras is not as test_selected wrote it" in pruned.refused.output
    for name, content in pruned.after_refusal.items():
        assert pruned.before[f"tiny/cells/{name}"] == content
    assert f"{pruned.other}/state.npz" in pruned.after_refusal


def test_states_and_models_of_others_are_removed_and_all_else_is_as_it_was(pruned):
    after = read_files(pruned.folder / "results")
    gone = {name for name in pruned.before if name not in after}
    assert gone == {f"tiny/cells/{pruned.other}/{name}" for name in ("state.npz", "model.keras")}
    changed = {name for name in after if pruned.before.get(name, after[name]) != after[name]}
    assert changed == {"tiny/made_with.json"}, "which names the rule that has come, for `make why`"
    made = {name for name in after if name not in pruned.before}
    assert made == {"tiny/pruned.json", "tiny/logs/prune_cells.log", "tiny/logs/prune_cells.tsv"}


def test_nothing_runs_again_whatever_is_kept(pruned, tmp_path):
    assert pruned.jobs("--config", KEEP) == {}
    assert pruned.jobs() == {}
    alone = Project(tmp_path / "results alone")
    shutil.copytree(pruned.folder / "results", alone.folder / "results", symlinks=True)
    assert alone.jobs("--config", KEEP) == {}


def test_more_values_train_the_new_grid_cells_alone(pruned):
    assert pruned.jobs("--config", KEEP, LARGER)["train_cell"] == 3


@pytest.mark.rare
def test_files_without_their_times_are_accepted(pruned, tmp_path):
    late = Project(tmp_path / "times lost")
    shutil.copytree(pruned.folder / "results", late.folder / "results", symlinks=True, copy_function=shutil.copyfile)
    result = late.snakemake("--touch", "--quiet", "all", "--config", KEEP)
    assert result.returncode == 0, result.output
    assert late.jobs("--config", KEEP) == {}


@pytest.mark.rare
def test_a_longer_grid_cell_trains_all_its_epochs_and_leaves_the_pruned_one_alone(pruned, tmp_path):
    shutil.copytree(pruned.folder, tmp_path / "copy", symlinks=True)
    copy = Project(tmp_path / "copy")
    cells = copy.folder / "results/tiny/cells"
    before = read_files(cells / pruned.other)
    longer = [name.replace("_e1", "_e2") for name in (pruned.other, pruned.selected)]
    result = copy.snakemake(*(f"results/tiny/cells/{name}/metrics.json" for name in longer), "--config", KEEP, LARGER)
    assert result.returncode == 0, result.output
    assert read_files(cells / pruned.other) == before
    starts = [(cells / name / "shorter.json").read_text() for name in longer]
    assert '"continued_from": null' in starts[0]
    assert f'"continued_from": "{pruned.selected}"' in starts[1]


@pytest.mark.rare
def test_a_pruned_grid_cell_is_made_again_bit_for_bit_and_pruned_by_the_next_call(pruned, tmp_path):
    shutil.copytree(pruned.folder, tmp_path / "copy", symlinks=True)
    copy = Project(tmp_path / "copy")
    folder = copy.folder / "results/tiny/cells" / pruned.other
    result = copy.snakemake(f"results/tiny/cells/{pruned.other}/model.keras", "--config", KEEP)
    assert result.returncode == 0, result.output
    assert "1 of 1 steps (100%) done" in result.output
    for name in ("state.npz", "model.keras", "validation_predictions.csv"):
        assert (folder / name).read_bytes() == pruned.before[f"tiny/cells/{pruned.other}/{name}"], name
    result = copy.snakemake("--config", KEEP)
    assert result.returncode == 0, result.output
    assert not (folder / "state.npz").exists()
    assert not (folder / "model.keras").exists()
    assert copy.jobs("--config", KEEP) == {}
