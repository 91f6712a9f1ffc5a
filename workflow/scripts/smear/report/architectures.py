"""The architectures side by side: what the best grid cell of each reached, and at which cost."""

import pandas as pd

from smear.evaluation.selection import find_best_of_architectures, measure_cost
from smear.formats import describe_values
from smear.report.replicates import list_axes


def architecture_table(cells: pd.DataFrame, chosen: dict) -> list[dict]:
    """A row for the best grid cell of each architecture, best first; none where the grid has one architecture.

    `cells` is the leaderboard, `chosen` the selection. `settings`: the axes that vary in the grid, in words. `cost`:
    seconds of training for 1,000 images.
    """
    if cells["architecture"].nunique() < 2:
        return []
    varying = [axis for axis in list_axes(cells) if axis != "architecture" and cells[axis].nunique() > 1]
    best = find_best_of_architectures(cells)
    best = best.assign(cost=measure_cost(best))
    return [
        row | {"settings": describe_values(row, varying), "chosen": row["cell"] == chosen["cell"]}
        for row in best.to_dict("records")
    ]
