"""TensorFlow: threads, determinism, XLA on a GPU, and batches without autotuning."""

import os
import subprocess
from contextlib import nullcontext
from pathlib import Path

import tensorflow as tf

from smear.training.backends.device import STEPS_AT_ONCE, Device


def prepare(threads: int, memory: int, deterministic: bool, cache: Path) -> Device:
    """See `device.prepare_device`."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    # A second operation at a time is worth a tenth where images are augmented; each still shares the same threads.
    tf.config.threading.set_inter_op_parallelism_threads(min(2, threads))
    gpus = tf.config.list_physical_devices("GPU")
    if deterministic or not gpus:
        tf.config.experimental.enable_op_determinism()
    for gpu in gpus:
        # Without it TensorFlow takes the whole memory of a GPU, and a second cell on it fails.
        tf.config.experimental.set_memory_growth(gpu, True)
    if gpus:
        keep_programs(cache)
        memory = gpu_memory()
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus]
    # Keras compiles nothing by XLA while TensorFlow is told to give the same results twice.
    jit_compile = bool(gpus) and not deterministic
    return Device(", ".join(names) or "CPU", bool(gpus), memory, jit_compile, STEPS_AT_ONCE if gpus else 1)


def keep_programs(cache: Path) -> None:
    """Let XLA keep what it compiles, for the next cell; the flags are read when it first compiles.

    Words in them end at blanks, so that the folder is named from the working folder.
    """
    flags = [os.environ.get("TF_XLA_FLAGS", ""), f"--tf_xla_persistent_cache_directory={os.path.relpath(cache)}"]
    os.environ["TF_XLA_FLAGS"] = " ".join(filter(None, flags))


def gpu_memory() -> int:
    """Bytes of the smallest GPU's memory; TensorFlow does not tell."""
    query = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    lines = subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()
    return min(map(int, lines)) * 2**20


def drawing_weights():
    """Where the weights stay."""
    return nullcontext()


def adapt(model) -> None:
    """Nothing: layers run as Keras has them."""


def reseed(number: int) -> None:
    """Nothing: all that is random draws from the seeds of Keras."""


def stream(batches) -> tf.data.Dataset:
    """A dataset without autotuning, two batches ahead.

    Keras would make one with autotuning, which sleeps in doubling steps while it looks for settings; an epoch then ends
    when a sleep does, after 1.28, 2.56, 5.12 … 20.48 s, and takes up to twice its time. And it would begin with
    `from_generator`, at whose first use TensorFlow tells glibc to give back all memory that is freed: steps of
    EfficientNet-B0 then take twice as long, because they fetch it again.
    """
    example = batches[0]

    @tf.autograph.experimental.do_not_convert
    def read(index):
        parts = tf.numpy_function(batches.__getitem__, [index], [part.dtype for part in example])
        return tuple(tf.ensure_shape(part, like.shape) for part, like in zip(parts, example, strict=True))

    options = tf.data.Options()
    options.autotune.enabled = False
    return tf.data.Dataset.range(len(batches)).map(read).prefetch(2).with_options(options)
