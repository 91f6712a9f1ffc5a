"""The text of every figure of a made-up grid, without files."""

import matplotlib.pyplot as plt
import plot_comparison
from made_up import cell_name, history_of, leaderboard_of, selection_of
from matplotlib.text import Text


def lay_out(cells, diverged=()) -> dict[str, str]:
    """Draw every figure of `cells` without writing it, and return its text."""
    table = leaderboard_of(cells, diverged)
    histories = {cell_name(cell): history_of(cell, place in diverged) for place, cell in enumerate(cells)}
    texts = {}
    tables = table, table.attrs["replicates"]
    for name, figure in plot_comparison.draw_figures(*tables, selection_of(table), histories).items():
        figure.draw_without_rendering()
        texts[name] = " ".join(text.get_text() for text in figure.findobj(Text)).replace("\n", " ")
        plt.close(figure)
    return texts
