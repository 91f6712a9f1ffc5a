"""Judge the paper's claims by this grid on a split by image and on one by field, and replay its staged search.

Inputs of both splits, `image_` or `field_` before each name: `replicates`, `predictions` (validation predictions of
every training), `test_predictions`, `manifest`, `audit`; besides `published`, the paper's figures. Params: `cells`, the
grid cell of each training, without its fold; `image_size`, in pixels; `table`, of the looks at test images, and
`variant`, the experiment on the split by image there.
"""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import smear.environment
from smear.evaluation.looks import write_looks_of
from smear.files import read_json, write_json
from smear.job import log, logged_to
from smear.records import recorded
from smear.reproduction.claims import Claim, tabulate_claims, tabulate_comparisons
from smear.reproduction.final_test import judge_accuracy, judge_easiest_class
from smear.reproduction.grid_claims import judge_epochs, judge_learning_rate, judge_optimizer
from smear.reproduction.leakage import (
    count_repeats,
    judge_repeats,
    judge_test_leakage,
    judge_validation_leakage,
)
from smear.reproduction.results import SplitResults, count_cells, read_split
from smear.reproduction.setting import compare_setting
from smear.reproduction.staged import find_starts, list_stages, replay_search
from smear.split.targets import list_tested
from smear.tables import write_csv

SPLITS = ("image", "field")
FILES = ("replicates", "predictions", "test_predictions", "manifest", "audit")


def judge_all(splits: Mapping[str, SplitResults], published: dict) -> list[Claim]:
    """Every claim on every split that it is about, in the order of the paper's figures; `splits` by SPLITS."""
    both = [splits[name] for name in SPLITS]
    claims = [
        *[judge_optimizer(split) for split in both],
        *[judge_learning_rate(split, published) for split in both],
        *[judge_epochs(split, published) for split in both],
        *[judge_accuracy(split, published) for split in both],
        *[judge_easiest_class(split, published) for split in both],
    ]
    return [*claims, judge_test_leakage(*both), judge_validation_leakage(*both), judge_repeats(both[0])]


def replay_all(splits: Mapping[str, SplitResults], published: dict) -> dict:
    """What `search.json` holds: the staged search on the grid of each split."""
    stages, found = list_stages(published), {}
    for name, results in splits.items():
        starts = find_starts(results.replicates, published)
        found[name] = {"stages": stages, "starts": starts, "replays": replay_search(results, stages, starts)}
    return found


def describe_run(splits: Mapping[str, SplitResults], image_size: int, published: dict) -> dict:
    """What `setting.json` holds: the differences to the paper's setting, and what the verdicts rest on."""
    replicates = splits["image"].replicates
    return {
        "rows": compare_setting(replicates, image_size, published),
        "seeds": int(replicates["seed"].nunique()),
        "splits": {
            name: {
                "grid_cells": count_cells(results.replicates),
                "diverged": results.diverged,
                "validation_images": len(results.validation),
                "test_images": len(results.test),
                "grouped": results.grouped,
            }
            for name, results in splits.items()
        },
    }


def main(snakemake: SimpleNamespace) -> None:
    """Read both splits, judge the claims and write what came of them."""
    published, params, output = read_json(snakemake.input.published), snakemake.params, snakemake.output
    splits = {}
    for name in SPLITS:
        files = {file: getattr(snakemake.input, f"{name}_{file}") for file in FILES}
        splits[name] = read_split(cells=params.cells, **files)
    claims = judge_all(splits, published)
    for claim in claims:
        log.info("%s, split %s: %s", claim.id, claim.split, claim.verdict)
    write_csv(tabulate_claims(claims, published), output.claims)
    write_csv(tabulate_comparisons(claims), output.comparisons)
    write_json(replay_all(splits, published), output.search)
    write_json({name: count_repeats(results) for name, results in splits.items()}, output.leakage)
    write_json(describe_run(splits, params.image_size, published), output.setting)
    write_looks_of([params.variant], Path(params.table), list_tested(splits["field"].manifest), output.looks)


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
