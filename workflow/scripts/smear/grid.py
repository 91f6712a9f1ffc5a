"""The cells of a grid: one combination of hyperparameters each, its name and its neighbours."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from smear.job import UserError


class Cell(NamedTuple):
    """One training: everything that distinguishes it from the other cells of an experiment."""

    architecture: str
    optimizer: str
    learning_rate: float
    batch_size: int
    seed: int
    epochs: int
    color: str = "rgb"
    fold: int | None = None

    @property
    def name(self) -> str:
        """The cell's folder, e.g. `EfficientNetB0_adam_lr0.0001_b32_s0_e30`.

        `_gray` behind it stands for gray images, `_f2` for the third fold of a cross-validation.
        """
        rate = format_rate(self.learning_rate)
        name = f"{self.architecture}_{self.optimizer}_lr{rate}_b{self.batch_size}_s{self.seed}_e{self.epochs}"
        return name + color_suffix(self.color, "_") + ("" if self.fold is None else f"_f{self.fold}")


def color_suffix(color: str, mark: str) -> str:
    """What a color adds to a name, after `mark`; nothing for rgb."""
    return "" if color == "rgb" else f"{mark}{color}"


def format_rate(rate: float) -> str:
    """Write a rate in plain decimals, one spelling for one value: 1e-4, 0.0001 and 0.00010 are all `0.0001`."""
    text = format(Decimal(repr(float(rate))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def expand_grid(grid: dict | list[dict], folds: int = 0) -> list[Cell]:
    """List the cells of a grid, or of several grids one after the other, each cell once.

    A grid gives a list of values for every field of `Cell` but the fold; its cells are all combinations, as in
    scikit-learn's `ParameterGrid`, in the order of the lists with the last field varying fastest. With folds, there is
    a cell for each.
    """
    grids = [grid] if isinstance(grid, dict) else grid
    fields = [field for field in Cell._fields if field != "fold"]
    cells = [Cell(*values) for part in grids for values in product(*(part[field] for field in fields))]
    return list(
        dict.fromkeys(cell._replace(fold=fold) for cell in cells for fold in (range(folds) if folds else [None]))
    )


def link_shorter(cells: Iterable[Cell]) -> dict[Cell, Cell]:
    """Of each cell, the one that differs in nothing but the next lower number of epochs; none for the shortest."""
    links, last = {}, {}
    for cell in sorted(cells, key=lambda cell: cell.epochs):
        rest = cell._replace(epochs=0)
        if rest in last:
            links[cell] = last[rest]
        last[rest] = cell
    return links


def find_cell(name: str, cells: list[Cell]) -> Cell:
    """Return the cell of that name; a UserError names the grid where there is none."""
    for cell in cells:
        if cell.name == name:
            return cell
    raise UserError(f"{name} is not a cell of the grid, which holds: {', '.join(cell.name for cell in cells)}.")
