"""What the cells of a grid cannot do with the rest of the configuration, or with one another's values."""

from collections.abc import Iterable

from smear.grid import AXES, Cell, expand_grid, format_rate
from smear.job import Fault
from smear.training.architectures.registry import ARCHITECTURES, PUBLISHED_WEIGHTS
from smear.training.settings import list_augmentations


def find_grid_faults(config: dict) -> list[str]:
    """Faults of the grid in a configuration that is valid and complete, one sentence each."""
    cells = expand_grid(config["grid"])
    size, weights, trainable = config["image"]["size"], config["model"]["weights"], config["model"]["trainable"]
    faults = []
    for name in dict.fromkeys(cell.architecture for cell in cells):
        faults += find_architecture_faults(name, size, weights, trainable)
    faults += find_augmentation_faults(cells, list(list_augmentations(config)))
    faults += find_stain_faults(cells, list_augmentations(config))
    return faults + find_weight_decay_faults(cells)


def find_augmentation_faults(cells: Iterable[Cell], known: list[str]) -> list[str]:
    """Sets of augmentations that the configuration does not define."""
    return [
        f"grid.augmentation names {name}, which is not among the sets that there are ({', '.join(known)}); "
        "define it under augmentations, or take one of those."
        for name in dict.fromkeys(cell.augmentation for cell in cells)
        if name not in known
    ]


def find_stain_faults(cells: Iterable[Cell], sets: dict[str, dict]) -> list[str]:
    """Sets of augmentations that would tint gray images, which have no stains."""
    names = dict.fromkeys(cell.augmentation for cell in cells if cell.color == "gray")
    faults = []
    for name in names:
        if not sets.get(name, {}).get("stain"):
            continue
        if name == AXES["augmentation"].default:
            key, remedy = "augmentation.stain", {"augmentation": {"stain": 0}}
        else:
            key, remedy = f"augmentations.{name}.stain", {"augmentations": {name: {"stain": 0}}}
        faults.append(
            Fault(
                f"{key} is {sets[name]['stain']}, which would tint the gray images that the grid trains with this set; "
                f"set {key}: 0, or give gray images a grid of their own with another set in a list of grids.",
                remedy,
            )
        )
    return faults


def find_weight_decay_faults(cells: Iterable[Cell]) -> list[str]:
    """Optimizers that do not take the weight decay that the grid gives them."""
    refused = [cell for cell in cells if cell.weight_decay and cell.optimizer != "adamw"]
    if not refused:
        return []
    values = ", ".join(dict.fromkeys(format_rate(cell.weight_decay) for cell in refused))
    others = ", ".join(dict.fromkeys(cell.optimizer for cell in refused))
    return [
        f"grid.weight_decay {values} is for the optimizer adamw alone, and the grid combines it with {others}; set "
        "grid.weight_decay: [0] there, and give adamw an entry of its own in a list of grids."
    ]


def find_architecture_faults(name: str, size: int, weights: str, trainable: str | int) -> list[str]:
    """What an architecture of the grid does not do: images of that size, ImageNet weights, as many blocks."""
    faults = []
    architecture = ARCHITECTURES[name]
    if size < architecture.smallest:
        faults.append(
            f"image.size is {size}, but grid.architecture {name} takes images of {architecture.smallest} px and more."
        )
    if weights == "imagenet" and name not in PUBLISHED_WEIGHTS:
        faults.append(
            f"grid.architecture {name} has no ImageNet weights; set model.weights: none, or leave it out. "
            f"Published for: {', '.join(PUBLISHED_WEIGHTS)}."
        )
    if isinstance(trainable, int) and trainable > architecture.blocks:
        faults.append(
            f"model.trainable is {trainable}, but grid.architecture {name} has {architecture.blocks} blocks; "
            "set a smaller number, or all."
        )
    return faults
