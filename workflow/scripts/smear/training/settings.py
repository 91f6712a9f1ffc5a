"""What the training of a cell depends on beside its hyperparameters."""

from typing import NamedTuple

from smear.grid import AXES, Cell


def list_augmentations(config: dict) -> dict[str, dict]:
    """The sets of augmentations that a grid can name, of a complete configuration."""
    return {AXES["augmentation"].default: config["augmentation"], **config["augmentations"]}


def changes_images(strengths: dict) -> bool:
    """Whether a set of augmentations has any strength."""
    return any(strength not in (0, "none") for strength in strengths.values())


class TrainingSettings(NamedTuple):
    """Keys of the configuration's `model` and `training` that decide what a cell becomes, with the schema's defaults.

    config/README.md says what each means. augmentation: the strengths of one set, see `augmentation_layers`.
    early_stopping: None, or `{"patience": epochs}`.
    """

    augmentation: dict = {  # noqa: RUF012 (never changed)
        "crop": 0.1,
        "rotation": 20,
        "flip": "both",
        "shift": 0.1,
        "brightness": 0,
        "contrast": 0,
        "stain": 0,
    }
    weights: str = "imagenet"
    dropout: float = 0.2
    trainable: str | int = "all"
    head_epochs: int = 0
    head_learning_rate: float | None = None
    reestimate_batch_norm: str | bool = "auto"
    shuffle_labels: bool = False
    schedule: str = "constant"
    label_smoothing: float = 0
    class_weights: str = "none"
    early_stopping: dict | None = None


def collect_settings(config: dict, cell: Cell) -> TrainingSettings:
    """The settings of a cell in a complete configuration: those of all cells, and its own set of augmentations."""
    known = config["model"] | config["training"] | {"augmentation": list_augmentations(config)[cell.augmentation]}
    return TrainingSettings(**{name: known[name] for name in TrainingSettings._fields})
