"""Made-up inputs of the report: a test's predictions, an audit, fields, siblings."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np
import pandas as pd
import render_report
from made_up import CLASSES, differences_of, grid_cells, shortcuts_of, write_comparison
from made_up_network import draw_examples, network_of
from made_up_split import FIELDS, audit_labels_of, audit_of, evidence_of, repeats_of
from measure_calibration import summarize_splits
from page import Page
from smear.evaluation.looks import Look, write_looks
from smear.evaluation.published import list_published
from smear.evaluation.tested import compare_tested
from smear.figures.calibration import draw_calibration
from smear.figures.fields import draw_scores
from smear.figures.perturbations import draw_perturbations
from smear.figures.repeat_captures import draw_repeat_captures
from smear.figures.shortcuts import draw_shortcuts
from smear.figures.style import save
from smear.figures.test_comparison import draw_test_comparison
from smear.statistics.binary_metrics import binary_summary
from smear.statistics.metrics import classification_summary
from smear.tables import write_csv

ROOT = Path(__file__).parents[2]
PUBLISHED = {"published": ROOT / "resources/fajrina2024.json", "others": ROOT / "resources/published_results.json"}
OBJECTS = "test_metrics", "audit", "provenance", "fields"
"""The inputs that are objects of JSON, each of its name."""
ONE = {"optimizer": ["adam"], "learning_rate": [0.0001], "epochs": [30]}
"""A grid of one cell, for `grid_cells`."""


def predictions_of(classes: list[str], mistakes: list[tuple[int, int]], sizes: list[int]) -> pd.DataFrame:
    """Return test predictions: `sizes` images of each class, `mistakes` (true, predicted) among them."""
    rows = []
    for label, (name, size) in enumerate(zip(classes, sizes, strict=True)):
        wrong = [predicted for true, predicted in mistakes if true == label]
        for number in range(size):
            predicted = wrong[number] if number < len(wrong) else label
            probabilities = np.full(len(classes), 0.1 / len(classes))
            probabilities[predicted] += 0.9 - 0.003 * number
            probabilities /= probabilities.sum()
            columns = {f"prob_{other}": p for other, p in zip(classes, probabilities, strict=True)}
            image_id = f"{name}/WBC-{name}-{number:03}.jpg"
            rows.append({"image_id": image_id, "label": label, "predicted": predicted, **columns})
    return pd.DataFrame(rows)


PROVENANCE = {
    "settings": {"image_size": 224, "augmentation": {"flip": True, "rotation": 0.1}, "precision": "float32"},
    "versions": {"python": "3.11.7", "keras": "3.15.1", "tensorflow": "2.21.0"},
    "commit": "0123456789abcdef",
    "device": "NVIDIA H200",
    "threads": 2,
    "backend": "tensorflow",
    "seed": 0,
    "inputs": {"results/paper/tensors/train.npy": "ab" * 32},
    "started": "2026-01-02T03:04:05+00:00",
    "seconds": 945.2,
}


def make_looks(folder: Path, images: list[str]) -> None:
    """Write two looks at these images, one of them of another experiment that saw a third of them."""
    first = Look("2026-01-02T03:04:05+00:00", "earlier", "i" * 64, "m" * 64, "c" * 64, 110, "first look")
    second = first._replace(experiment="paper", model="n" * 64, images=328, why="other than before: model")
    write_looks([(first, len(images[::3])), (second, len(images))], folder / "test_looks.csv")


def write_comparison_of(folder: Path, predictions: pd.DataFrame, published: list[dict]) -> None:
    """Write `test_comparison.csv`, and its figure, of baselines that share the network's mistakes and make others."""
    manifest = predictions[["image_id"]].assign(field_id=predictions["image_id"], group=predictions["image_id"])
    manifest.to_csv(folder / "manifest.csv", index=False)
    right = predictions["label"] == predictions["predicted"]
    baselines = predictions[["image_id", "label"]].assign(class_prior=1)
    for name, step in (("linear_probe", 29), ("shortcut_baseline", 61)):
        wrong = ~right | (baselines.index % step == 7)
        baselines[name] = np.where(wrong, (baselines["label"] + 1) % 2, baselines["label"])
    details = {
        "network": "EfficientNetB0_adam_lr0.0001_b32_s0_e30",
        "linear_probe": "embeddings/linear_probe",
        "shortcut_baseline": "histogram/random_forest",
        "class_prior": "none/prior",
    }
    table = compare_tested(predictions, baselines, details, folder / "manifest.csv")
    write_csv(table, folder / "test_comparison.csv")
    key = [len(published), *table["correct"].tolist()]
    save_once(folder / "test_comparison.svg", key, lambda _: draw_test_comparison(table, published))


DRAWN = {}


def save_once(path: Path, shown: dict | list | None, draw: Callable) -> None:
    """Write a figure of `shown`, drawn by the first test that wants it: most reports have the same."""
    key = path.name, json.dumps(shown)
    if key not in DRAWN:
        save(draw(shown), path)
        DRAWN[key] = path.read_bytes()
    path.write_bytes(DRAWN[key])


def write_inputs(
    folder: Path,
    classes: list[str] = CLASSES,
    mistakes: tuple = ((3, 1), (3, 1), (3, 0), (3, 0), (0, 1)),
    cells: list[dict] | None = None,
    published_applies: bool = True,
    sizes: tuple[int, ...] = (51, 99, 97, 81),
    labels: dict[str, list[str]] | None = None,
    positive: str | None = None,
) -> None:
    """Write the inputs of `render_report.py` under `folder`, but no comparison figures.

    Where `published_applies`, the paper's images are those of the catalog; else the catalog has one more. labels: the
    classes of the source that `dataset.labels` has merged into `classes`.
    """
    comparison = write_comparison(folder, cells or grid_cells(), diverged=())
    predictions = predictions_of(classes, list(mistakes), list(sizes))
    probabilities = predictions[[f"prob_{name}" for name in classes]].to_numpy()
    answers = predictions["label"].to_numpy(), predictions["predicted"].to_numpy()
    summary = classification_summary(*answers, probabilities, classes)
    summary |= binary_summary(*answers, classes, positive) | {"unit": "field"}
    cell = json.loads(comparison.input.selection.read_text())["cell"]
    audit = audit_of(classes) | (audit_labels_of(labels) if labels else {})
    objects = {"cell": cell, **summary}, audit, PROVENANCE, FIELDS
    for name, value in zip(OBJECTS, objects, strict=True):
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    predictions.to_csv(folder / "test_predictions.csv", index=False)
    names = predictions["label"].map(dict(enumerate(classes)))
    published = list_published(*PUBLISHED.values()) if published_applies else []
    write_comparison_of(folder, predictions, published)
    tested = predictions[["image_id", "label"]].assign(**{"class": names})
    tested["sha256"] = [f"{number:064x}" for number in range(len(predictions))]
    tested.to_csv(folder / "test_rows.csv", index=False)
    make_looks(folder, tested["sha256"].tolist())
    arrays = *answers, probabilities.astype(np.float32), np.arange(len(predictions))
    calibration = summarize_splits({"validation": arrays, "test": arrays})
    (folder / "calibration.json").write_text(json.dumps(calibration), encoding="utf-8")
    # That of the first report serves all: no test looks into it.
    save_once(folder / "calibration.svg", None, lambda _: draw_calibration(*arrays[:3], calibration))
    sources = sorted(source for parts in labels.values() for source in parts) if labels else classes
    image_ids = [f"{name}/{number}" for k, name in enumerate(sources) for number in range(995 + 3 * k)]
    digests = [f"{number:064x}" for number in range(len(image_ids))]
    pairs = pd.DataFrame(columns=["first", "second", "similarity", "dx", "dy", "evidence", "same_class"])
    pairs.to_csv(folder / "field_pairs.csv", index=False)
    chosen = json.loads(comparison.input.selection.read_text())
    save_once(folder / "fields.svg", None, lambda _: draw_scores(evidence_of(), FIELDS))
    save_once(folder / "siblings.svg", audit, lambda audit: draw_repeat_captures(repeats_of(audit["images"]), audit))
    save_once(folder / "shortcuts.svg", chosen, lambda chosen: draw_shortcuts(shortcuts_of(), chosen))
    shortcuts_of().to_csv(folder / "shortcuts.csv", index=False)
    differences_of(shortcuts_of(), chosen["model_correct"]).to_csv(folder / "differences.csv", index=False)
    network, facts = network_of(classes)
    network.to_csv(folder / "network.csv", index=False)
    (folder / "network.json").write_text(json.dumps(facts), encoding="utf-8")
    save_once(folder / "network.svg", None, lambda _: draw_perturbations(network, facts))
    save_once(folder / "network_sheet.svg", None, lambda _: draw_examples(classes, facts["shown"]))
    catalog = pd.DataFrame(
        {"image_id": image_ids, "width": 224, "height": 224, "bytes": 22_000, "sha256": digests, "high": 240.0}
    )
    catalog["class"] = [image_id.rpartition("/")[0] for image_id in image_ids]
    catalog.to_csv(folder / "catalog.csv", index=False)
    of_the_paper = digests[::-1] if published_applies else digests[1:]
    (folder / "paper.sha256").write_text("".join(f"{digest}  another/name.jpg\n" for digest in of_the_paper))


WRITTEN = {}


def write_report_inputs(folder: Path, *arguments, **changes) -> SimpleNamespace:
    """Write the inputs of `write_inputs` under `folder`, made by the first test that wants them; return `snakemake`."""
    key = json.dumps([arguments, changes])
    if key not in WRITTEN:
        with TemporaryDirectory() as made:
            write_inputs(Path(made), *arguments, **changes)
            WRITTEN[key] = {path.name: path.read_bytes() for path in Path(made).iterdir()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in WRITTEN[key].items():
        (folder / name).write_bytes(content)
    return name_inputs(folder)


def name_inputs(folder: Path) -> SimpleNamespace:
    """Return the `snakemake` object of `render_report.py` that names the files of `folder`."""
    return SimpleNamespace(
        input=SimpleNamespace(
            leaderboard=folder / "leaderboard.csv",
            selection=folder / "selection.json",
            test_predictions=folder / "test_predictions.csv",
            test_rows=folder / "test_rows.csv",
            looks=folder / "test_looks.csv",
            calibration=folder / "calibration.json",
            calibration_svg=folder / "calibration.svg",
            all_looks=[],
            catalog=folder / "catalog.csv",
            fields_svg=folder / "fields.svg",
            siblings_svg=folder / "siblings.svg",
            field_pairs=folder / "field_pairs.csv",
            shortcuts=folder / "shortcuts.csv",
            differences=folder / "differences.csv",
            shortcuts_svg=folder / "shortcuts.svg",
            network=folder / "network.csv",
            network_facts=folder / "network.json",
            network_svg=folder / "network.svg",
            network_sheet_svg=folder / "network_sheet.svg",
            **{name: folder / f"{name}.json" for name in OBJECTS},
            reference=folder / "paper.sha256",
            **PUBLISHED,
            comparison=folder / "test_comparison.csv",
            comparison_svg=folder / "test_comparison.svg",
            template=ROOT / "workflow/report/report.html.j2",
            style=ROOT / "workflow/report/page.css",
            card_template=ROOT / "workflow/report/model_card.md.j2",
            figures=[],
        ),
        output=SimpleNamespace(
            report=folder / "index.html",
            model_card=folder / "model_card.md",
            confusion_svg=folder / "confusion.svg",
            confusion_png=folder / "confusion.png",
        ),
        params=SimpleNamespace(
            experiment="paper", dataset="leukemia", scale="none", embeddings="none", augmentations={}
        ),
        log=[str(folder / "log.txt")],
    )


def render(folder: Path, **changes) -> tuple[SimpleNamespace, Page]:
    """Render the report of made-up results without comparison figures."""
    snakemake = write_report_inputs(folder, **changes)
    render_report.main(snakemake)
    return snakemake, Page(snakemake.output.report.read_text(encoding="utf-8"))
