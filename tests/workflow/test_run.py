"""The whole workflow on synthetic images, and what reruns after which change."""

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import Project
from smear.evaluation.looks import add_look

ADAM, RMSPROP = "SmallCNN_adam_lr0.001_b32_s0_e1", "SmallCNN_rmsprop_lr0.001_b32_s0_e1"
LOOKS = "results/datasets/synthetic-80-48px-s0/test_looks.csv"
LEADERBOARD = "results/tiny/comparison/leaderboard.csv"
PLAIN = "{architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001], epochs: [1]}"
MORE_RATES = f"grid=[{PLAIN}, {PLAIN.replace('adam, rmsprop', 'adam').replace('0.001', '0.002')}]"


@pytest.fixture
def copy(finished, tmp_path):
    """The finished project once more, for a test that adds to its results."""
    shutil.copytree(finished.folder, tmp_path / "copy", symlinks=True)
    return Project(tmp_path / "copy")


def read_table(path: Path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def modified(folder: Path) -> dict[str, int]:
    return {path.as_posix(): path.stat().st_mtime_ns for path in sorted(folder.rglob("*")) if path.is_file()}


def test_makes_every_file_of_the_contract(finished):
    results = finished.folder / "results"
    dataset = results / "datasets/synthetic-80-48px-s0"
    for path in [
        *(dataset / name for name in ["catalog.csv", "rejected.csv", "fields.csv", "field_pairs.csv", "truth.csv"]),
        *(results / "tiny/split" / name for name in ["manifest.csv", "audit.json"]),
        *(
            results / f"tiny/tensors/{split}.{kind}"
            for split in ["train", "validation", "test"]
            for kind in ["npy", "csv"]
        ),
        *(
            results / "tiny/cells" / cell / name
            for cell in [ADAM, RMSPROP]
            for name in [
                "model.keras",
                "history.csv",
                "validation_predictions.csv",
                "metrics.json",
                "provenance.json",
            ]
        ),
        *(
            results / "tiny/comparison" / name
            for name in ["leaderboard.csv", "selection.json", "heatmap.svg", "shortcuts.svg", "shortcuts.png"]
        ),
        *(
            results / "tiny/audit" / name
            for name in ["shortcuts.csv", "network.csv", "network.json", "network.svg", "network_sheet.png"]
        ),
        *(
            results / "tiny/report" / name
            for name in ["index.html", "test_metrics.json", "test_predictions.csv", "model.keras", "model_card.md"]
        ),
        *(
            results / "tiny/report" / name
            for name in [
                "test_baseline_predictions.csv",
                "test_comparison.csv",
                "test_comparison.svg",
                "test_comparison.png",
            ]
        ),
    ]:
        assert path.stat().st_size > 0, path
    assert not [path for path in results.rglob(".*") if not path.name.startswith(".snakemake")], "temporary files left"


def test_the_network_is_looked_into_with_the_selected_model_and_its_validation_images(finished):
    results = finished.folder / "results/tiny"
    selection = json.loads((results / "comparison/selection.json").read_text())
    assert json.loads((results / "audit/network.json").read_text())["cell"] == selection["cell"]
    network = read_table(results / "audit/network.csv")
    plain = [row for row in network if float(row["strength"]) == 0]
    assert {int(row["correct"]) for row in plain} == {selection["validation_correct"]}
    assert {int(row["images"]) for row in network} == {selection["validation_images"]}
    examples, tensor = np.load(results / "audit/network_examples.npy"), np.load(results / "tensors/validation.npy")
    names = [row["image_id"] for row in read_table(results / "tensors/validation.csv")]
    shown = [row["image_id"] for row in read_table(results / "audit/network_examples.csv")]
    assert np.array_equal(examples[:, 0], tensor[[names.index(name) for name in shown]])
    page = (results / "report/index.html").read_text()
    assert "Without blood cells the network classifies" in page
    assert "No linear probe was trained on images without blood cells" in page


def test_tables_and_tensors_agree(finished):
    results = finished.folder / "results/tiny"
    manifest = read_table(results / "split/manifest.csv")
    assert len(manifest) == 80
    assert [row["image_id"] for row in manifest] == sorted(row["image_id"] for row in manifest)
    for split in ["train", "validation", "test"]:
        rows = read_table(results / f"tensors/{split}.csv")
        assert [row["image_id"] for row in rows] == [row["image_id"] for row in manifest if row["split"] == split]
        tensor = np.load(results / f"tensors/{split}.npy", mmap_mode="r")
        assert tensor.shape == (len(rows), 32, 32, 3)
        assert tensor.dtype == np.uint8
        assert tensor.std() > 5
    predictions = read_table(results / "report/test_predictions.csv")
    right = sum(row["label"] == row["predicted"] for row in predictions)
    metrics = json.loads((results / "report/test_metrics.json").read_text())
    assert (metrics["correct"], metrics["images"]) == (right, len(predictions))
    sums = [sum(float(row[key]) for key in row if key.startswith("prob_")) for row in predictions]
    assert np.allclose(sums, 1, atol=1e-5)


def test_the_tested_model_is_the_selected_cells(finished):
    results = finished.folder / "results/tiny"
    chosen = json.loads((results / "comparison/selection.json").read_text())["model_cell"]
    assert (results / "report/model.keras").read_bytes() == (results / f"cells/{chosen}/model.keras").read_bytes()


def test_fields_are_not_cut(finished):
    manifest = read_table(finished.folder / "results/tiny/split/manifest.csv")
    sides = {}
    for row in manifest:
        sides.setdefault(row["sha256"], set()).add(row["split"])
    assert len(sides) < len(manifest), "the synthetic images hold exact copies"
    assert all(len(side) == 1 for side in sides.values())


def test_the_report_shows_the_measured_figures(finished):
    results = finished.folder / "results/tiny"
    metrics = json.loads((results / "report/test_metrics.json").read_text())
    page = (results / "report/index.html").read_text()
    assert f"{metrics['correct']}" in page
    assert metrics["cell"] in page
    assert "not a medical device" in page
    assert "Shortcut baselines" in page
    assert "were shuffled" not in page
    assert not re.search(r"""(src|href)=["']https?://[^"']+\.(js|css|png|svg|woff2?)""", page)


def test_says_where_the_report_lies_and_that_there_is_no_gpu(finished):
    assert "Test accuracy:" in finished.output
    assert "results/tiny/report/index.html" in finished.output
    if "no GPU found" in finished.output:
        assert re.search(r"takes about \d+ (s|min|h \d+ min) on 2 CPU cores", finished.output)


def test_the_disk_that_was_estimated_is_what_the_run_has_left(finished):
    stated = re.search(r"this call writes about ([\d.]+) MB to results \(.*\); [\d.,]+ [GM]B are free", finished.output)
    left = sum(path.stat().st_size for path in (finished.folder / "results").rglob("*") if path.is_file())
    assert float(stated[1]) * 1e6 == pytest.approx(left, rel=0.15)


def test_log_has_one_line_for_each_epoch(finished):
    log = (finished.folder / f"results/tiny/logs/train_cell/{ADAM}.log").read_text()
    lines = re.findall(
        r"epoch 1/1  loss [\d.]+  accuracy [\d.]+  val_loss [\d.]+  val_accuracy [\d.]+"
        r"  [\d.]+ images/s  left 0 s",
        log,
    )
    assert len(lines) == 1


def test_a_cell_keeps_to_its_threads(finished):
    (row,) = csv.DictReader((finished.folder / f"results/tiny/logs/train_cell/{ADAM}.tsv").open(), delimiter="\t")
    assert float(row["mean_load"]) < 120, "percent of one core, for one thread"


def test_a_look_is_recorded_and_said(finished):
    (look,) = read_table(finished.folder / LOOKS)
    assert (look["experiment"], look["images"], look["why"]) == ("tiny", "8", "first look at these images")
    page = (finished.folder / "results/tiny/report/index.html").read_text()
    assert "These 8 test images have had 1 look, by 1 experiment" in page


def test_a_second_call_does_nothing(finished):
    before = modified(finished.folder / "results")
    result = finished.snakemake()
    assert result.returncode == 0
    assert "Nothing to be done" in result.output
    assert modified(finished.folder / "results") == before


def test_results_move_to_another_folder_and_nothing_runs_again(finished, tmp_path):
    shutil.copytree(finished.folder, tmp_path / "moved", symlinks=True)
    finished_elsewhere = Project(tmp_path / "moved")
    assert finished_elsewhere.jobs() == {}

    alone = Project(tmp_path / "results alone")
    shutil.copytree(finished.folder / "results", alone.folder / "results", symlinks=True)
    assert alone.jobs() == {}

    late = Project(tmp_path / "times lost")
    shutil.copytree(finished.folder / "results", late.folder / "results", symlinks=True, copy_function=shutil.copyfile)
    result = late.snakemake("--touch", "--quiet", "all")
    assert result.returncode == 0, result.output
    assert late.jobs() == {}


def test_a_new_learning_rate_trains_its_cell_alone(copy):
    cells = copy.folder / "results/tiny/cells"
    before = modified(cells)
    assert copy.jobs("--config", MORE_RATES)["train_cell"] == 1
    result = copy.snakemake(LEADERBOARD, "--config", MORE_RATES)
    assert result.returncode == 0, result.output
    after = modified(cells)
    assert {path: after[path] for path in before} == before
    assert len(after) == 3 * len(before) / 2
    assert len(read_table(copy.folder / LEADERBOARD)) == 3


def test_forcing_one_cell_reruns_it_and_then_what_depends_on_it(copy):
    target = f"results/tiny/cells/{ADAM}/metrics.json"
    other = copy.folder / f"results/tiny/cells/{RMSPROP}"
    before = modified(other)
    result = copy.snakemake("-f", target, fresh=True)
    assert result.returncode == 0, result.output
    assert "1 of 1 steps (100%) done" in result.output
    jobs = copy.jobs()
    assert "train_cell" not in jobs
    assert jobs["compare_cells"] == 1
    compared = (copy.folder / LEADERBOARD).stat().st_mtime_ns
    assert copy.snakemake(LEADERBOARD).returncode == 0
    assert (copy.folder / LEADERBOARD).stat().st_mtime_ns > compared
    assert modified(other) == before


def test_a_losing_cell_is_compared_and_not_tested(copy):
    tested = (copy.folder / "results/tiny/report/test_metrics.json").stat().st_mtime_ns
    looks = read_table(copy.folder / LOOKS)
    chosen = json.loads((copy.folder / "results/tiny/comparison/selected.json").read_text())
    loser = "{architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.9], epochs: [1]}"
    more = f"grid=[{PLAIN}, {loser}]"
    result = copy.snakemake("--config", more)
    assert result.returncode == 0, result.output
    assert json.loads((copy.folder / "results/tiny/comparison/selection.json").read_text())["cells"] == 3
    assert json.loads((copy.folder / "results/tiny/comparison/selected.json").read_text()) == chosen
    assert (copy.folder / "results/tiny/report/test_metrics.json").stat().st_mtime_ns == tested
    assert read_table(copy.folder / LOOKS) == looks
    assert copy.jobs("--config", more) == {}


def test_a_look_of_another_experiment_changes_the_page_alone(copy):
    (names,) = (copy.folder / LOOKS).parent.glob("test_images/*.txt")
    add_look(copy.folder / LOOKS, "other", set(names.read_text().split()[:3]), "m" * 64, "c" * 64)
    assert set(copy.jobs()) == {"render_report", "all"}
    assert copy.snakemake(fresh=True).returncode == 0
    page = (copy.folder / "results/tiny/report/index.html").read_text()
    assert re.search(r"These 8 test images have had 2 looks, by 2 experiments", page)
    assert copy.jobs() == {}


def test_weights_that_have_seen_images_of_this_experiment_are_refused(copy):
    target = "results/again/split/audit.json"
    donor = "results/tiny/report/model.keras"
    settings = ["--config", "experiment=again", "split={seed: 1}"]
    result = copy.snakemake(target, *settings, f"model={{weights: {donor}}}")
    assert result.returncode == 1
    sentence = re.search(
        rf"blastgrid: model\.weights: {donor} was trained on (\d+) validation and (\d+) test images", result.output
    )
    assert sentence, result.output
    assert "Traceback" not in result.output
    result = copy.snakemake(target, *settings, f"model={{weights: {donor}, allow_overlap: true}}")
    assert result.returncode == 0, result.output
    found = json.loads((copy.folder / target).read_text())["start_weights"]
    assert [found["validation_images_seen"], found["test_images_seen"]] == list(map(int, sentence.groups()))
    first, second = (
        {row["sha256"]: row["split"] for row in read_table(copy.folder / f"results/{name}/split/manifest.csv")}
        for name in ("tiny", "again")
    )
    trained = {digest for digest, split in first.items() if split == "train"}
    assert found["training_images"] == len(trained)
    assert found["test_images_seen"] >= sum(second[digest] == "test" for digest in trained) > 0


def test_a_cell_outside_the_grid_is_refused(finished):
    result = finished.snakemake("results/tiny/cells/SmallCNN_adam_lr0.5_b32_s0_e1/metrics.json")
    assert result.returncode != 0
    assert f"is no grid cell; the grid holds: {ADAM}, {RMSPROP}" in result.output
    assert "Traceback" not in result.output
