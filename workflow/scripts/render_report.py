"""Write the report of an experiment, one page that needs nothing beside it, and the card of its model."""

from pathlib import Path
from types import SimpleNamespace

import smear.environment
import pandas as pd
from smear.evaluation.looks import Look, find_looks, read_found
from smear.evaluation.published import is_published_task, list_published, same_images
from smear.figures.heatmaps import draw_confusion
from smear.figures.style import save
from smear.figures.svg import inline_svg
from smear.files import read_json, write_text
from smear.formats import COLORS
from smear.job import log, logged_to
from smear.records import recorded
from smear.report.architectures import architecture_table
from smear.report.augmentation import describe_augmentations
from smear.report.calibration import describe_calibration
from smear.report.claims import claims_table, count_verdicts
from smear.report.classes import compare_by_task, describe_labels, describe_positive
from smear.report.findings import FIGURES, finding
from smear.report.groups import describe_groups, read_group_table
from smear.report.looks import count_looks, describe_looks, looks_table
from smear.report.network import judge_background, judge_parts, judge_probe, network_table
from smear.report.outer_folds import describe_outer_folds
from smear.report.rendering import render
from smear.report.replicates import describe_model, describe_spread
from smear.report.shortcuts import describe_embeddings, join_differences, judge_network, shortcut_table
from smear.report.start_weights import describe_start
from smear.report.tables import (
    cell_phrase,
    conflicting_pairs,
    describe_stop,
    image_facts,
    leaderboard_table,
    misclassified_table,
    provenance_rows,
    split_table,
)
from smear.report.tested import describe_tested, list_systems, list_tested, tabulate_tested
from smear.report.threshold import describe_threshold
from smear.report.ties import describe_images, describe_optimism, describe_ties, name_units
from smear.report.value_range import describe_range
from smear.tables import read_csv


def read_results(inputs: SimpleNamespace) -> dict:
    """Read every result file that the page shows."""
    names = ("leaderboard", "test_predictions", "catalog", "shortcuts", "differences", "field_pairs", "comparison")
    tables = {name: read_csv(getattr(inputs, name)) for name in names}
    objects = ("selection", "test_metrics", "calibration", "audit", "fields", "provenance", "published")
    results = tables | {name: read_json(getattr(inputs, name)) for name in objects}
    results["groups"] = read_group_results(inputs, results["test_metrics"])
    tested = set(read_csv(inputs.test_rows)["sha256"])
    return results | {
        "papers_images": same_images(results["catalog"], inputs.reference),
        "published_applies": is_published_task(results["catalog"], inputs.reference, results["audit"]),
        "tested": tested,
        "looks": collect_looks(inputs, tested),
    }


def read_group_results(inputs: SimpleNamespace, test: dict) -> dict | None:
    """The results by group as the templates show them; None without groups of the user."""
    if "groups" not in test:
        return None
    tables = {split: read_group_table(getattr(inputs, f"{split}_by_group")) for split in ("validation", "test")}
    found = describe_groups(read_json(inputs.validation_groups), test["groups"], tables)
    level = test["groups"]["level"]
    found["figures"] = {
        "validation": inline_svg(inputs.validation_groups_svg, f"Accuracy by {level}, validation images"),
        "test": inline_svg(inputs.test_groups_svg, f"Accuracy by {level}, test images"),
        "shares": inline_svg(inputs.group_shares_svg, f"Predicted and true shares by {level}"),
    }
    return found


def collect_looks(inputs: SimpleNamespace, tested: set[str]) -> list[tuple[Look, int]]:
    """The looks at these images, the oldest first: those up to the test, of variants, of others since."""
    known = set(read_found(inputs.looks))
    for name in ("outer_looks", "claims_looks"):
        if hasattr(inputs, name):
            known.update(read_found(getattr(inputs, name)))
    # A row that was lost from the table is still among what the test found there.
    return sorted(known.union(*(find_looks(Path(table), tested) for table in inputs.all_looks)))


def describe(results: dict, inputs: SimpleNamespace, confusion: str, params: SimpleNamespace) -> dict:
    """Arrange the results as the variables of both templates."""
    settings = results["provenance"].get("settings") or {}
    cells, chosen, test = results["leaderboard"], results["selection"], results["test_metrics"]
    labels = results["audit"].get("labels")
    shortcuts = join_differences(results["shortcuts"], results["differences"])
    pairs = compare_by_task(results["field_pairs"], results["catalog"], labels)
    return {
        "style": Path(inputs.style).read_text(encoding="utf-8"),
        "experiment": params.experiment,
        "dataset": params.dataset,
        "papers_images": results["papers_images"],
        "published_applies": results["published_applies"],
        "published": results["published"],
        "published_results": list_systems(list_published(inputs.published, inputs.others)),
        "published_notes": read_json(inputs.others)["notes"],
        "chosen": chosen,
        "chosen_phrase": cell_phrase(chosen),
        "ties_sentence": describe_ties(chosen),
        "ties_images": describe_images(chosen),
        "optimism_sentence": describe_optimism(chosen),
        "model_sentence": describe_model(chosen),
        "spread": describe_spread(chosen),
        "paper_phrase": cell_phrase(results["published"]["best_cell"]),
        "test": test,
        "tested": tabulate_tested(results["comparison"]),
        "tested_names": list_tested(results["comparison"]),
        "tested_units": name_units(test["unit"]),
        "tested_sentences": describe_tested(results["comparison"]),
        "tested_figure": inline_svg(inputs.comparison_svg, "Test accuracy of network and baselines"),
        "positive_sentence": describe_positive(test),
        "threshold": show_threshold(inputs),
        "calibration": describe_calibration(results["calibration"]),
        "calibration_figure": inline_svg(inputs.calibration_svg, "Accuracy against confidence, test images"),
        "outer": show_outer_folds(inputs),
        "claims": show_claims(inputs),
        "labels_sentence": describe_labels(labels),
        "looks": looks_table(results["looks"]),
        "looks_count": count_looks(results["looks"]),
        "looks_sentence": describe_looks(results["looks"], test["images"], len(results["tested"])),
        "start_weights": describe_start(results["audit"]["start_weights"]),
        "audit": results["audit"],
        "split": split_table(results["audit"], test["classes"]),
        "fields": results["fields"],
        "fields_figure": inline_svg(inputs.fields_svg, "Match scores of pairs of images"),
        "siblings_figure": inline_svg(inputs.siblings_svg, "Images with a repeat capture in another split, by unit"),
        "conflicts": conflicting_pairs(pairs),
        "images": image_facts(results["catalog"]),
        "range_sentence": describe_range(results["catalog"]["high"], params.scale),
        "groups": results["groups"],
        "architectures": architecture_table(cells, chosen),
        "augmentations": show_augmentations(inputs, params.augmentations),
        "leaderboard": leaderboard_table(cells, chosen["cell"]),
        "chosen_stop": describe_stop(cells[cells["cell"] == chosen["cell"]].iloc[0]),
        "diverged": int((cells["status"] == "diverged").sum()),
        "misclassified": misclassified_table(results["test_predictions"], test["classes"]),
        "figures": comparison_figures(inputs.figures, cells, chosen),
        "embeddings": describe_embeddings(params.embeddings),
        "shortcuts": shortcut_table(shortcuts),
        "shortcuts_sentence": judge_network(shortcuts, chosen),
        "shortcuts_figure": inline_svg(inputs.shortcuts_svg, "Accuracy of shortcut baselines"),
        "network": show_network(inputs, params.embeddings),
        "colors": COLORS,
        "shuffled": bool(settings.get("shuffle_labels")),
        "confusion": inline_svg(confusion, "Confusion matrix of the test images"),
        "provenance": provenance_rows(results["provenance"]),
        "settings": settings,
        "inputs": results["provenance"].get("inputs") or {},
    }


def show_threshold(inputs: SimpleNamespace) -> dict | None:
    """The threshold for one class against the rest; None where no class is named for it."""
    if not hasattr(inputs, "threshold"):
        return None
    svg = inline_svg(inputs.threshold_svg, "ROC and precision-recall curves")
    by_group = getattr(inputs, "threshold_by_group", None)
    return describe_threshold(read_json(inputs.threshold), by_group) | {"svg": svg}


def show_outer_folds(inputs: SimpleNamespace) -> dict | None:
    """The test of every image; None without outer folds."""
    if not hasattr(inputs, "outer"):
        return None
    svg = inline_svg(inputs.outer_svg, "Test accuracy by outer fold")
    tables = [read_csv(path) for path in (inputs.outer_choices, inputs.outer_comparison)]
    return describe_outer_folds(read_json(inputs.outer), *tables) | {"svg": svg}


def show_claims(inputs: SimpleNamespace) -> dict | None:
    """The claims of the paper and their verdicts; None where they are not judged."""
    if not hasattr(inputs, "claims"):
        return None
    claims, splits = read_csv(inputs.claims), read_json(inputs.claims_setting)["splits"]
    entries = claims_table(claims, {name: split["grouped"] for name, split in splits.items()})
    svg = inline_svg(inputs.claims_svg, "Differences behind the claims, with 95 % intervals and verdicts")
    return {"entries": entries, "counts": count_verdicts(claims), "total": len(claims), "svg": svg}


def show_augmentations(inputs: SimpleNamespace, sets: dict[str, dict]) -> dict | None:
    """Figure and sentence of the augmented training images; None where no set changes any."""
    if not sets:
        return None
    svg = inline_svg(inputs.augmentation_svg, "Training images as they are and in random draws")
    return {"svg": svg, "sentence": describe_augmentations(sets)}


def show_network(inputs: SimpleNamespace, embeddings: dict | str) -> dict:
    """What the selected network classifies correctly of changed validation images: figures, sentences, table."""
    network, facts = read_csv(inputs.network), read_json(inputs.network_facts)
    probe = read_csv(inputs.background_probe) if hasattr(inputs, "background_probe") else None
    return {
        "figure": inline_svg(inputs.network_svg, "Accuracy of the selected network on changed validation images"),
        "sheet": inline_svg(inputs.network_sheet_svg, "Validation images as they are and changed"),
        "background": judge_background(network, facts),
        "parts": judge_parts(network),
        "probe": judge_probe(probe, facts, embeddings),
        "rows": network_table(network),
        "fold": facts["fold"],
    }


def comparison_figures(paths: list[str], cells: pd.DataFrame, chosen: dict) -> list[dict]:
    """Return title, sentence and SVG of each comparison figure, in the report's order whatever that of `paths`."""
    by_name = {Path(path).stem: path for path in paths}
    return [
        {"name": name, "sentence": finding(name, cells, chosen), "svg": inline_svg(by_name[name], FIGURES[name])}
        for name in sorted(by_name, key=list(FIGURES).index)
    ]


def main(snakemake: SimpleNamespace) -> None:
    """Draw the confusion matrix and write page and card."""
    results = read_results(snakemake.input)
    test = results["test_metrics"]
    output = snakemake.output
    save(draw_confusion(test["confusion_matrix"], test["classes"]), output.confusion_svg, output.confusion_png)
    values = describe(results, snakemake.input, output.confusion_svg, snakemake.params)
    write_text(render(snakemake.input.template, values, html=True), output.report)
    write_text(render(snakemake.input.card_template, values, html=False), output.model_card)
    log.info("report of %s: %d of %d test images right", test["cell"], test["correct"], test["images"])


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
