"""What each comparison figure shows, in a sentence made from the figures themselves."""

from collections.abc import Collection, Iterable

import pandas as pd

from smear.evaluation.selection import find_best_of_architectures, measure_cost
from smear.formats import describe_value, percent, write_seeds
from smear.grid import AXES

FIGURES = {
    "optimizer": "Which optimizer?",
    "learning_rate": "Which learning rate?",
    "epochs": "How many epochs?",
    "architecture": "Which architecture?",
    "curves": "How did they learn?",
    "heatmap": "The whole grid",
}
"""The comparison figures by the names of their files, in the report's order."""


def list_figures(architectures: Collection[str]) -> list[str]:
    """The figures of a grid with these architectures, in the report's order; one alone is compared with none."""
    return [name for name in FIGURES if name != "architecture" or len(architectures) > 1]


def finding(figure: str, cells: pd.DataFrame, chosen: dict) -> str:
    """Return the sentence for a comparison figure; `cells` is the leaderboard, `chosen` the selection."""
    whole = {"architecture": compare_architectures, "curves": gap, "heatmap": span}
    return whole[figure](cells, chosen) if figure in whole else answer(figure, cells, chosen)


def answer(axis: str, cells: pd.DataFrame, chosen: dict) -> str:
    """Answer the question of one axis, with everything else as in the selected cell; each has all of its seeds."""
    name = AXES[axis].label.lower()
    values = sorted(cells[axis].unique())
    if len(values) == 1:
        return f"The grid holds one value, {describe_value(axis, values[0])}: there is nothing to compare."
    held = [other for other in AXES if other not in (axis, "seed")]
    compared = cells[(cells[held] == pd.Series({other: chosen[other] for other in held})).all(axis=1)].sort_values(axis)
    if len(compared) == 1:
        return f"No other grid cell differs from the selected one in the {name} alone."
    rows = [cell for _, cell in compared.iterrows()]
    finished, diverged = [c for c in rows if is_finished(c)], [c for c in rows if not is_finished(c)]
    figures = list_words(
        f"{percent(cell['validation_accuracy'])} with {describe_value(axis, cell[axis])}" for cell in finished
    )
    crosses = "".join(f"; {describe_value(axis, cell[axis])} diverged" for cell in diverged)
    text = f"With all else as in the selected grid cell, validation accuracy is {figures}{crosses}."
    return f"{text} {verdict(axis, finished, chosen)}"


def verdict(axis: str, compared: list[pd.Series], chosen: dict) -> str:
    """Say from which of the cells compared, which all finished, the validation images set the selected one apart."""
    others = [cell for cell in compared if cell["cell"] != chosen["cell"]]
    if not others:
        return "No other one finished."
    apart = [cell for cell in others if not cell["tied"]]
    best = describe_value(axis, chosen[axis])
    if not apart:
        return (
            "These validation images do not settle the question: no other one can be told apart from the selected "
            "grid cell."
        )
    if len(apart) == len(others):
        text = f"These validation images set {best} apart from the others"
        if chosen["replicates"] > 1:
            return f"{text}, by means over {write_seeds(cell['replicates'] for cell in compared)}."
        return f"{text}. Further seeds would show how much of that is chance in the training."
    worse = list_words(describe_value(axis, cell[axis]) for cell in apart)
    return f"These validation images rule out {worse}, but do not decide between {best} and the rest."


def compare_architectures(cells: pd.DataFrame, chosen: dict) -> str:
    """Say what the selected architecture costs, and from which others' best grid cells its own is told apart."""
    best = find_best_of_architectures(cells)
    finished = best[best["status"] == "finished"]
    others = finished[finished["architecture"] != chosen["architecture"]]
    apart = others.loc[~others["tied"], "architecture"]
    costs = measure_cost(finished).set_axis(finished["architecture"]).sort_values()
    own, cheapest = costs[chosen["architecture"]], costs.index[0]
    text = (
        f"Of the best grid cells of {len(best)} architectures, that of {chosen['architecture']} has the highest "
        f"validation accuracy, {percent(chosen['validation_accuracy'])}, and takes {own:.1f} s to train on 1,000 images"
    )
    if cheapest == chosen["architecture"]:
        text += ", the least of all."
    else:
        text += f"; the cheapest, {cheapest}, takes {costs[cheapest]:.1f} s."
    if not others.empty:
        text += (
            f" These validation images set it apart from {list_words(apart)}."
            if len(apart)
            else " These validation images do not set it apart from any other."
        )
    diverged = best.loc[best["status"] != "finished", "architecture"]
    return text if diverged.empty else f"{text} Every grid cell of {list_words(diverged)} diverged."


def list_words(names: Iterable[str]) -> str:
    """Join names as a sentence does: a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def gap(cells: pd.DataFrame, chosen: dict) -> str:
    """Set the chosen cell's accuracy on training images beside that on validation images."""
    cell = cells[cells["cell"] == chosen["cell"]].iloc[0]
    train, epoch = cell["train_accuracy"], "last" if pd.isna(cell["best_epoch"]) else "best"
    text = (
        f"In its {epoch} epoch the selected grid cell classified {percent(train)} of the training images correctly, "
        f"and after it {percent(chosen['validation_accuracy'])} of the validation images"
    )
    return f"{text}, averaged over {chosen['replicates']} seeds." if chosen["replicates"] > 1 else f"{text}."


def span(cells: pd.DataFrame, chosen: dict) -> str:
    """Say how far apart the cells of the grid are, and how many diverged."""
    accuracy = cells["validation_accuracy"].dropna()
    diverged = int((cells["status"] == "diverged").sum())
    low, high = percent(accuracy.min()), percent(accuracy.max())
    text = f"Validation accuracy of {len(accuracy)} grid cells, from {low} to {high}."
    if len(accuracy) == 1:
        text = f"The one grid cell that finished has a validation accuracy of {percent(accuracy.iloc[0])}."
    return text + (f" {diverged} diverged." if diverged else "")


def is_finished(cell: pd.Series) -> bool:
    """Tell whether a row of the leaderboard has figures."""
    return cell["status"] == "finished"
