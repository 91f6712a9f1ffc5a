"""What the training of a cell depends on beside its hyperparameters."""

from smear.grid import AXES


def list_augmentations(config: dict) -> dict[str, dict]:
    """The sets of augmentations that a grid can name, of a complete configuration."""
    return {AXES["augmentation"].default: config["augmentation"], **config["augmentations"]}
