"""Where a training runs, on whichever backend Keras has been told to use (KERAS_BACKEND)."""

from pathlib import Path

import keras

from smear.training.allocator import keep_freed_memory
from smear.training.backends.device import Device


def get_backend():
    """The module of the backend in use."""
    match keras.backend.backend():
        case "tensorflow":
            from smear.training.backends import on_tensorflow as backend
        case "jax":
            from smear.training.backends import on_jax as backend
        case "torch":
            from smear.training.backends import on_torch as backend
    return backend


def prepare_device(threads: int, memory: int, deterministic: bool, precision: str, cache: Path) -> Device:
    """Make the backend ready: exactly so many threads, the same results twice if wanted, a number format.

    memory: bytes that the process may use on a CPU. precision: `auto`, or a dtype policy of Keras; `auto` is bfloat16
    with float32 variables on a GPU, float32 on a CPU. cache: folder of compiled programs, shared by the cells.
    """
    keep_freed_memory()
    device = get_backend().prepare(threads, memory, deterministic, cache)
    policy = ("mixed_bfloat16" if device.gpu else "float32") if precision == "auto" else precision
    keras.config.set_dtype_policy(policy)
    return device


def drawing_weights():
    """A context in which a model's initial weights are drawn where that is fastest; trainings move them."""
    return get_backend().drawing_weights()


def adapt(model: keras.Model) -> None:
    """Change how layers of a model compute, not what, where the backend has a faster way."""
    get_backend().adapt(model)


def stream(batches: keras.utils.PyDataset):
    """`batches` as `fit` and `predict` read them fastest."""
    return get_backend().stream(batches)
