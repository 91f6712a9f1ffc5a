"""When a cell ends before its last epoch, and which of its epochs is the best."""

import math


def find_best(history: list[dict]) -> int | None:
    """The epoch (from 1) of lowest validation loss, the earliest of several; None where none is a number."""
    numbers = [row["val_loss"] for row in history if math.isfinite(row["val_loss"])]
    return next((row["epoch"] for row in history if row["val_loss"] == min(numbers)), None) if numbers else None


def has_stalled(history: list[dict], patience: int | None, head_epochs: int) -> bool:
    """Whether the validation loss has not fallen for `patience` epochs; never where that is None.

    Epochs in which the last layer was trained alone are not counted: those of the whole network have not begun.
    """
    return patience is not None and len(history) - max(find_best(history) or 0, head_epochs) >= patience
