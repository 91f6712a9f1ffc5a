"""PyTorch: not compiled, as Keras runs it."""

import os
from contextlib import nullcontext
from pathlib import Path

import torch

from smear.training.backends.device import Device


def prepare(threads: int, memory: int, deterministic: bool, cache: Path) -> Device:
    """See `device.prepare_device`; there are no compiled programs to keep."""
    torch.set_num_threads(threads)
    gpu = torch.cuda.is_available()
    if deterministic or not gpu:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)
    if gpu:
        memory = torch.cuda.get_device_properties(0).total_memory
    # Keras on PyTorch refuses several steps at once.
    return Device(torch.cuda.get_device_name(0) if gpu else "CPU", gpu, memory, jit_compile=False, steps_at_once=1)


def drawing_weights():
    """Where the weights stay."""
    return nullcontext()


def adapt(model) -> None:
    """Nothing: layers run as Keras has them."""


def reseed(number: int) -> None:
    """Dropout draws from PyTorch's own generator and not from Keras' seeds."""
    torch.manual_seed(number)


def stream(batches):
    """As they are: Keras reads them in a thread of its own."""
    return batches
