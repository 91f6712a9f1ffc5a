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


def histories_of(cells: list[str], paths: list[str], leaderboard: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Read each cell's history, in the mean over its folds; the cells must be those of the leaderboard."""
    if len(cells) != len(paths) or set(cells) != set(leaderboard["cell"]):
        raise UserError(
            f"The leaderboard has {len(leaderboard)} grid cells, the grid {len(set(cells))}, with {len(paths)} "
            "histories: make the leaderboard again."
        )
    folds = defaultdict(list)
    for cell, path in zip(cells, paths, strict=True):
        folds[cell].append(read_csv(path).astype(float))
    return {cell: pd.concat(parts).groupby("epoch", as_index=False).mean() for cell, parts in folds.items()}


def draw_figures(leaderboard: pd.DataFrame, chosen: dict, histories: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figures that `smear.report.findings.FIGURES` names, by their names."""
    figures = {axis: draw_question(axis, leaderboard, chosen) for axis in TITLES}
    if leaderboard["architecture"].nunique() > 1:
        figures["architecture"] = draw_architectures(leaderboard, chosen)
    return figures | {"curves": draw_curves(leaderboard, histories), "heatmap": draw_grid(leaderboard, chosen)}


def main(snakemake: SimpleNamespace) -> None:
    """Read the comparison's tables and draw every figure as SVG and PNG."""
    leaderboard = read_csv(snakemake.input.leaderboard)
    chosen = read_json(snakemake.input.selection)
    histories = histories_of(snakemake.params.cells, snakemake.input.histories, leaderboard)
    figures = draw_figures(leaderboard, chosen, histories)
    for name, figure in figures.items():
        save(figure, getattr(snakemake.output, f"{name}_svg"), getattr(snakemake.output, f"{name}_png"))
    log.info("%d figures of %d grid cells", len(figures), len(leaderboard))


if __name__ == "__main__":
    with logged_to(snakemake.log[0]), recorded(snakemake):
        main(snakemake)
