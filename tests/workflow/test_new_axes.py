"""Cells that differ in weight decay or augmentation: what they are trained with, and when they are trained again."""

import json

import pytest

STRONG = {"crop": 0.3, "rotation": 90, "flip": "none", "shift": 0, "brightness": 0.1, "contrast": 0.1, "stain": 0.1}
GRID = (
    "grid={architecture: [SmallCNN], optimizer: [adamw], learning_rate: [0.001], epochs: [1], "
    "weight_decay: [0.01], augmentation: [default, strong]}"
)
NAME = "SmallCNN_adamw_lr0.001_b32_s0_e1_wd0.01"
CELLS = [NAME, f"{NAME}_aug-strong"]


def describe(**changes) -> list[str]:
    """The configuration, with a changed set of augmentations."""
    return ["--config", "experiment=sets", GRID, f"augmentations={{strong: {json.dumps(STRONG | changes)}}}"]


@pytest.mark.rare
def test_a_changed_set_of_augmentations_trains_its_own_cells_again(project, tensors):
    project.adopt(tensors, "sets")
    targets = [f"results/sets/cells/{cell}/metrics.json" for cell in CELLS]
    result = project.snakemake(*targets, *describe())
    assert result.returncode == 0, result.output
    folders = [project.folder / f"results/sets/cells/{cell}" for cell in CELLS]
    metrics = [json.loads((folder / "metrics.json").read_text()) for folder in folders]
    assert [(cell["weight_decay"], cell["augmentation"]) for cell in metrics] == [(0.01, "default"), (0.01, "strong")]
    made_with = [json.loads((folder / "provenance.json").read_text())["settings"]["augmentation"] for folder in folders]
    assert made_with == [dict.fromkeys(STRONG, 0) | {"flip": "none"}, STRONG]

    def count_trained(*arguments: str) -> int:
        return project.jobs(*targets, *arguments).get("train_cell", 0)

    assert count_trained(*describe()) == 0
    assert count_trained(*describe(rotation=45)) == 1
    assert count_trained(*describe(), "augmentation={rotation: 45}") == 1
    assert count_trained(*describe()[:-1], f"augmentations={{strong: {json.dumps(STRONG)}, weak: {{}}}}") == 0
