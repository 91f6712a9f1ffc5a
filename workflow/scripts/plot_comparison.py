"""Draw the figures that compare the cells of the grid: questions, the learning curves, the whole grid."""

from collections import defaultdict
from types import SimpleNamespace

import smear.environment
import pandas as pd
from matplotlib.figure import Figure
from smear.figures.architectures import draw_architectures
from smear.figures.curves import draw_curves
from smear.figures.heatmaps import draw_grid
from smear.figures.questions import TITLES, draw_question
from smear.figures.style import save
from smear.files import read_json
from smear.job import UserError, log, logged_to
from smear.records import recorded
from smear.tables import read_csv


def histories_of(names: list[str], paths: list[str], replicates: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Read each replicate's history, in the mean over its folds; names: of each path its replicate, as in the table."""
    if len(names) != len(paths) or set(names) != set(replicates["replicate"]):
        raise UserError(
            f"The leaderboard has {len(replicates)} grid cells, the grid {len(set(names))}, each seed counted, with "
            f"{len(paths)} histories: make the leaderboard again."
        )
    folds = defaultdict(list)
    for name, path in zip(names, paths, strict=True):
        folds[name].append(read_csv(path).astype(float))
    return {name: pd.concat(parts).groupby("epoch", as_index=False).mean() for name, parts in folds.items()}


def draw_figures(
    leaderboard: pd.DataFrame, replicates: pd.DataFrame, chosen: dict, histories: dict[str, pd.DataFrame]
) -> dict[str, Figure]:
    """The figures that `smear.report.findings.FIGURES` names, by their names."""
    figures = {axis: draw_question(axis, leaderboard, replicates, chosen) for axis in TITLES}
    if leaderboard["architecture"].nunique() > 1:
        figures["architecture"] = draw_architectures(leaderboard, chosen)
    return figures | {"curves": draw_curves(replicates, histories), "heatmap": draw_grid(leaderboard, chosen)}


def main(snakemake: SimpleNamespace) -> None:
    """Read the comparison's tables and draw every figure as SVG and PNG."""
    leaderboard, replicates = (read_csv(path) for path in (snakemake.input.leaderboard, snakemake.input.replicates))
    chosen = read_json(snakemake.input.selection)
    histories = histories_of(snakemake.params.cells, snakemake.input.histories, replicates)
    figures = draw_figures(leaderboard, replicates, chosen, histories)
    for name, figure in figures.items():
        save(figure, getattr(snakemake.output, f"{name}_svg"), getattr(snakemake.output, f"{name}_png"))
    log.info("%d figures of %d grid cells", len(figures), len(leaderboard))


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
