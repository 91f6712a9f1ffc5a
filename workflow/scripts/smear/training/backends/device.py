"""What the module of a backend tells about the device on which it computes."""

from typing import NamedTuple

STEPS_AT_ONCE = 16  # on a GPU, where steps are short beside what Python does between them


class Device(NamedTuple):
    """Name of the device, whether it is a GPU, its memory in bytes, and how steps run there.

    jit_compile: whether they are compiled; on a CPU XLA is several times slower than TensorFlow's plain kernels.
    steps_at_once: how many run before Python has its turn.
    """

    name: str
    gpu: bool
    memory: int
    jit_compile: bool | str
    steps_at_once: int
