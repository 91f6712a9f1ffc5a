"""The results of one split of the images, as the claims are judged by them."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from smear.evaluation.correctness import Groups, find_groups, read_correctness
from smear.evaluation.prediction_tables import read_predictions
from smear.evaluation.selection import sort_best
from smear.files import read_json
from smear.grid import AXES
from smear.job import UserError
from smear.statistics.group_metrics import list_classes
from smear.statistics.unpaired import Sample
from smear.tables import read_csv


class SplitResults(NamedTuple):
    """What a grid that was trained on one split of the images came to.

    replicates: the finished replicates, of one seed each, the best first. right: bool, (rows, validation images),
    what each row had right; validation: `image_id,group` of these images. test: `image_id,label,predicted,group` of the
    selected grid cell. classes: by label. manifest: of the split. diverged: replicates without figures. unit: what was
    split; grouped: what a group is. fields_searched: whether repeat captures were looked for.
    """

    unit: str
    replicates: pd.DataFrame
    right: np.ndarray
    validation: pd.DataFrame
    test: pd.DataFrame
    classes: list[str]
    manifest: pd.DataFrame
    grouped: str
    diverged: int
    fields_searched: bool

    @property
    def groups(self) -> np.ndarray:
        """The group of each validation image: (images,), names."""
        return self.validation["group"].to_numpy()

    def sample_test(self, here: np.ndarray | slice = slice(None)) -> Sample:
        """Which of the test images, or of some of them, the selected grid cell had right."""
        test = self.test[here]
        return Sample((test["label"] == test["predicted"]).to_numpy(), test["group"].to_numpy())

    def sample_validation(self, rows: Sequence[int], here: np.ndarray | slice = slice(None)) -> Sample:
        """The answers of some of the replicates to the validation images, or to some of them, row after row."""
        right = self.right[list(rows)][:, here]
        return Sample(right.ravel(), np.tile(self.groups[here], len(rows)))


def read_split(
    replicates: str | Path,
    cells: Sequence[str],
    predictions: Sequence[str | Path],
    test_predictions: str | Path,
    manifest: str | Path,
    audit: str | Path,
) -> SplitResults:
    """Read the results of one split.

    replicates: `comparison/replicates.csv`, so that pairs of grid cells match in the seed, too. cells: its row that
    each table of `predictions` belongs to. Errors: a UserError where no grid cell finished.
    """
    ranked = sort_best(read_csv(replicates).drop(columns="cell").rename(columns={"replicate": "cell"}))
    test, audited = read_predictions([test_predictions]), read_json(audit)
    finished = ranked[ranked["status"] == "finished"].reset_index(drop=True)
    if finished.empty:
        raise UserError(f"No grid cell of {replicates} finished, so that no claim can be judged: lower the rates.")
    tables = defaultdict(list)
    for cell, path in zip(cells, predictions, strict=True):
        tables[cell].append(path)
    validated = read_correctness({cell: tables[cell] for cell in finished["cell"]})
    groups = find_groups(manifest, validated.image_ids)
    return SplitResults(
        unit=audited["unit"],
        replicates=finished,
        right=validated.right,
        validation=tabulate(validated.image_ids, groups),
        test=test.assign(group=find_groups(manifest, test["image_id"].to_numpy()).names),
        classes=list_classes(test),
        manifest=read_csv(manifest),
        grouped=groups.unit,
        diverged=len(ranked) - len(finished),
        fields_searched=audited.get("fields_searched", True),
    )


def tabulate(image_ids: np.ndarray, groups: Groups) -> pd.DataFrame:
    """`image_id,group` of some images."""
    return pd.DataFrame({"image_id": image_ids, "group": groups.names})


def count_cells(replicates: pd.DataFrame) -> int:
    """How many grid cells these replicates are of: all seeds of one are one."""
    return len(replicates[[axis for axis in AXES if axis != "seed"]].drop_duplicates())
