"""The axes of the grid: every place that must know one does, and a forgotten one is named."""

import re
from pathlib import Path
from typing import get_type_hints

import matplotlib.pyplot as plt
import pytest
from made_up import grid_cells, history_of, leaderboard_of, selection_of
from matplotlib.text import Text
from smear.configuration.completion import complete_configuration, read_schema
from smear.figures.curves import draw_curves
from smear.figures.heatmaps import draw_grid
from smear.figures.questions import TITLES, draw_question
from smear.formats import describe_value, format_value
from smear.grid import AXES, Cell
from smear.report.tables import leaderboard_table

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
GRID = read_schema(SCHEMA)["$defs"]["grid"]


def read_trained() -> set[str]:
    """The fields that rules and training read of a cell."""
    scripts = ROOT / "workflow/scripts"
    files = [*(ROOT / "workflow/rules").glob("*.smk"), scripts / "train_cell.py"]
    text = "\n".join(path.read_text() for path in [*files, *(scripts / "smear/training").rglob("*.py")])
    return set(re.findall(r"\b(?:cell|CELLS\[[^\n]*?\])\.(\w+)", text))


def read_handbook() -> set[str]:
    """The names in the README's section on the grid."""
    section = (ROOT / "config/README.md").read_text().partition("\n## `grid`\n")[2].partition("\n### ")[0]
    return set(re.findall(r"`(\w+)`", section))


def two_values(axis: str) -> list:
    """Two values of an axis that its schema allows, the default first where there is one."""
    items = GRID["properties"][axis]["items"]
    examples = {"integer": [17, 23], "number": [0.25, 0.5], "string": ["one", "other"]}
    values = items["enum"][:2] if "enum" in items else examples[items["type"]]
    default = AXES[axis].default
    return values if default is None else [default, next(value for value in values if value != default)]


def test_no_place_has_forgotten_an_axis():
    places = {
        "workflow/schemas/config.schema.yaml": set(GRID["properties"]),
        "workflow/scripts/smear/grid.py": set(AXES),
        "config/README.md": read_handbook(),
        "workflow/scripts/smear/training/ (or a rule): what a cell is trained with": read_trained(),
    }
    axes = [*AXES, *(axis for axis in GRID["properties"] if axis not in AXES)]
    assert [f"{place} lacks {axis}" for place, known in places.items() for axis in axes if axis not in known] == []


def test_table_and_schema_agree_on_types_and_defaults():
    hints, types = get_type_hints(Cell), {"integer": int, "number": float, "string": str}
    items = {axis: part["items"] for axis, part in GRID["properties"].items()}
    assert {axis: types[part.get("type", "string")] for axis, part in items.items()} == {
        axis: hints[axis] for axis in AXES
    }
    given = {axis: two_values(axis) for axis in GRID["required"]} | {"architecture": ["SmallCNN"]}
    config = {"experiment": "e", "dataset": {"source": "synthetic"}, "model": {"weights": "none"}, "grid": given}
    completed = complete_configuration(config, SCHEMA)["grid"]
    defaults = {name: [axis.default] for name, axis in AXES.items() if axis.default is not None}
    assert {axis: completed[axis] for axis in AXES} == completed
    assert completed | defaults == completed


@pytest.mark.parametrize("axis", AXES)
def test_two_values_of_an_axis_have_names_of_their_own_and_the_default_has_none(axis):
    cells = [Cell(*cell.values()) for cell in grid_cells_of(axis)]
    first, second = (cell.name for cell in cells)
    assert first != second
    if AXES[axis].default is not None:
        assert second == f"{first}_{AXES[axis].mark}{two_values(axis)[1]}"


def grid_cells_of(axis: str) -> list[dict]:
    """Two cells that differ in one axis."""
    alike = {"optimizer": ["adam"], "learning_rate": [0.0001], "epochs": [20]}
    return [{name: cell[name] for name in AXES} for cell in grid_cells(**alike | {axis: two_values(axis)})]


@pytest.mark.slow
@pytest.mark.parametrize("axis", AXES)
def test_no_figure_and_no_table_takes_cells_of_two_values_for_one(axis):
    cells = grid_cells_of(axis)
    table = leaderboard_of(cells)
    chosen = selection_of(table)
    replicates = table.attrs["replicates"]
    rows = replicates.to_dict("records")
    histories = {row["replicate"]: history_of({name: row[name] for name in AXES}) for row in rows}
    figures = {question: draw_question(question, table, replicates, chosen) for question in TITLES}
    figures |= {"curves": draw_curves(replicates, histories), "heatmap": draw_grid(table, chosen)}
    for name, figure in figures.items():
        texts = " ".join(" ".join(text.get_text() for text in figure.findobj(Text)).split())
        for value in two_values(axis):
            wanted = "2 seeds" if axis == "seed" else format_value(axis, value)
            found = re.search(rf"(?<![\w.]){re.escape(wanted)}(?![\w.])", texts)
            assert found, f"the figure {name} does not tell {describe_value(axis, value)}"
        plt.close(figure)
    assert AXES[axis].label.replace(" ", "_").lower() == axis
    board = leaderboard_table(table, chosen["cell"])
    if axis == "seed":
        assert (len(table), board["axes"], board["seeds"]) == (1, [], "2 seeds")
        return
    assert board["axes"] == [AXES[axis].label]
    assert {row["axes"][0] for row in board["rows"]} == {format_value(axis, value) for value in two_values(axis)}
