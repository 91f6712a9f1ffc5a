"""The phases of a training: the last layer alone where that is wanted, then all that the cell trains."""

from typing import NamedTuple

from smear.grid import Cell
from smear.training.settings import TrainingSettings


class Phase(NamedTuple):
    """The epochs from `before` + 1 to `last`, which have one optimizer in common.

    trainable: as `freezing.set_trainable` takes it. rate, schedule: as `model.learning_rate` takes them.
    """

    before: int
    last: int
    trainable: str | int
    rate: float
    schedule: str


def plan_phases(cell: Cell, settings: TrainingSettings) -> list[Phase]:
    """The phases of a cell in turn; one that ends within the head's epochs has no other.

    Where a phase ends does not depend on the cell's epochs, so that cells which differ in those share them.
    """
    head = min(settings.head_epochs, cell.epochs)
    phases = [
        Phase(0, head, "head", settings.head_learning_rate or cell.learning_rate, "constant"),
        Phase(head, cell.epochs, settings.trainable, cell.learning_rate, settings.schedule),
    ]
    return [phase for phase in phases if phase.before < phase.last]


def find_phase(phases: list[Phase], epoch: int) -> Phase:
    """The phase that an epoch (from 1) belongs to; the last one takes what comes after its end."""
    return next((phase for phase in phases if epoch <= phase.last), phases[-1])
