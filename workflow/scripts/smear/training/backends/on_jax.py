"""JAX: always compiled by XLA, with the compiled programs kept for the next cell."""

import os
from pathlib import Path

import jax

from smear.training.backends.device import STEPS_AT_ONCE, Device
from smear.training.backends.jax_depthwise import replace_depthwise


def prepare(threads: int, memory: int, deterministic: bool, cache: Path) -> Device:
    """See `device.prepare_device`. XLA reads the flags when the first device is asked for, which is here."""
    flags = [os.environ.get("XLA_FLAGS", ""), f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"]
    if deterministic:
        flags.append("--xla_gpu_deterministic_ops=true")
    os.environ["XLA_FLAGS"] = " ".join(filter(None, flags))
    # Otherwise the first cell takes three quarters of a GPU's memory, and a second one on it fails.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    jax.config.update("jax_compilation_cache_dir", str(cache.absolute()))
    # Small programs too: the initial weights of EfficientNet-B0 take 200, as long altogether as the training step.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    device = jax.devices()[0]
    gpu = device.platform == "gpu"
    if gpu:
        memory = device.memory_stats()["bytes_limit"]
    return Device(device.device_kind if gpu else "CPU", gpu, memory, "auto", STEPS_AT_ONCE if gpu else 1)


def drawing_weights():
    """On the CPU: a GPU compiles each of these small programs several times as long, and its weights would differ."""
    return jax.default_device(jax.devices("cpu")[0])


def adapt(model) -> None:
    """Let depthwise convolutions run as XLA does them fastest."""
    replace_depthwise(model)


def reseed(number: int) -> None:
    """Nothing: all that is random draws from the seeds of Keras."""


def stream(batches):
    """As they are: Keras reads them in a thread of its own."""
    return batches
