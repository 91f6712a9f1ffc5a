"""The cells of a grid: one combination of hyperparameters each, its name and its neighbors.

`Cell` is also the table of the grid's axes, AXES: names, columns, figures and report are built from it.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import product
from typing import Annotated, NamedTuple, get_type_hints

from smear.job import UserError


def format_rate(rate: float) -> str:
    """Write a rate in plain decimals, one spelling for one value: 1e-4, 0.0001 and 0.00010 are all `0.0001`."""
    text = format(Decimal(repr(float(rate))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class Axis(NamedTuple):
    """An axis of the grid. The fields of `Cell` leave out what is taken from the field itself.

    mark: what stands before a value in a cell's name. ordered: whether the values have an order, or are kinds. write:
    the one spelling of a value. label: for figures and tables; the field's name in words. default: the field's; a value
    that equals it is left out of names and sentences.
    """

    mark: str = ""
    ordered: bool = False
    write: Callable[[object], str] = str
    label: str = ""
    default: object = None


class Cell(NamedTuple):
    """One training: everything that distinguishes it from the other cells of an experiment."""

    architecture: Annotated[str, Axis()]
    optimizer: Annotated[str, Axis()]
    learning_rate: Annotated[float, Axis("lr", ordered=True, write=format_rate)]
    batch_size: Annotated[int, Axis("b", ordered=True)]
    seed: Annotated[int, Axis("s", ordered=True)]
    epochs: Annotated[int, Axis("e", ordered=True)]
    color: Annotated[str, Axis()] = "rgb"
    weight_decay: Annotated[float, Axis("wd", ordered=True, write=format_rate)] = 0
    augmentation: Annotated[str, Axis("aug-")] = "default"
    fold: int | None = None

    @property
    def name(self) -> str:
        """The cell's folder, e.g. `EfficientNetB0_adam_lr0.0001_b32_s0_e30`: its values in the order of the fields.

        Defaults are left out: `_gray` is for gray images, `_wd0.01` for a weight decay, `_aug-strong` for a set of
        augmentations, `_f2`, behind all, for the third fold of a cross-validation.
        """
        pairs = zip(AXES.values(), self, strict=False)
        parts = [axis.mark + axis.write(value) for axis, value in pairs if value != axis.default]
        return "_".join(parts if self.fold is None else [*parts, f"f{self.fold}"])


def collect_axes() -> dict[str, Axis]:
    """The axes by the names of their fields, completed from those."""
    hints = get_type_hints(Cell, include_extras=True)
    axes = {name: axis for name, hint in hints.items() for axis in getattr(hint, "__metadata__", ())}
    return {
        name: axis._replace(label=name.replace("_", " ").capitalize(), default=Cell._field_defaults.get(name))
        for name, axis in axes.items()
    }


AXES = collect_axes()
TYPES = get_type_hints(Cell)


def expand_grid(grid: dict | list[dict], folds: int = 0) -> list[Cell]:
    """List the cells of a grid, or of several grids one after the other, each cell once.

    A grid gives a list of values for every axis that has no default; its cells are all combinations, as in
    scikit-learn's `ParameterGrid`, in the order of the lists with the last axis varying fastest. With folds, there is
    a cell for each.
    """
    grids = [grid] if isinstance(grid, dict) else grid
    cells = [Cell(*values) for part in grids for values in product(*(list_values(part, axis) for axis in AXES))]
    return list(
        dict.fromkeys(cell._replace(fold=fold) for cell in cells for fold in (range(folds) if folds else [None]))
    )


def list_values(grid: dict, axis: str) -> list:
    """The values of one axis in a grid, of the field's type; its default where the grid does not name it."""
    default = AXES[axis].default
    values = grid[axis] if default is None else grid.get(axis, [default])
    # 1 and 1.0 are one rate: as parameters of a rule they would differ, and train the cell again.
    return list(map(TYPES[axis], values))


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
    raise UserError(f"{name} is no grid cell; the grid holds: {', '.join(cell.name for cell in cells)}.")
