"""The 3,256 images themselves, where they are at hand: identity, the paper's split, a short training."""

import csv
import json
from collections import Counter

import pytest

SETTINGS = [
    "experiment=real",
    "split={unit: image}",
    "image={size: 64}",
    "grid={architecture: [SmallCNN], optimizer: [adam], learning_rate: [0.003], epochs: [3]}",
]


@pytest.fixture(scope="module")
def run(project, real_images):
    """The project after a short training on the real images, split as in the paper."""
    source = f"dataset={{source: folder, path: '{real_images}'}}"
    result = project.snakemake("--config", source, *SETTINGS)
    assert result.returncode == 0, result.output
    return project.folder / "results"


def read_column(path, *columns):
    with path.open(newline="", encoding="utf-8") as file:
        return [tuple(row[column] for column in columns) for row in csv.DictReader(file)]


def test_the_catalog_holds_the_published_images(run, project):
    published = {
        tuple(line.split("  ")) for line in (project.folder / "resources/leukemia.sha256").read_text().splitlines()
    }
    catalog = read_column(run / "datasets/Original/catalog.csv", "sha256", "image_id")
    assert len(catalog) == 3256
    assert set(catalog) == published


def test_the_split_has_the_papers_sizes(run):
    counts = Counter(read_column(run / "real/split/manifest.csv", "split", "class"))
    assert counts == {
        **{("train", "Benign"): 403, ("train", "Early"): 788, ("train", "Pre"): 770, ("train", "Pro"): 643},
        **{("validation", "Benign"): 50, ("validation", "Early"): 98, ("validation", "Pre"): 96},
        **{("validation", "Pro"): 80, ("test", "Benign"): 51, ("test", "Early"): 99, ("test", "Pre"): 97},
        ("test", "Pro"): 81,
    }


def test_repeat_captures_are_found(run):
    fields = json.loads((run / "datasets/Original/fields.json").read_text())
    assert fields["pairs_compared"] == 3256 * 3255 // 2
    assert 1300 <= fields["pairs"] <= 1400, "1,347 when this was written"
    assert 1620 <= fields["images_with_sibling"] <= 1700
    assert fields["largest_field"] <= 32
    assert fields["pairs_across_classes"] == 0
    catalog = dict(read_column(run / "datasets/Original/catalog.csv", "image_id", "sha256"))
    pairs = read_column(run / "datasets/Original/field_pairs.csv", "first", "second", "dx", "dy")
    equal = [(dx, dy) for first, second, dx, dy in pairs if catalog[first] == catalog[second]]
    assert equal == [("0", "0")] * 40, "all pairs of equal bytes are among them"


def test_the_papers_split_puts_siblings_on_both_sides_and_fields_do_not(run):
    across = Counter()
    for unit, count in read_column(run / "real/split/siblings.csv", "unit", "images_with_sibling_across_splits"):
        across[unit] += int(count)
    assert 780 < across["image"] / 20 < 900, "863 by plain draws"
    assert across["field"] == across["stain"] == 0


def test_colors_alone_tell_the_classes_apart(run):
    rows = read_column(run / "real/audit/shortcuts.csv", "features", "validation_accuracy")
    assert max(float(accuracy) for features, accuracy in rows if features == "histogram") > 0.96


def test_a_short_training_learns_them(run):
    metrics = json.loads((run / "real/report/test_metrics.json").read_text())
    assert metrics["images"] == 328
    assert metrics["accuracy"] > 0.7


def test_the_report_sets_the_papers_figures_beside_them(run):
    page = (run / "real/report/index.html").read_text()
    assert "98.48" in page
