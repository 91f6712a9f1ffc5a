"""How many epochs the cells of an experiment have between them: those of a shorter run count there alone."""

from collections.abc import Mapping

from smear.status.cells import CellStatus


def count_shared(cell: CellStatus, named: Mapping[str, CellStatus]) -> int:
    """The epochs that a cell takes over from its shorter run, which is one of `named` or counts as none."""
    return named[cell.shorter].epochs if cell.shorter in named else 0


def count_own(cell: CellStatus, named: Mapping[str, CellStatus]) -> int:
    """The epochs that a cell trains itself."""
    return max(0, cell.epochs - count_shared(cell, named))


def count_left(cell: CellStatus, named: Mapping[str, CellStatus]) -> int:
    """Those of them that are yet to come; none for a cell that is done, whichever epoch it has stopped at."""
    if cell.state == "done":
        return 0
    return max(0, cell.epochs - max(cell.epoch or 0, count_shared(cell, named)))
