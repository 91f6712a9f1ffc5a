"""What the final test predicts beside the network: chosen before it, in the same look."""

import csv
import json
from pathlib import Path


def read_table(path: Path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_test_predicts_the_baselines_that_were_chosen_before_it(finished):
    """One look, whose baselines are those of the audit: of equal ones the first, and of the network's color."""
    results = finished.folder / "results/tiny"
    chosen = json.loads((results / "comparison/baselines.json").read_text())
    audited = [row for row in read_table(results / "audit/shortcuts.csv") if row["features"] != "none"]
    best = max(audited, key=lambda row: float(row["validation_accuracy"]))
    assert chosen["shortcut_baseline"] == {name: best[name] for name in ("features", "classifier")}
    assert sorted(chosen) == ["class_prior", "shortcut_baseline"]
    predictions = read_table(results / "report/test_baseline_predictions.csv")
    tested = read_table(results / "report/test_predictions.csv")
    assert [(row["image_id"], row["label"]) for row in predictions] == [
        (row["image_id"], row["label"]) for row in tested
    ]
    table = {row["what"]: row for row in read_table(results / "report/test_comparison.csv")}
    assert list(table) == ["network", "shortcut_baseline", "class_prior"]
    assert int(table["network"]["correct"]) == sum(row["label"] == row["predicted"] for row in tested)
    for name in chosen:
        assert int(table[name]["correct"]) == sum(row["label"] == row[name] for row in predictions)
    page = (results / "report/index.html").read_text()
    assert "in one look: the selected network, the best shortcut and the class prior." in page
    assert "Published, on other test images" not in page
    written = [results / name for name in ("comparison/baselines.json", "report/test_baseline_predictions.csv")]
    assert [path.stat().st_mtime_ns for path in written] == sorted(path.stat().st_mtime_ns for path in written)
