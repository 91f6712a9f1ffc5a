"""The stages and blocks of EfficientNet-Lite0, for its network and for the names in its published weights."""

from typing import NamedTuple


class Stage(NamedTuple):
    """Blocks of one shape: `stride` is that of the first, `expansion` the factor of channels inside a block."""

    kernel: int
    stride: int
    expansion: int
    channels: int
    blocks: int


STAGES = (
    Stage(3, 1, 1, 16, 1),
    Stage(3, 2, 6, 24, 2),
    Stage(5, 2, 6, 40, 2),
    Stage(3, 2, 6, 80, 3),
    Stage(5, 1, 6, 112, 3),
    Stage(5, 2, 6, 192, 4),
    Stage(3, 1, 6, 320, 1),
)
BLOCKS = tuple(
    f"block{number}{letter}" for number, stage in enumerate(STAGES, start=1) for letter in "abcd"[: stage.blocks]
)
"""The names of the blocks in their order, as Keras gives them to those of EfficientNet-B0."""
